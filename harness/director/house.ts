import type { Stub } from '../machine/qemu/stub/client.ts';
import type { Processor } from './processor.ts';

/** What is true of one vCPU while the machine stands. */
export interface Look {
  readonly thread: string;
  readonly pc: bigint;
  readonly sp: bigint;
}

/**
 * The stopped machine with numbers instead of bytes. A value of a register or an argument is unsigned, 64 bits.
 */
export class House {
  readonly stub: Stub;
  readonly processor: Processor;
  readonly #big: boolean;

  constructor(stub: Stub, processor: Processor, byteOrder: 'little' | 'big') {
    this.stub = stub;
    this.processor = processor;
    this.#big = byteOrder === 'big';
  }

  async look(): Promise<Look[]> {
    const { programCounter, stackPointer } = this.processor;
    const looks: Look[] = [];
    for (const thread of this.stub.threads) {
      const pc = await this.register(thread, programCounter);
      looks.push({ thread, pc, sp: await this.register(thread, stackPointer) });
    }
    return looks;
  }

  async register(thread: string, number: number): Promise<bigint> {
    const bytes = await this.stub.readRegister(thread, number);
    // EFLAGS has four bytes, the others have eight.
    const hex = (this.#big ? bytes : Buffer.from(bytes).reverse()).toString('hex');
    return BigInt(`0x${hex}`);
  }

  async argument(thread: string, nth: number): Promise<bigint> {
    const number = this.processor.arguments[nth];
    if (number === undefined) throw new Error('a function has not so many arguments in registers');
    return this.register(thread, number);
  }

  /** What the function that is about to return returns. */
  async returned(thread: string): Promise<bigint> {
    return this.register(thread, this.processor.returned);
  }

  /** Does one of the general registers point into these bytes? */
  async holds(thread: string, address: bigint, bytes: number): Promise<boolean> {
    for (let number = 0; number < this.processor.generalRegisters; number++) {
      const value = await this.register(thread, number);
      if (value >= address && value < address + BigInt(bytes)) return true;
    }
    return false;
  }

  async interruptsOff(thread: string): Promise<boolean> {
    const { register, says } = this.processor.interruptsOff;
    return says(await this.register(thread, register));
  }

  async readWord(thread: string, address: bigint): Promise<number> {
    const bytes = await this.stub.readMemory(thread, address, 4);
    return this.#big ? bytes.readUInt32BE() : bytes.readUInt32LE();
  }

  /** 32 bits of the memory that a vCPU sees. */
  async writeWord(thread: string, address: bigint, value: number): Promise<void> {
    const bytes = Buffer.alloc(4);
    if (this.#big) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    await this.stub.writeMemory(thread, address, bytes);
  }

  async jump(thread: string, pc: bigint): Promise<void> {
    const bytes = Buffer.alloc(8);
    if (this.#big) bytes.writeBigUInt64BE(pc);
    else bytes.writeBigUInt64LE(pc);
    await this.stub.writeRegister(thread, this.processor.programCounter, bytes);
  }
}

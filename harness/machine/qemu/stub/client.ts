import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RigError } from '../../../base/errors.ts';
import { Deframer, frame, fromHex } from './packet.ts';
import { parseStop, type Stop } from './stop.ts';

/**
 * QEMU's debugger port, as one client sees it. QEMU stops all vCPUs when one stops, and answers nothing but a stop while they
 * run; so every method but waitForStop() and interrupt() wants a machine that stands still.
 *
 * Threads are vCPUs, named as the stub names them, in the order of their numbers.
 */
export interface Stub {
  readonly threads: readonly string[];
  /** Big endian for a big-endian guest. `address` is virtual, as `thread` sees it now. @throws RigError when it is not mapped. */
  readMemory(thread: string, address: bigint, bytes: number): Promise<Buffer>;
  writeMemory(thread: string, address: bigint, data: Uint8Array): Promise<void>;
  /** By its number in QEMU's description of the machine (gdb-xml/*.xml). In the guest's byte order. */
  readRegister(thread: string, number: number): Promise<Buffer>;
  writeRegister(thread: string, number: number, value: Uint8Array): Promise<void>;
  /** Executions of the instruction at the address stop the machine, before it is executed. Needs no memory to be written. */
  setBreakpoint(address: bigint): Promise<void>;
  clearBreakpoint(address: bigint): Promise<void>;
  /**
   * Writes to these bytes, a power of two and aligned, stop the machine after the write; in every address space. QEMU keeps what it has
   * translated after such a stop, and throws it away after a breakpoint (gdb_vm_state_change() in its gdbstub).
   */
  setWatchpoint(address: bigint, bytes: number): Promise<void>;
  /** Lets these vCPUs run, at least one, and the others stand. */
  resume(threads: readonly string[]): Promise<void>;
  /** One instruction of one vCPU, with interrupts held back; the others stand. Resolves when it is done. */
  step(thread: string): Promise<void>;
  /** Asks running vCPUs to stop; waitForStop() tells when they did. */
  interrupt(): void;
  /** @returns undefined when they are still running after so many milliseconds. */
  waitForStop(milliseconds: number): Promise<Stop | undefined>;
  readonly running: boolean;
  /** Takes every breakpoint and watchpoint away, lets everything run, and leaves. Never throws. */
  detach(): Promise<void>;
}

/** Milliseconds for an answer from a machine that stands still: far more than any takes. */
const PATIENCE = 20_000;

/**
 * Connects, which stops the machine: the caller lets it run again.
 *
 * @param path of the socket.
 * @throws RigError when nobody answers, or not as a stub.
 */
export async function connectStub(path: string): Promise<Stub> {
  const client = new Client(await openSocket(path));
  await client.begin();
  return client;
}

async function openSocket(path: string): Promise<Socket> {
  const socket = connect({ path });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.once('connect', () => resolve(socket));
  socket.once('error', (error) =>
    reject(new RigError(`QEMU's debugger port does not answer: ${error.message}`, { cause: error })),
  );
  return promise;
}

class Client implements Stub {
  threads: readonly string[] = [];
  running = false;
  readonly #socket: Socket;
  readonly #deframer = new Deframer();
  readonly #packets: string[] = [];
  readonly #breakpoints = new Set<bigint>();
  readonly #watchpoints = new Map<bigint, number>();
  #wake: (() => void) | undefined;
  /** QEMU chooses another by itself when it stops. */
  #selected: string | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#gone = true;
      this.#wake?.();
    });
  }

  async begin(): Promise<void> {
    // QEMU stops when a client comes, and says so unasked before or after its first answer.
    await this.#askPastStops('qSupported:multiprocess+;vContSupported+');
    // It answers for single registers only those who have asked for their description.
    await this.#askPastStops('qXfer:features:read:target.xml:0,ffb');
    const threads: string[] = [];
    for (let reply = await this.#askPastStops('qfThreadInfo'); ; reply = await this.#ask('qsThreadInfo')) {
      if (!reply.startsWith('m')) break;
      threads.push(...reply.slice(1).split(','));
    }
    if (threads.length === 0) throw new RigError("QEMU's stub knows no vCPU");
    this.threads = threads;
    if (!(await this.#ask('vCont?')).startsWith('vCont;'))
      throw new RigError("QEMU's stub cannot let single vCPUs run (vCont)");
  }

  async readMemory(thread: string, address: bigint, bytes: number): Promise<Buffer> {
    await this.#select(thread);
    const reply = await this.#ask(`m${address.toString(16)},${bytes.toString(16)}`);
    if (/^E..$/.test(reply)) throw new RigError(`nothing is mapped at 0x${address.toString(16)}`);
    return fromHex(reply);
  }

  async writeMemory(thread: string, address: bigint, data: Uint8Array): Promise<void> {
    await this.#select(thread);
    const hex = Buffer.from(data).toString('hex');
    await this.#insist(`M${address.toString(16)},${data.length.toString(16)}:${hex}`);
  }

  async readRegister(thread: string, number: number): Promise<Buffer> {
    await this.#select(thread);
    const reply = await this.#ask(`p${number.toString(16)}`);
    if (/^E..$/.test(reply) || reply === '') throw new RigError(`QEMU's stub has no register ${number}`);
    return fromHex(reply);
  }

  async writeRegister(thread: string, number: number, value: Uint8Array): Promise<void> {
    await this.#select(thread);
    await this.#insist(`P${number.toString(16)}=${Buffer.from(value).toString('hex')}`);
  }

  async setBreakpoint(address: bigint): Promise<void> {
    if (this.#breakpoints.has(address)) return;
    await this.#insist(`Z1,${address.toString(16)},1`);
    this.#breakpoints.add(address);
  }

  async clearBreakpoint(address: bigint): Promise<void> {
    if (!this.#breakpoints.delete(address)) return;
    await this.#insist(`z1,${address.toString(16)},1`);
  }

  async setWatchpoint(address: bigint, bytes: number): Promise<void> {
    await this.#insist(`Z2,${address.toString(16)},${bytes.toString(16)}`);
    this.#watchpoints.set(address, bytes);
  }

  resume(threads: readonly string[]): Promise<void> {
    if (threads.length === 0) throw new Error('somebody has to run');
    const everybody = threads.length === this.threads.length;
    this.#send(everybody ? 'vCont;c' : `vCont;${threads.map((thread) => `c:${thread}`).join(';')}`);
    this.running = true;
    return Promise.resolve();
  }

  async step(thread: string): Promise<void> {
    this.#send(`vCont;s:${thread}`);
    this.running = true;
    const stop = await this.waitForStop(PATIENCE);
    if (stop === undefined) throw new RigError('a single instruction does not end');
  }

  interrupt(): void {
    this.#socket.write('\x03', 'latin1');
  }

  async waitForStop(milliseconds: number): Promise<Stop | undefined> {
    const data = await this.#packet(milliseconds);
    if (data === undefined) return undefined;
    this.running = false;
    this.#selected = undefined;
    const stop = parseStop(data);
    if (stop === undefined) throw new RigError(`QEMU's stub says "${data}" instead of a stop`);
    return stop;
  }

  async detach(): Promise<void> {
    try {
      if (this.running) {
        this.interrupt();
        await this.waitForStop(PATIENCE);
      }
      for (const address of this.#breakpoints) await this.clearBreakpoint(address);
      for (const [address, bytes] of this.#watchpoints)
        await this.#ask(`z2,${address.toString(16)},${bytes.toString(16)}`);
      // The process is the cluster of vCPUs, which QEMU numbers from 1.
      await this.#ask('D;1');
    } catch {
      // QEMU is gone, or lets its guest run when its client is.
    }
    this.#socket.destroy();
  }

  async #select(thread: string): Promise<void> {
    if (thread === this.#selected) return;
    await this.#insist(`Hg${thread}`);
    this.#selected = thread;
  }

  async #insist(request: string): Promise<void> {
    const reply = await this.#ask(request);
    if (reply !== 'OK') throw new RigError(`QEMU's stub refuses ${request.slice(0, 40)}: "${reply}"`);
  }

  async #ask(request: string): Promise<string> {
    if (this.running) throw new Error(`${request}: the machine is running`);
    this.#send(request);
    return this.#answer(request);
  }

  async #answer(request: string): Promise<string> {
    const reply = await this.#packet(PATIENCE);
    if (reply === undefined) throw new RigError(`QEMU's stub does not answer ${request.slice(0, 40)}`);
    return reply;
  }

  async #askPastStops(request: string): Promise<string> {
    let reply = await this.#ask(request);
    while (parseStop(reply) !== undefined) reply = await this.#answer(request);
    return reply;
  }

  #send(data: string): void {
    this.#socket.write(frame(data), 'latin1');
  }

  #receive(chunk: string): void {
    for (const one of this.#deframer.push(chunk)) {
      if (one.kind === 'ack') continue;
      // A stream socket garbles nothing; what is garbled was not meant for us.
      this.#socket.write(one.kind === 'packet' ? '+' : '-');
      if (one.kind === 'packet') this.#packets.push(one.data);
    }
    if (this.#packets.length > 0) this.#wake?.();
  }

  async #packet(milliseconds: number): Promise<string | undefined> {
    if (this.#packets.length === 0 && !this.#gone) {
      const arrived = Promise.withResolvers<void>();
      const patience = new AbortController();
      this.#wake = arrived.resolve;
      const late = sleep(milliseconds, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([arrived.promise, late]);
      patience.abort();
      this.#wake = undefined;
    }
    const packet = this.#packets.shift();
    if (packet === undefined && this.#gone) throw new RigError("QEMU's debugger port has closed");
    return packet;
  }
}

import type { Arch } from '../arch/index.ts';

/** What the director has to know of a processor. Numbers of registers are those of QEMU's gdb-xml for the target. */
export interface Processor {
  readonly programCounter: number;
  readonly stackPointer: number;
  /** Where the first arguments of a function are when it begins (the ABI's supplement for the processor). */
  readonly arguments: readonly number[];
  /** Where its result is when it returns. */
  readonly returned: number;
  /** They have the numbers from 0 on. */
  readonly generalRegisters: number;
  /** What a kept actor executes: in memory's order; offsets in it of where to wait with interrupts on, and where with interrupts off. */
  readonly rest: { readonly code: Buffer; readonly halts: number; readonly spins: number };
  /** Where a vCPU can have interrupts off: register, and whether its value says so. */
  readonly interruptsOff: { readonly register: number; readonly says: (value: bigint) => boolean };
  /** Bytes of a kernel stack, which begins at a multiple of them, from the settings of its .config. */
  readonly stackBytes: (settings: ReadonlyMap<string, string>) => number;
}

const x86: Processor = {
  programCounter: 16,
  stackPointer: 7,
  arguments: [5, 4, 3, 2, 8],
  returned: 0,
  generalRegisters: 16,
  // hlt; jmp to it; jmp . (a CPU that halts leaves the host's to the others)
  rest: { code: Buffer.from('f4ebfdebfe', 'hex'), halts: 0, spins: 3 },
  // EFLAGS.IF
  interruptsOff: { register: 17, says: (value) => (value & 0x200n) === 0n },
  // THREAD_SIZE of arch/x86/include/asm/page_64_types.h: two orders, and one more for KASAN
  stackBytes: (settings) => 16384 << (settings.has('KASAN') ? 1 : 0),
};

/** @param spin `b .`: the instructions that halt are the hypervisor's. */
const powerpc = (spin: string): Processor => ({
  programCounter: 64,
  stackPointer: 1,
  arguments: [3, 4, 5, 6, 7],
  returned: 3,
  generalRegisters: 32,
  rest: { code: Buffer.from(spin, 'hex'), halts: 0, spins: 0 },
  // MSR[EE]. What is disabled lazily only (paca->irq_soft_mask) still gets here, and is put off by the kernel.
  interruptsOff: { register: 65, says: (value) => (value & 0x8000n) === 0n },
  // THREAD_SIZE of arch/powerpc/include/asm/thread_info.h
  stackBytes: (settings) => 1 << Number(settings.get('THREAD_SHIFT') ?? 14),
});

const processors: Record<Arch['userland'], Processor> = {
  x86_64: x86,
  ppc64: powerpc('48000000'),
  ppc64le: powerpc('00000048'),
};

export const processorOf = ({ userland }: Pick<Arch, 'userland'>): Processor => processors[userland];

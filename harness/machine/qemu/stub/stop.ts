/** Why the machine stopped: the stop reply packets of GDB's remote protocol, as QEMU sends them. */
export type Stop =
  | {
      readonly kind: 'stopped';
      /** Number of the signal; 5 (SIGTRAP) for a breakpoint or a step, 2 (SIGINT) for a stop that was asked for. */
      readonly signal: number;
      /** The vCPU that it is about, as the stub names it (`p01.02`); undefined when it does not say. */
      readonly thread: string | undefined;
      /** The address that was written, for a watchpoint. */
      readonly written?: bigint;
    }
  /** QEMU is ending (`W`), or was killed (`X`). */
  | { readonly kind: 'gone' };

/** @returns undefined for a packet that is no stop reply. */
export function parseStop(data: string): Stop | undefined {
  const kind = data[0];
  if (kind === 'W' || kind === 'X') return { kind: 'gone' };
  if (kind !== 'T' && kind !== 'S') return undefined;
  const signal = Number.parseInt(data.slice(1, 3), 16);
  if (Number.isNaN(signal)) return undefined;
  const thread = /(?:^|;)thread:(p?[0-9a-f.]+)/.exec(data.slice(3))?.[1];
  const written = /;watch:([0-9a-f]+)/.exec(data)?.[1];
  return {
    kind: 'stopped',
    signal,
    thread,
    ...(written !== undefined && { written: BigInt(`0x${written}`) }),
  };
}

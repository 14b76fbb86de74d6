import type { Arch } from '../arch/index.ts';

/**
 * Why a running machine is no longer running. The first reason wins and is never replaced.
 * - `clean`: it powered off because it was asked to.
 * - `panic`: the kernel panicked or rebooted by itself (the kernel's fault until shown otherwise).
 * - `hang`: the kernel stopped making progress: no output and no answer within the limit.
 * - `limit`: a time limit of the job ran out while the machine was still making progress.
 * - `cancelled`: the user or the harness's own shutdown.
 * - `lost`: the rig broke: QEMU died or was killed, the connection was refused from the start, the disk filled.
 */
export type EndReason = 'clean' | 'panic' | 'hang' | 'limit' | 'cancelled' | 'lost';

export interface End {
  readonly reason: EndReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** What is booted. All paths absolute. */
export interface Image {
  readonly kernel: string;
  readonly initramfs: string;
  /** `uname -r` that must answer, or undefined when unknown (a prebuilt kernel). */
  readonly release?: string;
}

/** Seconds; see machine/limits.ts for the order between them. */
export interface Limits {
  readonly boot: number;
  readonly rcuStall: number;
  readonly softLockup: number;
  readonly hungTask: number;
  readonly silence: number;
}

export interface BootOptions {
  readonly arch: Arch;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Added to the kernel's command line after the harness's own words. */
  readonly append: readonly string[];
  /** Where `console.log`, `qemu.cmd` and the keys go; created by the caller. */
  readonly directory: string;
  /** What differs from the defaults of machine/limits.ts, for a native machine; emulation multiplies. */
  readonly limits?: Partial<Limits>;
  /** Offer the capability of the same name. */
  readonly debugStub?: boolean;
  readonly signal: AbortSignal;
}

export interface ExecOptions {
  /** Seconds until the command is killed and the result says `timedOut`. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly input?: string | Uint8Array;
  /** Bytes of standard output as they come; when given, `stdout` of the result is empty. */
  readonly onStdout?: (chunk: Uint8Array) => void;
}

export interface ExecResult {
  readonly exitCode: number | null;
  /** Signal name without SIG, as SSH reports it (`KILL`, `SEGV`). */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** The connection went away before the command reported its end. */
  readonly lost: boolean;
}

export type Acceleration = { readonly kind: 'kvm' | 'tcg' | 'none'; readonly reason: string };

/** A person's terminal, such as process.stdin and process.stdout. */
export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

export interface Running {
  readonly acceleration: Acceleration;
  /** Seconds from power-on to the first command that could run. */
  readonly bootSeconds: number;
  /** `uname -r` of the kernel that answered. */
  readonly release: string;
  /** Directory on the machine where the guest programs are (`hammer`, `spf-counters`, …). */
  readonly programs: string;
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  put(local: string, remote: string): Promise<void>;
  get(remote: string, local: string): Promise<void>;
  /** The raw console so far and from now on; ends when the machine does. `local` has the kernel log where it may be read. */
  readonly console: AsyncIterable<Uint8Array>;
  /** The number in /proc/sys/kernel/tainted. */
  taint(): Promise<number>;
  /** All CPUs print their stacks (QMP inject-nmi, or sysrq l). Resolves to false when the machine has no such thing. */
  nmi(): Promise<boolean>;
  /** Power off: politely for `clean`, by force after a grace time and for anything else. Idempotent. */
  stop(reason: EndReason, detail?: string): Promise<End>;
  readonly ended: Promise<End>;
  /** An interactive shell on the caller's terminal, until it is left; resolves to its exit code. Undefined where there is none. */
  readonly shell?: (terminal: Terminal) => Promise<number | null>;
  /** Optional capabilities, for work that forces interleavings; undefined where the machine cannot. */
  readonly debugStub?: { readonly socket: string };
}

export interface Machine {
  readonly kind: 'qemu' | 'ssh' | 'local';
  /** Resolves when commands can run. Rejects with RigError, or with BootFailure when the kernel died on the way. */
  boot(image: Image, options: BootOptions): Promise<Running>;
}

/** The kernel was started and never came to the point where commands run. What it said is in `directory`/console.log. */
export class BootFailure extends Error {
  override readonly name = 'BootFailure';
  readonly end: End;
  constructor(end: End) {
    super(`the guest did not come up: ${end.detail}`);
    this.end = end;
  }
}

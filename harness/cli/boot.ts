import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Arch, findArch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { debianKernel } from '../build/debian/kernel.ts';
import { prepare, preparationSteps } from '../campaign/prepare.ts';
import { qemuMachine } from '../machine/qemu/machine.ts';
import { BootFailure, type Image, type Running } from '../machine/types.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { requestRun } from './request.ts';

export interface BootCommandOptions {
  readonly plan: string;
  readonly arch: string;
  readonly kernel: string;
  readonly profile: string;
  readonly debian?: boolean;
}

/** `spf boot [-- COMMAND…]`: a shell in the guest, or one command; a kernel that does not come up is at fault. */
export async function boot(argv: readonly string[], options: BootCommandOptions): Promise<ExitCode> {
  const ctx = commandContext();
  const arch = findArch(options.arch);
  if (arch === undefined) throw new UsageError(`unknown architecture "${options.arch}"`);
  const image = options.debian ? (await debianKernel(arch, ctx)).image : await imageOfPlan(options, ctx);
  const directory = await mkdtemp(join(tmpdir(), 'spf-boot-'));
  process.stderr.write(`console: ${join(directory, 'console.log')}\n`);
  try {
    const running = await qemuMachine(ctx).boot(image, bootOptions(arch, directory, ctx));
    const { release, bootSeconds, acceleration } = running;
    process.stderr.write(`${release}, up in ${bootSeconds.toFixed(1)} s (${acceleration.kind})\n`);
    return argv.length > 0 ? await runOnce(running, argv) : await handOver(running);
  } catch (error) {
    if (!(error instanceof BootFailure)) throw error;
    process.stderr.write(`spf: ${error.message}\n`);
    return error.end.reason === 'lost' ? EXIT.rig : EXIT.kernelAtFault;
  }
}

const bootOptions = (arch: Arch, directory: string, { signal }: Context) =>
  ({ arch, cpus: 2, memoryMiB: 2048, append: [], directory, signal }) as const;

/** The kernel of a plan, built or from the cache. */
export async function imageOfPlan(
  options: Pick<BootCommandOptions, 'plan' | 'arch' | 'kernel' | 'profile'>,
  ctx: Context,
): Promise<Image> {
  const { plan, arch, kernel, profile } = options;
  const request = requestRun(plan, { arch: [arch], kernel: [kernel], profile: [profile] }, projectDir);
  const observer = createObserver();
  observer.plan(preparationSteps(request));
  const [prepared] = (await prepare(request, ctx, observer)).values();
  if (prepared === undefined) throw new UsageError('the plan has no such kernel');
  return prepared.image;
}

async function runOnce(running: Running, argv: readonly string[]): Promise<ExitCode> {
  const { exitCode, stderr, lost } = await running.exec(argv, {
    onStdout: (chunk) => process.stdout.write(chunk),
  });
  process.stderr.write(stderr);
  const end = await running.stop('clean');
  if (end.reason === 'panic' || end.reason === 'hang') return EXIT.kernelAtFault;
  if (lost || end.reason !== 'clean') return EXIT.rig;
  if (exitCode !== 0) process.stderr.write(`spf: the command ended with ${exitCode}\n`);
  return EXIT.clean;
}

async function handOver(running: Running): Promise<ExitCode> {
  if (running.shell === undefined) throw new UsageError('this machine has no shell to hand over');
  await running.shell({ input: process.stdin, output: process.stdout });
  const end = await running.stop('clean');
  return end.reason === 'panic' ? EXIT.kernelAtFault : EXIT.clean;
}

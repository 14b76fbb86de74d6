import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { type Arch, findArch } from '../arch/index.ts';
import { didYouMean } from '../base/did-you-mean.ts';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { buildGuest } from '../build/guest.ts';
import { debianKernel } from '../build/debian/kernel.ts';
import { type ConformReport, runConform } from '../campaign/conform/differential.ts';
import { localMachine } from '../machine/local/machine.ts';
import { qemuMachine } from '../machine/qemu/machine.ts';
import { BootFailure, type Running } from '../machine/types.ts';
import { operationNames, type OperationName } from '../model/address-space/operation.ts';
import { cProgram } from '../workload/conform/c-program.ts';
import { imageOfPlan } from './boot.ts';
import { commandContext } from './context.ts';

export interface ConformOptions {
  readonly on: string;
  readonly plan: string;
  readonly arch: string;
  readonly kernel: string;
  readonly profile: string;
  readonly seed: number;
  readonly operations: number;
  readonly size: number;
  readonly explain: number;
  readonly without?: string[];
  readonly sysctl?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Programs of one start of the guest program. */
const BATCH = 100;

/** `spf conform`: 0 model and kernel agree on everything, 1 they do not. */
export async function conform(options: ConformOptions): Promise<ExitCode> {
  const arch = findArch(options.arch);
  if (arch === undefined) throw new UsageError(`unknown architecture "${options.arch}"`);
  const without = (options.without ?? []).map(operationNamed);
  const ctx = commandContext();
  const directory = options.out ?? (await mkdtemp(join(tmpdir(), 'spf-conform-')));
  let running: Running;
  try {
    running = await bootFor(options, arch, directory, ctx);
  } catch (error) {
    if (!(error instanceof BootFailure)) throw error;
    process.stderr.write(`spf: ${error.message}; console: ${directory}\n`);
    return error.end.reason === 'lost' ? EXIT.rig : EXIT.kernelAtFault;
  }
  await switchSpf(running, options.sysctl);
  const begun = performance.now();
  let report: ConformReport;
  try {
    report = await runConform(running, {
      without,
      ...{ seed: options.seed, operations: options.operations, size: options.size },
      ...{ batch: BATCH, explain: options.explain, signal: ctx.signal, onProgress: showProgress },
    });
  } finally {
    await running.stop('clean');
  }
  const seconds = (performance.now() - begun) / 1000;
  await keep(report, directory);
  if (options.json) console.log(JSON.stringify(summary(report, seconds), null, 2));
  else print(report, seconds, directory);
  if (report.disagreements.size > 0 || report.killer) return EXIT.kernelAtFault;
  if (options.sysctl === 'on' && !report.faults[SPECULATIVE]) {
    process.stderr.write('spf: not one fault was speculative: this run proves nothing about the series\n');
    return EXIT.rig;
  }
  return EXIT.clean;
}

/** The series' own counter (mm/vmstat.c). */
const SPECULATIVE = 'vmstat.speculative_pgfault';

function operationNamed(text: string): OperationName {
  const found = operationNames.find((name) => name === text);
  if (found === undefined)
    throw new UsageError(`--without ${text}: there is no such operation${didYouMean(text, operationNames)}`);
  return found;
}

async function bootFor(
  options: ConformOptions,
  arch: Arch,
  directory: string,
  ctx: ReturnType<typeof commandContext>,
): Promise<Running> {
  // A busy host keeps an emulated timer waiting longer than the kernel's own test of it does.
  const append = ['no_timer_check'];
  const boot = { arch, cpus: 2, memoryMiB: 1024, append, directory, signal: ctx.signal } as const;
  switch (options.on) {
    case 'local': {
      const { programs, initramfs } = await buildGuest(arch, ctx);
      return localMachine(programs).boot({ kernel: '', initramfs }, boot);
    }
    case 'debian':
      return qemuMachine(ctx).boot((await debianKernel(arch, ctx)).image, boot);
    case 'plan':
      return qemuMachine(ctx).boot(await imageOfPlan(options, ctx), boot);
    default:
      throw new UsageError(`--on ${options.on}: it must be local, debian or plan`);
  }
}

/** The series' switch, where it is asked for. @throws UsageError when this kernel has none. */
async function switchSpf(running: Running, wanted: string | undefined): Promise<void> {
  if (wanted === undefined) return;
  const value = wanted === 'on' ? '1' : '0';
  const file = '/proc/sys/vm/speculative_page_fault';
  const { exitCode } = await running.exec(['sh', '-c', `echo ${value} >${file}`], { timeout: 60 });
  if (exitCode !== 0) throw new UsageError(`--sysctl ${wanted}: ${running.release} has no ${file}`);
}

function showProgress({ operations, disagreements }: ConformReport): void {
  const bad = [...disagreements.values()].reduce((sum, count) => sum + count, 0);
  process.stderr.write(`\r${operations} operations, ${bad} programs disagree `);
}

/** A C program a disagreement, as files. */
async function keep({ explanations, killer }: ConformReport, directory: string): Promise<void> {
  for (const [index, { source }] of explanations.entries())
    await writeFile(join(directory, `disagreement-${index + 1}.c`), source);
  if (killer)
    await writeFile(join(directory, 'killer.c'), cProgram(killer, ['the machine went away in this program']));
}

function summary(report: ConformReport, seconds: number) {
  const { release, operations, programs, time, killer } = report;
  return {
    ...{ release, operations, programs, seconds, time, faults: report.faults },
    operationsPerSecond: Math.round(operations / seconds),
    modelShare: time.model / (seconds * 1000),
    disagreements: Object.fromEntries(report.disagreements),
    explanations: report.explanations,
    lost: killer !== undefined,
  };
}

function print(report: ConformReport, seconds: number, directory: string): void {
  const { release, operations, programs, time } = report;
  process.stderr.write('\n');
  const verdict =
    report.disagreements.size === 0 ? pc.green('all as expected') : pc.red('not all as expected');
  console.log(`${pc.bold(release)}: ${operations} operations in ${programs} programs, ${verdict}`);
  const share = (part: number) => `${((part / (seconds * 1000)) * 100).toFixed(1)} %`;
  console.log(
    `  ${Math.round(operations / seconds)} operations a second; ${share(time.model)} of the time in the model, ${share(time.generate)} in the generator`,
  );
  const { [SPECULATIVE]: speculative, 'vmstat.pgfault': classic = 0 } = report.faults;
  if (speculative !== undefined)
    console.log(
      `  ${((speculative / (speculative + classic)) * 100).toFixed(1)} % of the faults were speculative`,
    );
  for (const [sort, count] of report.disagreements) console.log(pc.red(`  ${sort}: ${count} programs`));
  for (const { headline, because, source } of report.explanations) {
    console.log(`\n${pc.bold(headline)}`);
    because.forEach((line) => console.log(`  by the model: ${line}`));
    console.log(source);
  }
  if (report.explanations.length > 0 || report.killer) console.log(`C programs: ${directory}`);
}

#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { describeError, EXIT, type ExitCode } from '../base/errors.ts';
import { projectDir } from './context.ts';

/**
 * The table of commands. Each action loads its own file, so that `spf --help` and a typing error cost nothing.
 * Exit codes: 0 nothing new found; 1 the kernel is at fault; 2 wrong usage or configuration; 3 the rig could not judge.
 */
const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { version: string };

let exitCode: ExitCode = EXIT.clean;
const ends =
  <A extends unknown[]>(action: (...args: A) => Promise<ExitCode>) =>
  async (...args: A): Promise<void> => {
    exitCode = await action(...args);
  };

const program = new Command('spf')
  .description('Build a kernel with a patch series, boot it, hammer it, and say whose fault it is.')
  .version(version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing new found; 1 the kernel is at fault; 2 wrong usage or configuration; 3 the rig could not judge.',
  );

program
  .command('run')
  .summary('the main job: plan, build, boot, hammer, verdict')
  .description('Run a plan: the name of one in kernel-config/plans, or the path of a YAML file.')
  .argument('[plan]', 'plan to run', 'default')
  .option('--arch <id...>', 'only these architectures')
  .option('--kernel <which...>', 'only these kernels: series, series-off, base')
  .option('--profile <name...>', 'only these profiles')
  .option('--workload <name...>', 'only these workloads (or names of jobs)')
  .option('--duration <seconds>', 'how long each workload runs', positive)
  .option('--repeat <n>', 'how often each job runs', natural)
  .option('--seed <n>', 'seed of the first repeat; random when left out', natural)
  .option('--jobs <n>', 'guests at a time', natural, 1)
  .option('--out <dir>', 'where results go', 'out')
  .option(
    '--series <spec>',
    "instead of the plan's series: a directory, an mbox, a patch, git:repo#a..b, msgid:…",
  )
  .option('--with <patch...>', "patches on top of the plan's series: a file, a directory, …")
  .option('--base <spec>', "instead of the plan's base: debian:5.10, git:repo#ref, dir:…, tarball:…")
  .option('--dry-run', 'show what would be done')
  .option('--json', 'print the run record (or the schedule) as JSON, and nothing else, on stdout')
  .action(
    ends(async (plan: string, options: object) => (await import('./run.ts')).run(plan, options as never)),
  );

program
  .command('build')
  .summary('build one kernel, or a series patch by patch')
  .description(
    'Build the kernels of a plan, and print where they are; or, with --each, its series patch by patch with the symbol off and on.',
  )
  .option(
    '--each',
    "every patch of the series in turn: the tree's checkpatch, vmlinux of each architecture with the symbol off and on, new warnings",
  )
  .argument('[plan]', 'plan that names base and series', 'default')
  .option('--arch <id...>', 'only these architectures')
  .option('--kernel <which...>', 'only these kernels: series, series-off, base')
  .option('--profile <name...>', 'only these profiles')
  .option('--series <spec>', "instead of the plan's series")
  .option('--with <patch...>', "patches on top of the plan's series")
  .option('--base <spec>', "instead of the plan's base")
  .option(
    '--touched',
    'with --each: once a kernel was built, compile only the files that the series changes (minutes instead of hours; nothing is linked)',
  )
  .option('--out <dir>', 'where the record of --each goes (default: "out")')
  .option('--json', 'print what was built as JSON')
  .action(
    ends(async (plan: string, options: object) => (await import('./build.ts')).build(plan, options as never)),
  );

program
  .command('boot')
  .summary('boot one kernel and hand over a shell')
  .description('Boot a kernel of a plan and open a shell in it, or run the command after --.')
  .argument('[command...]', 'what to run in the guest')
  .option('--plan <plan>', 'plan that names base and series', 'default')
  .option('--arch <id>', 'architecture', 'x86_64')
  .option('--kernel <which>', 'series or base', 'series')
  .option('--profile <name>', 'profile', 'race')
  .option('--debian', "Debian's prebuilt kernel instead of one of ours")
  .action(
    ends(async (argv: string[], options: object) => (await import('./boot.ts')).boot(argv, options as never)),
  );

program
  .command('console')
  .summary('findings in console logs')
  .description('Read console logs (- for standard input) and print what the kernel complained about.')
  .argument('[file...]', 'logs')
  .option('--vmlinux <file>', 'resolve addresses to file and line')
  .option('--jsonl <file>', 'batch: one JSON object a line in, one a line out (- for standard input)')
  .option('--json', 'print the findings as JSON')
  .option('--context <lines>', "lines of the console's own words with each finding", '12')
  .option('--follow', 'go on with a log that is still being written, until Ctrl-C')
  .option('--series <name>', 'excuse what is known of this series (kernel-config/known-issues.yaml)')
  .action(
    ends(async (files: string[], options: object) =>
      (await import('./console.ts')).readConsoles(files, options as never),
    ),
  );

program
  .command('check')
  .summary('replay the model over recorded histories')
  .argument('<history...>', 'history.bin files')
  .option('--json', 'print the reports as JSON')
  .option('--perfetto <file>', 'write what has no explanation as a trace for ui.perfetto.dev')
  .action(
    ends(async (files: string[], options: object) =>
      (await import('./check.ts')).check(files, options as never),
    ),
  );

program
  .command('model')
  .summary('explore the lookup and fault protocol of the series')
  .description(
    'Search every interleaving of the protocol of v12 within a scope, and print the shortest way to break it.',
  )
  .option('--fixed', 'v12 with the fixes of harness/model/protocol/fixes.ts')
  .option('--mutant <id>', 'the fixed protocol with one thing broken (--list names them)')
  .option('--check <id...>', 'only these checks (--list names them)')
  .option('--threads <n>', 'threads that fault', natural)
  .option('--finds <n>', 'lookups of each thread', natural)
  .option('--stores <n>', 'stores of each thread', natural)
  .option('--operations <n>', 'system calls that change the tree', natural)
  .option('--vmas <n>', 'VMAs at the start', natural)
  .option('--limit <states>', 'give up after so many states', natural)
  .option('--no-reduction', 'without partial-order reduction')
  .option('--no-symmetry', 'tell interchangeable threads apart')
  .option('--litmus <file...>', 'instead: run litmus tests under SC, TSO and POWER')
  .option('--replay', 'play the counterexample on a kernel (docs/director.md)')
  .option('--plan <plan>', 'to replay: plan that names base and series', 'default')
  .option('--arch <id>', 'to replay: architecture', 'x86_64')
  .option('--kernel <which>', 'to replay: series, series-off or base', 'series')
  .option('--profile <name>', 'to replay: instead of the profile that sees it')
  .option('--with <patch...>', 'to replay: these patches instead of those that the mutant needs')
  .option('--tries <n>', 'to replay: how often', natural, 1)
  .option('--out <dir>', 'to replay: where the record goes', 'out')
  .option('--list', 'list checks and mutants')
  .option('--json', 'print the results as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 no counterexample in the scope; 1 a counterexample (v12 as posted has some); 2 wrong usage; 3 the limit came first.',
  )
  .action(ends(async (options: object) => (await import('./model.ts')).model(options as never)));

program
  .command('conform')
  .summary('compare a kernel with the model of an address space, program by program')
  .description(
    'Generate programs of system calls and accesses, run them, and compare every step with the model.',
  )
  .option(
    '--on <machine>',
    "local: this host's kernel; debian: Debian's prebuilt one; plan: one of a plan's",
    'local',
  )
  .option('--plan <plan>', 'plan that names base and series', 'default')
  .option('--arch <id>', 'architecture', 'x86_64')
  .option('--kernel <which>', 'series or base', 'series')
  .option('--profile <name>', 'profile', 'race')
  .option('--without <operation...>', 'leave these operations out of the programs')
  .option('--sysctl <state>', 'on or off: vm.speculative_page_fault')
  .option('--seed <n>', 'seed of the first batch', natural, 1)
  .option('--operations <n>', 'how many operations to run, at least', natural, 100_000)
  .option('--size <n>', 'operations of a program, at most', natural, 40)
  .option('--explain <n>', 'how many disagreements are shrunk and explained', natural, 5)
  .option('--out <dir>', 'where C programs and the console go; exists')
  .option('--json', 'print as JSON')
  .action(ends(async (options: object) => (await import('./conform.ts')).conform(options as never)));

program
  .command('bench')
  .summary('page faults a second: base, series and series with fixes, compared')
  .description(
    'Boot the kernels of a plan in turn, several times each, measure page faults a second, and compare with the base.',
  )
  .argument('[plan]', 'plan that names base and series, with a job fault-rate', 'bench')
  .option(
    '--series <stack...>',
    'compare these with the base: a series, or several joined by +, instead of every beginning of the stack of the plan',
  )
  .option('--base <spec>', "instead of the plan's base")
  .option('--arch <id>', "architecture; the plan's first when left out")
  .option('--profile <name>', "profile; the plan's first when left out")
  .option('--boots <n>', 'boots of each kernel', natural, 5)
  .option('--duration <seconds>', 'how long each scene is measured', positive, 5)
  .option('--seed <n>', 'of the order of the boots, and of the workload; random when left out', natural)
  .option('--out <dir>', 'where results go', 'out')
  .option('--dry-run', 'show kernels and the order of the boots; do nothing')
  .option('--json', 'print the record as JSON, and nothing else, on stdout')
  .addHelpText(
    'after',
    '\nExit codes: 0 measured; 1 a kernel went wrong (its boot does not count); 2 wrong usage; 3 the rig did, or nothing was measured.',
  )
  .action(
    ends(async (plan: string, options: object) => (await import('./bench.ts')).bench(plan, options as never)),
  );

ofOneKernel(
  program
    .command('direct')
    .summary('play an interleaving on a kernel, step by step')
    .description(
      'Boot a kernel under QEMU and let threads of a program go through it in the order of a schedule, held at points of the kernel through the debugger port (docs/director.md).',
    )
    .argument('[schedule]', 'a name of kernel-config/schedules (--list names them), or a file'),
  "instead of the schedule's profile",
)
  .option('--tries <n>', 'how often', natural, 1)
  .option('--out <dir>', 'where the record goes', 'out')
  .option('--list', 'list the schedules')
  .option('--json', 'print as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing came of it; 1 the kernel was harmed; 2 wrong usage, or the kernel does not have a point of the schedule; 3 no try could be judged.',
  )
  .action(
    ends(async (name: string | undefined, options: object) =>
      (await import('./direct.ts')).direct(name, options as never),
    ),
  );

ofOneKernel(
  program
    .command('explore')
    .summary('play interleavings that are made at random')
    .description(
      'Boot a kernel under QEMU and play schedules that are made at random, until one harms it: an actor is held at a place of the series while others go on, or priorities change at few places (docs/director.md).',
    ),
  'kernel profile: race, or kasan which sees more',
  'kasan',
)
  .option('--seed <n>', 'of the schedules', natural, 1)
  .option('--tries <n>', 'schedules at most', natural, 1_000_000)
  .option('--budget <seconds>', 'time at most, builds apart', positive, 600)
  .option('--jobs <n>', 'guests at a time', natural, 1)
  .option('--go-on', 'do not stop at the first schedule that does harm')
  .option('--out <dir>', 'where the record goes', 'out')
  .option('--json', 'print as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing came of it; 1 a schedule harmed the kernel; 2 wrong usage; 3 no schedule could be judged.',
  )
  .action(ends(async (options: object) => (await import('./explore.ts')).exploreKernel(options as never)));

program
  .command('mutants')
  .summary('break the series on purpose, and see what notices')
  .description(
    'Build, boot and hammer mutants of the series, each until two runs of one trial notice it or its budget is spent. A campaign that was stopped goes on where it was.',
  )
  .argument('[id...]', 'only these mutants (--list names them)')
  .option('--arch <id...>', 'architectures', ['x86_64'])
  .option('--profile <name...>', 'only these kernel profiles')
  .option('--budget <seconds>', 'of trials for each mutant, builds and confirmations apart', positive, 900)
  .option('--kills <n>', 'killing runs of the trial that kills', natural, 3)
  .option('--jobs <n>', 'mutants at a time', natural, 1)
  .option('--seed <n>', 'of the first run of each trial (default: that of the campaign begun, or 1)', natural)
  .option('--out <dir>', 'where results are kept', 'out/mutants')
  .option('--list', 'list the mutants')
  .option('--report [file]', 'instead: print what is on record as Markdown, or write it to a file')
  .option('--json', 'print as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 every mutant was hunted to its end, survivors or not; 2 wrong usage, or a mutant does not apply or build; 3 a mutant could not be judged, or the campaign was cancelled.',
  )
  .action(
    ends(async (ids: string[], options: object) =>
      (await import('./mutants.ts')).mutants(ids, options as never),
    ),
  );

program
  .command('coverage')
  .summary('which lines of the series the workloads execute')
  .description(
    'Run every workload on a kernel that counts what it executes (gcov), and write a page: lines and branches that the series adds, those that were never reached, and a listing.',
  )
  .argument('[plan]', 'plan with one kernel of the profile coverage', 'coverage')
  .option('--arch <id>', "architecture; the plan's when left out")
  .option('--series <spec>', "instead of the plan's series")
  .option('--with <patch...>', "patches on top of the plan's series")
  .option('--base <spec>', "instead of the plan's base")
  .option('--workload <name...>', 'only these workloads (or names of jobs)')
  .option('--duration <seconds>', 'how long each workload runs', positive)
  .option('--seed <n>', 'of the workloads', natural, 1)
  .option('--out <dir>', 'where results go', 'out')
  .option('--report <file>', 'write the page there instead of beside the results')
  .option('--json', 'print what was measured as JSON, and nothing else, on stdout')
  .addHelpText('after', '\nExit codes: 0 counted; 2 wrong usage; 3 no counts came, or it was broken off.')
  .action(
    ends(async (plan: string, options: object) =>
      (await import('./coverage.ts')).coverage(plan, options as never),
    ),
  );

program
  .command('report')
  .summary('write the reports of a run again, from its record')
  .argument('[run]', 'run.json or its directory', 'out/latest')
  .action(ends(async (run: string) => (await import('./report.ts')).report(run)));

program
  .command('decisions')
  .summary('the decision table of the series, with what runs of `decisions` saw')
  .description(
    'Print, as Markdown, every decision of the handler, what is to be seen of it and what was seen.',
  )
  .argument('[run...]', 'run.json or its directory', ['out/latest'])
  .action(ends(async (runs: string[]) => (await import('./decisions.ts')).decisions(runs)));

program
  .command('doctor')
  .summary('what this machine has, what it lacks, and what that prevents')
  .option('--json', 'print as JSON')
  .action(ends(async (options: object) => (await import('./doctor.ts')).doctor(options)));

/** The options of a command that plays schedules, on one kernel. */
function ofOneKernel(command: Command, profile: string, byDefault?: string): Command {
  return command
    .option('--plan <plan>', 'plan that names base and series', 'default')
    .option('--arch <id>', 'architecture', 'x86_64')
    .option('--kernel <which>', 'series, series-off or base', 'series')
    .option('--profile <name>', profile, byDefault)
    .option('--series <spec>', "instead of the plan's series")
    .option('--with <patch...>', "patches on top of the plan's series");
}

function natural(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted.');
  return Number(text);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('a number above zero is wanted.');
  return value;
}

// Who reads us may have seen enough (`spf check … | head`): the work and its exit code are wanted all the same.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) process.stderr.write(`spf: ${describeError(error)}\n`);
  const unexpected = !(error instanceof CommanderError) && !(error instanceof Error && 'exitCode' in error);
  if (unexpected && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
}
process.exitCode = exitCode;

/** Help and version end well; other complaints of the command line are usage; what we did not foresee is the rig's. */
function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
  if (error instanceof Error && 'exitCode' in error) return error.exitCode as ExitCode;
  return EXIT.rig;
}

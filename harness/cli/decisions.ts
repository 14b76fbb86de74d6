import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import type { CountedCase } from '../model/eligibility/facts.ts';
import { decisionTable, type KernelCases } from '../model/eligibility/matrix.ts';
import { RULES } from '../model/eligibility/table.ts';
import { readRunRecord } from '../store/index.ts';
import type { JobRecord, KernelRecord } from '../store/record.ts';
import { readCases } from '../workload/report-lines.ts';

const CASES = 'cases.jsonl';

const PREFACE = `# The decision table

Every decision that the series' handler takes of a page fault (\`harness/model/eligibility/decisions.ts\`), the case of the guest
program \`spf-counters\` that drives it, and what was seen of it. Made by

\`\`\`sh
npx spf run decisions                                # v12, x86_64 and ppc64, vm.speculative_page_fault on and off
npx spf run decisions --arch x86_64 --with kernel-config/series/spf-v12-fixes --out out/fixes
npx spf decisions out/latest out/fixes/latest > docs/decision-table.md
\`\`\`

*To be seen* comes from \`harness/model/eligibility/table.ts\`, which was written from the series: its row is named. *Seen* are
the counts of the faulting thread: \`faults\` is PERF_COUNT_SW_PAGE_FAULTS, \`perf\` PERF_COUNT_SW_SPF, \`spf_…\` the trace events
of the system \`pagefault\`; \`vmstat\` is the growth of \`speculative_pgfault\` in /proc/vmstat, the whole machine's. A case is a
process of its own with one to nine accesses, each meant to fault once; where \`faults\` says otherwise, nothing is concluded.
✔ as expected, ✖ otherwise, – not to be had there, with the reason. *gate* is handle_speculative_fault(), *step*
__handle_speculative_fault(), *pte* handle_pte_fault() and *commit* the locking of the PTE.`;

/** `spf decisions RUN…`: the decision table with what these runs saw, as Markdown. */
export async function decisions(runs: readonly string[]): Promise<ExitCode> {
  const kernels = (await Promise.all(runs.map(kernelsOf))).flat();
  console.log(`${PREFACE}\n\n${decisionTable(kernels)}`);
  return EXIT.clean;
}

async function kernelsOf(run: string): Promise<KernelCases[]> {
  const record = await readRunRecord(run);
  const directory = extname(run) === '.json' ? dirname(run) : run;
  const jobs = record.jobs.filter(({ files }) => files[CASES] !== undefined);
  const counted = jobs.filter(({ workload }) => workload === 'spf-counters');
  if (counted.length === 0)
    throw new UsageError(`${run} has no cases of spf-counters: \`spf run decisions\` makes some`);
  const kernels = record.kernels.filter(({ id }) => counted.some(({ kernel }) => kernel === id));
  return Promise.all(
    kernels.map(async (kernel) => {
      const own = counted.filter((job) => job.kernel === kernel.id);
      const all = await Promise.all(own.map((job) => casesOf(directory, job)));
      return {
        ...describe(kernel),
        on: all.find(not(switchedOff)) ?? null,
        off: all.find(switchedOff) ?? null,
      };
    }),
  );
}

async function casesOf(directory: string, { files }: JobRecord): Promise<readonly CountedCase[]> {
  const file = join(directory, files[CASES] ?? CASES);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`cannot read ${file}`, { cause });
  });
  const { lines, doubts } = readCases(text);
  if (doubts[0] !== undefined) throw new UsageError(`${file}: ${doubts[0]}`);
  return lines;
}

/** One case always switches it off for itself. */
const switchedOff = (cases: readonly CountedCase[]): boolean =>
  cases.every(({ facts }) => facts.sysctl === false);

const not =
  <T>(holds: (value: T) => boolean) =>
  (value: T): boolean =>
    !holds(value);

function describe({
  arch,
  series,
  release,
  rules = [],
}: KernelRecord): Pick<KernelCases, 'title' | 'kernel'> {
  return {
    title: `${arch}, ${series?.name ?? 'no series'}, ${release}`,
    kernel: { hasSpf: series !== null, arch, rules: RULES.filter((rule) => rules.includes(rule)) },
  };
}

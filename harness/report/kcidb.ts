import { createHash } from 'node:crypto';
import type { JobRecord, KernelRecord, RunRecord } from '../store/record.ts';
import { oneLine } from './words.ts';

const ORIGIN = 'spfharness';

/** KCIDB's limit for log_excerpt, in characters. */
const LONGEST_EXCERPT = 16384;

/**
 * KCIDB v5.3 (kcidb-io, schema v5): checkouts, builds, tests, and for what went wrong issues by signature with an incident
 * for each test that showed it. Nothing is sent anywhere; the file is what `kcidb submit` takes.
 */
export function kcidbJson(record: RunRecord): string {
  const kernels = [...record.kernels.map(known), ...missingKernels(record)];
  const incidents = record.jobs.flatMap((job) => troubles(job).map((trouble) => ({ job, trouble })));
  const document = {
    version: { major: 5, minor: 3 },
    checkouts: unique(kernels.map(({ checkout }) => checkout)),
    builds: kernels.map(({ id, checkout, fields }) => ({
      id: buildId(record, id),
      checkout_id: checkout.id,
      origin: ORIGIN,
      ...fields,
    })),
    tests: record.jobs.map((job) => test(record, job)),
    issues: unique(incidents.map(({ trouble }) => issue(trouble))),
    incidents: incidents.map(({ job, trouble }) => ({
      id: `${ORIGIN}:${record.runId}:${job.id}:${digest(trouble.signature)}`,
      origin: ORIGIN,
      issue_id: issueId(trouble),
      issue_version: 1,
      test_id: testId(record, job),
      present: true,
      comment: oneLine(job.reason),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface Trouble {
  readonly signature: string;
  readonly title: string;
  readonly culprit: 'code' | 'tool' | 'harness';
}

/** What a job's status rests on: findings and mismatches, or the check that decided when there are none. */
function troubles(job: JobRecord): Trouble[] {
  const { culprit } = job;
  if (culprit === null || !['FAIL', 'ERROR', 'MISS'].includes(job.status)) return [];
  const seen = [
    ...job.findings.map(({ signature, title }) => ({ signature, title, culprit })),
    ...job.mismatches.map(({ signature, explanation: title }) => ({ signature, title, culprit })),
  ];
  if (culprit === 'code' && seen.length > 0) return seen;
  const check = job.checks.find(({ status }) => status === job.status);
  const name = check?.name ?? 'job';
  return [{ signature: `${culprit} ${name}`, title: `${name}: ${job.reason}`, culprit }];
}

function issue(trouble: Trouble) {
  const is = (culprit: Trouble['culprit']): boolean => trouble.culprit === culprit;
  return {
    id: issueId(trouble),
    version: 1,
    origin: ORIGIN,
    report_subject: oneLine(trouble.title),
    culprit: { code: is('code'), tool: is('tool'), harness: is('harness') },
    comment: oneLine(trouble.signature),
  };
}

function test(record: RunRecord, job: JobRecord) {
  const text = job.findings[0]?.text;
  return {
    id: testId(record, job),
    build_id: buildId(record, job.kernel),
    origin: ORIGIN,
    path: `spf.${slug(job.workload)}`,
    status: job.status,
    comment: oneLine(job.reason),
    ...(job.runSeconds !== null && { duration: job.runSeconds }),
    ...(text !== undefined && { log_excerpt: text.slice(0, LONGEST_EXCERPT) }),
    environment: {
      comment: `${job.acceleration?.kind ?? 'no machine'}, ${record.host.cpus} CPUs, ${record.host.qemu ?? 'no QEMU'}`,
    },
    misc: { seed: job.seed, counters: job.counters, checks: job.checks, reproduce: job.reproduce },
  };
}

function known(kernel: KernelRecord) {
  const patches = kernel.patches.map(({ number, title }) => `${number} ${title}`);
  const hash = kernel.series?.hash ?? '';
  return {
    id: kernel.id,
    checkout: {
      id: `${ORIGIN}:${digest(`${kernel.base.spec} ${kernel.base.version} ${hash}`)}`,
      origin: ORIGIN,
      patchset_hash: hash,
      comment: `${kernel.base.spec} ${kernel.base.version}${kernel.series === null ? '' : ` with ${kernel.series.name}`}`,
      misc: { patches },
    },
    fields: {
      architecture: kernel.arch,
      config_name: kernel.profile,
      compiler: kernel.compiler,
      duration: kernel.buildSeconds,
      misc: { release: kernel.release, config_hash: kernel.configHash, symbols: kernel.symbols },
    },
  };
}

/** Jobs whose kernel was never built still are tests, and a test belongs to a build. */
function missingKernels(record: RunRecord) {
  const ids = new Set(record.kernels.map(({ id }) => id));
  const missing = [...new Set(record.jobs.map((job) => job.kernel))].filter((id) => !ids.has(id));
  const checkout = {
    id: `${ORIGIN}:${record.runId}:unknown`,
    origin: ORIGIN,
    patchset_hash: '',
    comment: 'the source was not prepared',
    misc: { patches: [] as string[] },
  };
  return missing.map((id) => ({ id, checkout, fields: { comment: 'was not built' } }));
}

const buildId = (record: RunRecord, kernel: string): string => `${ORIGIN}:${record.runId}:${kernel}`;
const testId = (record: RunRecord, job: JobRecord): string =>
  `${ORIGIN}:${record.runId}:${job.kernel}:${job.id}`;
const issueId = (trouble: Trouble): string => `${ORIGIN}:${digest(trouble.signature)}`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A component of a test path: `^[a-zA-Z0-9_-]+$`. */
const slug = (text: string): string => text.replaceAll(/[^\w-]+/g, '_') || '_';

function unique<T extends { readonly id: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}

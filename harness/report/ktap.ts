import type { Check, JobRecord, RunRecord, Status } from '../store/record.ts';
import { oneLine, stackLines } from './words.ts';
import { findingsOf, verdictNeedsEntry } from './select.ts';

/**
 * KTAP version 1 (Documentation/dev-tools/ktap.rst): a test a job, its checks as nested tests, diagnostics before the
 * line that they explain.
 */
export function ktap(record: RunRecord): string {
  const extra = verdictNeedsEntry(record);
  const lines = [
    'KTAP version 1',
    // Right after the version: the kernel's own parser (tools/testing/kunit) looks for the plan nowhere else.
    `1..${record.jobs.length + (extra ? 1 : 0)}`,
    `# ${oneLine(`spf-harness ${record.runId}, plan ${record.plan.name}`)}`,
    ...record.jobs.flatMap((job, index) => testOfJob(job, index + 1)),
    ...(extra ? [result('ERROR', record.jobs.length + 1, 'verdict', oneLine(record.verdict.headline))] : []),
    `# verdict: ${record.verdict.status}, exit code ${record.verdict.exitCode}: ${oneLine(record.verdict.headline)}`,
    ...findingsOf(record).map(({ first }) => `# finding: ${oneLine(first.title)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function testOfJob(job: JobRecord, number: number): string[] {
  const nested =
    job.checks.length === 0
      ? []
      : [
          'KTAP version 1',
          `# Subtest: ${description(job.id)}`,
          `1..${job.checks.length}`,
          ...job.checks.flatMap(testOfCheck),
        ].map((line) => `  ${line}`);
  const findings = job.findings.flatMap((finding) => [
    finding.title,
    ...stackLines(finding.stack).slice(0, 8),
  ]);
  return [
    ...nested,
    ...findings.map((line) => `# ${oneLine(line)}`),
    ...(job.status === 'FAIL' ? [`# repeat: ${oneLine(job.reproduce)}`] : []),
    result(job.status, number, job.id, job.reason),
  ];
}

function testOfCheck(check: Check, index: number): string[] {
  return [`# ${oneLine(check.detail)}`, result(check.status, index + 1, check.name, check.detail)];
}

function result(status: Status, number: number, name: string, why: string): string {
  const line = `${number} - ${description(name)}`;
  switch (status) {
    case 'PASS':
    case 'DONE':
      return `ok ${line}`;
    case 'SKIP':
      return `ok ${line} # SKIP ${oneLine(why)}`;
    case 'FAIL':
      return `not ok ${line}`;
    case 'ERROR':
    case 'MISS':
      return `not ok ${line} # ERROR ${oneLine(why)}`;
  }
}

/** The first `#` of a result line begins its directive, and there is no escape for it. */
const description = (text: string): string => oneLine(text).replaceAll('#', '_');

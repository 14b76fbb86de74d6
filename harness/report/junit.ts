import type { JobRecord, RunRecord } from '../store/record.ts';
import { stackLines } from './words.ts';
import { verdictNeedsEntry } from './select.ts';
import { element, textElement } from './xml.ts';

/**
 * JUnit XML: a suite a kernel, a test case a job. A kernel at fault is a `failure`, a job that could not be judged an
 * `error`, so that a CI page tells the two apart.
 */
export function junitXml(record: RunRecord): string {
  const suites = [...Map.groupBy(record.jobs, (job) => job.kernel)].map(([kernel, jobs]) =>
    suite(record, kernel, jobs),
  );
  const extra = verdictNeedsEntry(record) ? [verdictSuite(record)] : [];
  const counts = tally(record.jobs);
  const root = {
    name: `spf-harness ${record.plan.name}`,
    ...counts,
    tests: counts.tests + extra.length,
    errors: counts.errors + extra.length,
    time: record.seconds.toFixed(3),
    timestamp: record.startedAt,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', root, [...suites, ...extra])}\n`;
}

function suite(record: RunRecord, id: string, jobs: readonly JobRecord[]): string {
  const kernel = record.kernels.find((candidate) => candidate.id === id);
  const facts = {
    release: kernel?.release,
    base: kernel && `${kernel.base.spec} ${kernel.base.version}`,
    series: kernel?.series?.name,
    compiler: kernel?.compiler,
    dropped: kernel?.symbols.dropped.map(({ symbol, reason }) => `${symbol} (${reason})`).join(', '),
  };
  const properties = Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [element('property', { name, value })],
  );
  return element(
    'testsuite',
    { name: id, ...tally(jobs), time: duration(jobs), timestamp: record.startedAt },
    [...(properties.length === 0 ? [] : [element('properties', {}, properties)]), ...jobs.map(testCase)],
  );
}

function testCase(job: JobRecord): string {
  const attributes = {
    name: job.id,
    classname: `${job.arch}.${job.profile}.${job.workload}`,
    time: duration([job]),
  };
  const checks = job.checks.map(({ name, status, detail }) => `${status.padEnd(5)} ${name}: ${detail}`);
  const output = [...checks, '', `repeat: ${job.reproduce}`].join('\n');
  return element('testcase', attributes, [...outcome(job), textElement('system-out', {}, output)]);
}

function outcome(job: JobRecord): string[] {
  const attributes = { message: job.reason, type: job.culprit ?? 'unknown' };
  switch (job.status) {
    case 'FAIL':
      return [textElement('failure', attributes, evidence(job))];
    case 'ERROR':
    case 'MISS':
      return [
        textElement('error', { ...attributes, type: `${job.status} ${attributes.type}` }, evidence(job)),
      ];
    case 'SKIP':
      return [element('skipped', { message: job.reason })];
    case 'PASS':
    case 'DONE':
      return [];
  }
}

function evidence(job: JobRecord): string {
  const findings = job.findings.flatMap((finding) => [
    finding.title,
    ...stackLines(finding.stack).map((line) => `  ${line}`),
    '',
    finding.text,
    '',
  ]);
  const mismatches = job.mismatches.flatMap(({ rule, explanation, operations }) => [
    `${rule}: ${explanation}`,
    ...operations.map(({ text, guilty }) => `  ${guilty ? '*' : ' '} ${text}`),
    '',
  ]);
  return [job.reason, '', ...findings, ...mismatches].join('\n').trimEnd();
}

function verdictSuite({ verdict }: RunRecord): string {
  const error = textElement(
    'error',
    { message: verdict.headline, type: verdict.status },
    verdict.reasons.join('\n'),
  );
  return element('testsuite', { name: 'verdict', tests: 1, failures: 0, errors: 1, skipped: 0 }, [
    element('testcase', { name: 'verdict', classname: 'run' }, [error]),
  ]);
}

function tally(jobs: readonly JobRecord[]) {
  const count = (...words: string[]) => jobs.filter(({ status }) => words.includes(status)).length;
  return {
    tests: jobs.length,
    failures: count('FAIL'),
    errors: count('ERROR', 'MISS'),
    skipped: count('SKIP'),
  };
}

function duration(jobs: readonly JobRecord[]): string {
  return jobs.reduce((sum, job) => sum + (job.bootSeconds ?? 0) + (job.runSeconds ?? 0), 0).toFixed(3);
}

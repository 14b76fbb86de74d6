import { spawnSync } from 'node:child_process';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { junitXml } from '../../harness/report/junit.ts';
import type { RunRecord } from '../../harness/store/record.ts';
import { job, kasan, kernel, nasty, run } from './records/build.ts';
import { cleanRun } from './records/clean.ts';
import { kasanRun } from './records/kasan.ts';
import { rigFaultRun } from './records/rig-fault.ts';

interface Case {
  readonly '@name': string;
  readonly '@classname': string;
  readonly failure?: { readonly '@message': string; readonly '#text': string };
  readonly error?: { readonly '@message': string; readonly '@type': string };
  readonly skipped?: object;
  readonly 'system-out': string;
}
interface Suite {
  readonly '@name': string;
  readonly '@tests': string;
  readonly testcase: Case[];
}
type Root = Record<'@tests' | '@failures' | '@errors' | '@skipped', string> & { readonly testsuite: Suite[] };

function parse(record: RunRecord): { root: Root; cases: Case[] } {
  const xml = junitXml(record);
  expect(XMLValidator.validate(xml)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    trimValues: false,
    // Numeric references, too.
    htmlEntities: true,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const { testsuites: root } = parser.parse(xml) as { testsuites: Root };
  return { root, cases: (root.testsuite ?? []).flatMap(({ testcase }) => testcase) };
}

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;
if (!hasXmllint)
  console.log('skipped: no xmllint (Debian package libxml2-utils) to read the JUnit XML a second time');

describe('JUnit', () => {
  test('counts and holds a case a job, failures and errors apart', () => {
    const { root, cases } = parse(kasanRun());
    expect(root).toMatchObject({ '@tests': '3', '@failures': '2', '@errors': '0', '@skipped': '0' });
    expect(cases.map((one) => [one['@name'], 'failure' in one, 'error' in one])).toEqual([
      ['x86_64-series-kasan-hammer', true, false],
      ['x86_64-series-race-hammer', true, false],
      ['x86_64-series-race-exit-storm', false, false],
    ]);
    expect(cases[0]?.failure?.['@message']).toMatch(/^KASAN: use-after-free Read in find_vma_rcu/);
    expect(cases[0]?.failure?.['#text']).toMatch(/get_vma \(inlined\) mm\/internal\.h:45/);
    expect(cases[1]?.failure?.['#text']).toMatch(/\* T0 reads page 17, finds 0/);
  });

  test('a rig fault is an error, a skipped job is skipped', () => {
    const { root, cases } = parse(rigFaultRun());
    expect(root).toMatchObject({ '@tests': '3', '@failures': '0', '@errors': '2', '@skipped': '1' });
    expect(cases.map(({ error }) => error?.['@type'])).toContain('MISS tool');
    expect(cases.some((one) => 'skipped' in one)).toBe(true);
  });

  test('a clean run has neither; every suite counts its own', () => {
    const { root } = parse(cleanRun());
    expect(root).toMatchObject({ '@failures': '0', '@errors': '0' });
    expect(root.testsuite.map((suite) => [suite['@name'], suite['@tests']])).toEqual([
      ['x86_64-series-race', '3'],
      ['x86_64-base-race', '1'],
    ]);
  });

  test('a run that went wrong without a job that did is not green', () => {
    const { root, cases } = parse(run({ cancelled: true }));
    expect(root['@errors']).toBe('1');
    expect(cases.at(-1)).toMatchObject({ '@name': 'verdict', error: { '@type': 'ERROR' } });
    expect(parse(run({ jobs: [] })).root['@errors']).toBe('1');
  });

  test('odd text survives as far as XML can hold it', () => {
    const odd = run({
      jobs: [job({ status: 'FAIL', culprit: 'code', reason: nasty, id: nasty, reproduce: nasty })],
    });
    const [only] = parse(odd).cases;
    const held = nasty.replaceAll(/[^\P{C}\n]/gu, '');
    expect(only?.failure?.['@message']).toBe(held);
    expect(only?.['@name']).toBe(held);
    expect(only?.['system-out']).toContain(`repeat: ${held}`);
  });

  test.skipIf(!hasXmllint)('libxml2 reads it, whatever the record says', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(nasty));
    const record = fc
      .record({ reason: text, title: text, release: text, id: text })
      .map(({ reason, title, release, id }) =>
        run({
          kernels: [kernel({ release })],
          jobs: [job({ status: 'FAIL', reason, id, findings: [kasan({ title, text: reason })] })],
        }),
      );
    fc.assert(
      fc.property(record, (odd) => {
        const { status, stderr } = spawnSync('xmllint', ['--noout', '-'], {
          input: junitXml(odd),
          encoding: 'utf8',
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      }),
      { numRuns: 10 },
    );
  });
});

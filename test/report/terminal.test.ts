import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { terminalSummary, wantsColour } from '../../harness/report/terminal.ts';
import { job, kasan, kernel, nasty, run } from './records/build.ts';
import { cleanRun } from './records/clean.ts';
import { kasanRun } from './records/kasan.ts';

describe('the summary in the terminal', () => {
  test('says the verdict first', () => {
    const [first, second] = terminalSummary(kasanRun(), { colour: false }).split('\n');
    expect(first).toMatch(/^✖ FAIL {2}The kernel with spf-v12 is at fault: KASAN/);
    expect(second).toBe('  exit code 1, certain');
  });

  test('names what was dropped, what was found, and how to repeat it', () => {
    const text = terminalSummary(kasanRun(), { colour: false, directory: 'out/x' });
    expect(text).toContain('dropped KCSAN: no such symbol on this base');
    expect(text).toContain('find_vma_rcu+0x8c/0x1d0 mm/mmap.c:2412');
    expect(text).toContain('page 17: T0 read 0 after T1 had stored');
    expect(text).toMatch(/repeat: npx spf run default .*--profile kasan/);
    expect(text.endsWith('Report: out/x/report.html')).toBe(true);
  });

  test('says what each of two architectures came to, and what could not have been seen', () => {
    const other = { arch: 'ppc64', kernel: 'ppc64-series-race', id: 'ppc64-series-race-hammer' };
    const broken = { status: 'FAIL', culprit: 'code', confidence: 'certain', reason: 'it broke' } as const;
    const record = run({
      kernels: [kernel(), kernel({ id: other.kernel, arch: 'ppc64', detectors: ['DEBUG_VM'] })],
      jobs: [job(), job({ ...other, ...broken })],
    });
    const text = terminalSummary(record, { colour: false });
    expect(text).toMatch(/^ {2}✔ PASS {2}x86_64 {2}Nothing found: 1 job on 1 kernel$/m);
    expect(text).toMatch(/^ {2}✖ FAIL {2}ppc64 {2}The kernel with spf-v12 is at fault: it broke$/m);
    expect(text).toMatch(/^ +not seen: weak memory was not looked at/m);
  });

  test('is the same with and without colour', () => {
    const plain = terminalSummary(cleanRun(), { colour: false });
    const coloured = terminalSummary(cleanRun(), { colour: true });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: false }, {}, false],
    [{}, {}, false],
  ])('colour for %j with %j: %s', (stream, env, wanted) => {
    expect(wantsColour(stream, env)).toBe(wanted);
  });

  test('a record cannot steer the terminal', () => {
    const findings = [kasan({ title: nasty, stack: [{ function: nasty, file: nasty }] })];
    const odd = run({
      jobs: [job({ status: 'FAIL', culprit: 'code', reason: nasty, reproduce: nasty, findings })],
    });
    expect(terminalSummary(odd, { colour: false }).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { terminalSummary, wantsColour } from '../../harness/report/terminal.ts';
import { job, kasan, nasty, run } from './records/build.ts';
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

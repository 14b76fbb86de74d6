import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RigError } from '../../harness/base/errors.ts';
import { symbolizeFindings } from '../../harness/build/symbols.ts';
import { parseNm } from '../../harness/console/symbols/nm.ts';
import { readConsole } from '../../harness/console/reader.ts';

/** A program stands in for vmlinux: the tools and the format are the same. Lines are counted below. */
const source = `int sink;
static inline __attribute__((always_inline)) void inner(int by) {
  sink += by;
}
__attribute__((noinline)) int outer(int by) {
  inner(by);
  return sink;
}
int start_kernel(void) { return outer(1); }
int main(void) { return start_kernel(); }
const char linux_banner[] = "Linux version 5.10.1-toy (spf@harness) (gcc)";
`;
const buildId = '0123456789abcdef0123456789abcdef01234567';
const missing = ['gcc', 'nm', 'addr2line'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);
if (missing.length > 0) console.log(`skipped: ${missing.join(', ')} not there`);

describe.skipIf(missing.length > 0)('symbolizing', () => {
  const ctx = { signal: new AbortController().signal };
  let directory: string;
  let program: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'spf-symbols-'));
    program = join(directory, 'vmlinux');
    mkdirSync(join(directory, 'init'));
    writeFileSync(join(directory, 'init/main.c'), source);
    const flags = ['-g', '-O1', '-no-pie', '-Wl,--build-id=0x' + buildId];
    execFileSync('gcc', [...flags, '-o', program, 'init/main.c'], { cwd: directory });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const findingsIn = (size: number, kernel = '5.10.1-toy #1') => {
    const log = [
      'BUG: scheduling while atomic: a/1/0x2',
      `CPU: 0 PID: 1 Comm: a Not tainted ${kernel}`,
      'RIP: 0010:outer+0x0/0x' + size.toString(16),
      'Call Trace:',
      ` outer+0x1/0x${size.toString(16)}`,
    ];
    return readConsole(new TextEncoder().encode(log.join('\n'))).findings;
  };
  const sizeOfOuter = () =>
    parseNm(execFileSync('nm', ['-n', program], { encoding: 'utf8' })).get('outer')?.[0]?.size ?? 0;

  test.each([
    [
      'another release',
      '5.10.1-other #1',
      /is of another kernel: it is 5\.10\.1-toy, the report is of 5\.10\.1-other/,
    ],
    ['another build id', `5.10.1-toy #1 ${'f'.repeat(40)}`, /is of another kernel: its build id is 0123/],
  ])('refuses %s', async (_, kernel, why) => {
    const seen = findingsIn(sizeOfOuter(), kernel);
    const { findings, refused } = await symbolizeFindings(seen, program, ctx);
    expect(refused).toMatch(why);
    expect(findings).toBe(seen);
  });

  test('shows the line of the source where the tree is at hand', async () => {
    const seen = findingsIn(sizeOfOuter(), `5.10.1-toy #1 ${buildId}`);
    const { findings, refused } = await symbolizeFindings(seen, program, ctx);
    expect(refused).toBeNull();
    expect(findings[0]?.stack[0]).toMatchObject({ file: 'init/main.c', line: 6, source: 'inner(by);' });
  });

  test('gives a frame its file, line and inlined functions', async () => {
    const { findings, refused } = await symbolizeFindings(findingsIn(sizeOfOuter()), program, ctx);
    expect(refused).toBeNull();
    const [counter] = findings[0]?.stack ?? [];
    expect(counter).toMatchObject({ function: 'outer', file: expect.stringMatching(/main\.c$/) as string });
    const innermost = counter?.inlined?.[0];
    expect([counter?.line, innermost?.function, innermost?.line]).toEqual([6, 'inner', 3]);
  });

  test('refuses another build', async () => {
    const before = findingsIn(sizeOfOuter() + 16);
    const { findings, refused } = await symbolizeFindings(before, program, ctx);
    expect(refused).toMatch(/is of another kernel: 2 of 2 functions/);
    expect(findings).toEqual(before);
  });

  test("a file that is no ELF file, and a missing toolchain, are the rig's fault", async () => {
    await expect(symbolizeFindings(findingsIn(16), join(directory, 'main.c'), ctx)).rejects.toThrow(RigError);
    await expect(symbolizeFindings(findingsIn(16), program, ctx, 'no-such-')).rejects.toThrow(
      /no-such-readelf could not read .*binutils/,
    );
  });

  test('without findings nothing is run', async () => {
    expect(await symbolizeFindings([], '/nonexistent', ctx, 'no-such-')).toEqual({
      findings: [],
      refused: null,
    });
  });
});

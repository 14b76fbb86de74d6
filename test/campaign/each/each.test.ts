import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { arches } from '../../../harness/arch/index.ts';
import { findKernelToolchain } from '../../../harness/build/kernel-toolchain.ts';
import { buildEach, type FinishedEach } from '../../../harness/campaign/each/index.ts';
import { eachSummary } from '../../../harness/report/each-terminal.ts';
import { eachRecordSchema } from '../../../harness/store/each-record.ts';
import { write } from '../../source/fixture.ts';
import { base, careless, discard, kconfig, makeToy, requestOf, type Step, type Toy } from './toy.ts';

const toys: Toy[] = [];
function toy(...args: Parameters<typeof makeToy>): Toy {
  const made = makeToy(...args);
  toys.push(made);
  return made;
}
afterEach(() => toys.splice(0).forEach(discard));

const each = ({ request, ctx, observer }: Toy) => buildEach(request, ctx, observer);
const missing = await findKernelToolchain(arches.x86_64, toy([]).ctx).then(
  () => undefined,
  (error: unknown) => String(error),
);
if (missing !== undefined) console.warn(`building is not tested: ${missing}`);

const offer: Step = { title: 'mm: offer SPF', files: { Kconfig: kconfig } };

describe.skipIf(missing !== undefined)('patch by patch', () => {
  describe('a careless series', () => {
    let one: Toy;
    let first: FinishedEach;
    beforeAll(async () => {
      one = makeToy(careless);
      first = await each(one);
    }, 60_000);
    afterAll(() => discard(one));

    test('every mistake is named at its step, with the words of the tool, and the others go on', () => {
      const { record, directory } = first;
      expect(record.complaints.map(({ kind, step, variant }) => [step, kind, variant])).toEqual([
        [3, 'does-not-build', 'x86_64-off'],
        [3, 'does-not-build', 'x86_64-on'],
        [4, 'new-warning', 'x86_64-on'],
        [5, 'checkpatch', null],
      ]);
      const words = record.complaints.map((complaint) => complaint.words.join('\n'));
      expect(words[0]).toMatch(/^mm\/b\.c:1:22: error: .*nonsense/);
      expect(words[2]).toBe("mm/b.c:2: warning: 'unused' defined but not used [-Wunused-variable]");
      expect(words[3]).toMatch(/^line \d+: TRAILING_WHITESPACE: trailing whitespace$/);
      expect(record.complaints[0]?.text).toBe('patch 3/6 (mm: break it) does not build: x86_64-off');
      expect(record.exitCode).toBe(1);

      const on = record.steps.map(({ builds }) => builds.find(({ variant }) => variant === 'x86_64-on'));
      expect(on.map((build) => build?.outcome)).toEqual([
        ...['not-offered', 'not-offered', 'built', 'failed', 'built', 'built', 'built'],
      ]);
      expect(on[1]?.words).toEqual(['no such symbol on this base']);
      expect(record.steps[6]).toMatchObject({
        checkpatch: { errors: 0, warnings: 1 },
        notCompiled: ['arch/other/fault.c'],
      });
      const file = join(directory, 'each.json');
      expect(eachRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toEqual(record);
    });

    test('what a step does not touch is not compiled, and keeps its warnings', () => {
      const off = first.record.steps.map(({ builds }) => builds[0]);
      // The base has two files; Kconfig alone, or a text, compiles nothing
      expect(off.map((build) => build?.compiled)).toEqual([2, 1, 0, 1, 1, 1, 0]);
      expect(off.map((build) => build?.warnings)).toEqual([1, 1, 1, 1, 1, 1, 1]);
      expect(off.every((build) => (build?.newWarnings ?? []).length === 0)).toBe(true);
    });

    test('is read in the terminal: a line a patch, then what is wrong', () => {
      const lines = eachSummary(first.record, { colour: false }).split('\n');
      expect(lines[0]).toMatch(/^✖ FAIL {2}.* 6 patches of 6, each by itself: 4 complaints$/);
      const row = (start: string) => lines.find((line) => line.startsWith(start))?.split(/ {2,}/);
      expect(row(' 1/6')).toEqual([' 1/6 mm: prepare', 'clean', 'ok 1', 'not offered']);
      expect(row(' 3/6')).toEqual([' 3/6 mm: break it', 'clean', 'does not build', 'does not build']);
      expect(row(' 4/6')).toEqual([' 4/6 mm: mend it, unused with SPF', 'clean', 'ok 1', '1 new warning']);
      expect(row(' 5/6')).toEqual([' 5/6 mm: blanks', '1 error', 'ok 1', 'ok 1']);
      expect(row(' 6/6')).toEqual([' 6/6 docs: printk', '1 warning', 'ok 0', 'ok 0']);
      expect(lines).toContain('  6/6: in none of these kernels: arch/other/fault.c');
    });

    test('a second run compiles nothing and says the same', async () => {
      const before = one.compiled().length;
      const second = await each(one);
      expect(before).toBeGreaterThan(5);
      expect(one.compiled()).toHaveLength(before);
      expect(second.record.complaints).toEqual(first.record.complaints);
      const builds = second.record.steps.flatMap((step) => step.builds);
      expect(builds.every(({ kept }) => kept)).toBe(true);
      expect(second.directory).not.toBe(first.directory);
    });
  });

  test('what was broken off says so, and goes on at its step', async () => {
    const steps = careless.toSpliced(2, 1);
    const one = toy(steps.toSpliced(3, 0, { title: 'stop', files: { 'mm/b.c': 'int b;\n' } }));
    const progress = (id: string, { text }: { text?: string }) => {
      if (id === 'step:4' && text?.includes('LD') !== true) one.cancel.abort();
    };
    const stopped = await buildEach(one.request, one.ctx, { ...one.observer, progress });
    expect(stopped.record).toMatchObject({
      exitCode: 1,
      stopped: expect.stringContaining('cancel') as string,
    });
    expect(stopped.record.steps.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(one.told.at(-1)).toMatch(/^step:6 skipped/);

    const before = one.compiled().length;
    const ctx = { ...one.ctx, signal: new AbortController().signal };
    const { record } = await buildEach(one.request, ctx, one.observer);
    expect(record.stopped).toBeNull();
    expect(record.steps.map(({ builds }) => builds.every(({ kept }) => kept))).toEqual([
      ...[true, true, true, true, false, false, false],
    ]);
    expect(one.compiled().length).toBeGreaterThan(before);
  });

  test('a make that was killed in its middle does not swallow a warning', async () => {
    const one = toy([offer, { title: 'warn', files: { 'mm/b.c': 'static int lost;\nint b;\n' } }]);
    const wait = join(one.root, 'cache/build/wait');
    // The step's file is compiled and what the compiler said is printed; the link waits until make is killed.
    const kill = (id: string, { text = '' }: { text?: string }) => {
      if (id !== 'step:2') return;
      if (text.includes('configuring')) execFileSync('mkfifo', [wait]);
      if (text.includes('mm/b.o')) one.cancel.abort();
    };
    const stopped = await buildEach(one.request, one.ctx, { ...one.observer, progress: kill });
    expect(stopped.record).toMatchObject({ exitCode: 3, complaints: [] });
    rmSync(wait);
    expect(existsSync(join(one.root, 'cache/build/each/x86_64-off-each/state.json'))).toBe(false);
    const ctx = { ...one.ctx, signal: new AbortController().signal };
    const { record } = await buildEach(one.request, ctx, one.observer);
    expect(record.complaints.map(({ kind, step }) => [step, kind])).toEqual([
      [2, 'new-warning'],
      [2, 'new-warning'],
    ]);
  });

  test('what a failure does not touch is looked at all the same', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`mm/m${n}.c`, 'int m;\n']));
    const files = { ...many, 'mm/a.c': 'nonsense\n', 'mm/z.c': 'static int late;\n' };
    const { record } = await each(toy([{ title: 'mm: many', files }], base, 'title: none'));
    expect(record.complaints.map(({ kind }) => kind)).toEqual(['does-not-build', 'new-warning']);
    expect(record.complaints[1]?.words).toEqual([expect.stringContaining("mm/z.c:1: warning: 'late'")]);
  });

  test('of the files that the series changes alone: the same faults there, and no other file', async () => {
    const files = { 'include/mm.h': 'static int header;\nint shared(void);\n' };
    const one = toy([...careless.slice(0, 4), { title: 'mm: header', files }]);
    const { record } = await buildEach({ ...one.request, scope: 'touched' }, one.ctx, one.observer);
    expect(record.complaints.map(({ kind, step, variant }) => [step, kind, variant])).toEqual([
      [3, 'does-not-build', 'x86_64-off'],
      [3, 'does-not-build', 'x86_64-on'],
      [4, 'new-warning', 'x86_64-on'],
    ]);
    const compiled = one.compiled();
    // a.c once for each kernel, though step 5 changes a header of it; b.c is what the series changes
    expect(compiled.filter((name) => name === 'a')).toHaveLength(2);
    expect(eachSummary(record, { colour: false })).toContain('the files that the series changes compiled');

    const whole = await each(one);
    const added = whole.record.complaints.filter(({ step }) => step === 5);
    expect(added.map(({ kind, variant }) => [kind, variant])).toEqual([
      ['new-warning', 'x86_64-off'],
      ['new-warning', 'x86_64-on'],
    ]);
  });

  test('warnings of Kconfig and modpost count', async () => {
    const one = toy([
      { title: 'mm: offer SPF', files: { Kconfig: kconfig, twice: '' } },
      { title: 'mm: mismatch', files: { mismatch: '', 'mm/b.c': 'int b;\n' } },
    ]);
    const { record } = await each(one);
    const off = record.complaints.filter(({ variant }) => variant === 'x86_64-off');
    expect(off.map(({ step, words }) => [step, ...words])).toEqual([
      [1, 'mm/Kconfig:3: warning: twice'],
      [2, 'warning: modpost: vmlinux.o: section mismatch'],
    ]);
  });

  test('a header is compiled wherever it is included', async () => {
    const one = toy([offer, { title: 'mm: shared', files: { 'include/mm.h': 'int shared(int);\n' } }]);
    const { record } = await each(one);
    expect(record.complaints.map(({ step, kind, variant }) => [step, kind, variant])).toEqual([
      [2, 'does-not-build', 'x86_64-off'],
      [2, 'does-not-build', 'x86_64-on'],
    ]);
  });

  test('all is well: exit code 0', async () => {
    const one = toy([offer, { title: 'mm: two', files: { 'mm/b.c': 'int b(void) { return 2; }\n' } }]);
    const { record } = await each(one);
    expect(record).toMatchObject({ exitCode: 0, complaints: [], stopped: null });
    expect(eachSummary(record, { colour: false })).toContain('✔ PASS');
  });

  test('without a symbol there is one kernel of each architecture', async () => {
    const { record } = await each(toy([offer], base, 'title: none'));
    expect(record.variants.map(({ id }) => id)).toEqual(['x86_64-none']);
    expect(record.exitCode).toBe(0);
  });

  test('a symbol that is never offered is no success', async () => {
    const { record } = await each(toy([{ title: 'docs', files: { text: 'x\n' } }]));
    expect(record.complaints).toMatchObject([{ kind: 'never-offered', variant: 'x86_64-on', step: 1 }]);
    expect(record.exitCode).toBe(2);
  });

  test('a tree without checkpatch is said to have none', async () => {
    const rest = Object.fromEntries(Object.entries(base).filter(([name]) => !name.includes('checkpatch')));
    const { record } = await each(toy([offer], rest));
    expect(record.steps[1]?.checkpatch).toBeNull();
    expect(eachSummary(record, { colour: false })).toContain('none in the tree');
  });

  test('a checkpatch that dies is the rig', async () => {
    const { record } = await each(toy([offer], { ...base, 'scripts/checkpatch.pl': 'die "lost"' }));
    expect(record).toMatchObject({ exitCode: 3, stopped: expect.stringContaining('lost') as string });
  });

  test('a patch that does not apply stops the series; those before it were built', async () => {
    const one = toy(careless.slice(0, 2));
    const patches = write(join(one.root, 'patches'), {
      '0001-one.patch': patchOf('one', 'int b(void) { return 0; }', 'int b(void) { return 7; }'),
      '0002-two.patch': patchOf('two', 'no such line', 'x'),
      '0003-three.patch': patchOf('three', 'int b(void) { return 7; }', 'x'),
    });
    const request = requestOf(one.root, one.request.plan.base, patches, 'title: none');
    const { record } = await buildEach(request, one.ctx, one.observer);
    expect(record.steps.map(({ index, builds }) => [index, builds.length])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
    ]);
    expect(record).toMatchObject({ exitCode: 2, complaints: [{ kind: 'does-not-apply', step: 2 }] });
    expect(record.complaints[0]?.words.join('\n')).toContain('mm/b.c');
    expect(one.told.slice(-2)).toEqual(['step:2 failed does not apply', 'step:3 skipped not reached']);
  });

  test('a base that does not build is not the fault of the series: exit 2, nothing left', async () => {
    const one = toy([offer], { ...base, 'mm/b.c': 'nonsense\n' });
    await expect(each(one)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/the base itself does not build .*\nmm\/b\.c:1/) as string,
    });
    expect(readdirSync(join(one.root, 'out'))).toEqual([]);
  });

  test.each([
    ['a base that is no source', { base: 'prebuilt:debian' }, /prebuilt:debian is not built here/],
    ['a plan without a series', { series: [] }, /has no series/],
    ['a series that is not there', { series: ['nowhere'] }, /there is no series "nowhere"/],
  ])('%s', async (_, change, message) => {
    const { request, ctx, observer } = toy([offer]);
    const changed = { ...request, plan: { ...request.plan, ...change } };
    await expect(buildEach(changed, ctx, observer)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  });

  test('an unknown profile', async () => {
    const { request, ctx, observer } = toy([offer]);
    await expect(buildEach({ ...request, profile: 'non' }, ctx, observer)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('there is no profile "non"') as string,
    });
  });

  test('objects of another configuration are of no use', async () => {
    const one = toy([offer]);
    await each(one);
    write(one.root, { 'project/kernel-config/profiles/each.config': 'CONFIG_A=y # must\nCONFIG_B=y\n' });
    const { record } = await each(one);
    expect(record.steps[0]?.builds[0]).toMatchObject({ kept: false, compiled: 2 });
  });

  test('the few files of a kernel that was never whole are not taken for all', async () => {
    const one = toy([offer, { title: 'mm: two', files: { 'mm/b.c': 'static int two;\n' } }]);
    await each({
      ...one,
      request: requestOf(
        one.root,
        one.request.plan.base,
        one.request.plan.series[0]!.replace('topic', 'topic~1'),
      ),
    });
    // The objects are lost, and known again only as a kernel that does not offer the symbol yet
    rmSync(join(one.root, 'cache/build/each/x86_64-on-each'), { recursive: true });
    const steps = join(one.root, 'cache/build/each/steps');
    for (const name of readdirSync(steps))
      if (readFileSync(join(steps, name), 'utf8').includes('not-offered')) rmSync(join(steps, name));
    const { record } = await buildEach({ ...one.request, scope: 'touched' }, one.ctx, one.observer);
    const on = record.steps.map(({ builds }) => builds[1]);
    expect(on.map((build) => build?.kept)).toEqual([false, true, false]);
    expect(on[2]).toMatchObject({ compiled: 2, newWarnings: [{ text: "'two' defined but not used" }] });
  });

  test('kept steps that are torn, and objects that are gone, are made again', async () => {
    const one = toy([offer]);
    await each(one);
    const kept = join(one.root, 'cache/build/each/steps');
    for (const name of readdirSync(kept)) writeFileSync(join(kept, name), '{"outcome":"bu');
    rmSync(join(one.root, 'cache/source/stepping'), { recursive: true });
    const { record } = await each(one);
    expect(record.exitCode).toBe(0);
    expect(record.steps.flatMap(({ builds }) => builds).some((build) => build.kept)).toBe(false);
  });
});

function patchOf(title: string, before: string, after: string): string {
  return `From: A <a@example.org>\nSubject: ${title}\n\nSigned-off-by: A <a@example.org>\n---\n--- a/mm/b.c\n+++ b/mm/b.c\n@@ -1 +1 @@\n-${before}\n+${after}\n`;
}

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CancelledError, RigError } from '../../../harness/base/errors.ts';
import type { Context } from '../../../harness/base/context.ts';
import type { Observer } from '../../../harness/base/steps.ts';
import { runCampaign } from '../../../harness/campaign/mutants/campaign.ts';
import { readCampaign, readStates } from '../../../harness/campaign/mutants/states.ts';
import { type Quarry, type Result, type Rig, UnfitMutant } from '../../../harness/campaign/mutants/types.ts';
import { mutantSchema } from '../../../harness/mutation/row.ts';
import type { Run } from '../../../harness/mutation/run.ts';

const mutant = (id: string) =>
  mutantSchema.parse({
    id,
    mechanism: 'fork',
    breaks: 'x',
    patch: 'spf-v12/1',
    symptom: 'y',
    profile: 'race',
  });

const fails: Result = {
  ...{ status: 'FAIL', layer: 'kasan', reason: 'KASAN: use-after-free' },
  ...{ operations: 10, seconds: 5, record: null },
};
const stands: Result = { ...fails, status: 'PASS', layer: null, reason: 'all well' };

/** A rig without kernels: it answers as it is told, and remembers what it was asked. */
class FakeRig implements Rig {
  readonly asked: string[] = [];
  readonly built: string[] = [];
  readonly released: string[] = [];
  key = 'key';
  answer: (id: string, kernel: Run['kernel'], trial: string, seed: number) => Result = () => stands;
  build_: (id: string) => string[] = () => [];

  keyOf = ({ mutant: { id } }: Quarry) => Promise.resolve(`${this.key}-${id}`);
  trialsOn = () => ['hammer', 'directed'].map((id) => ({ id: `race/${id}`, profile: 'race', guess: 60 }));
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must come as a rejection
  build = async ({ mutant: { id } }: Quarry) => {
    this.built.push(id);
    return { seconds: 3, warnings: this.build_(id) };
  };
  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  run = async ({ mutant: { id } }: Quarry, kernel: Run['kernel'], trial: { id: string }, seed: number) => {
    this.asked.push(`${id} ${kernel} ${trial.id} ${seed}`);
    return this.answer(id, kernel, trial.id, seed);
  };
  release = ({ mutant: { id } }: Quarry) => Promise.resolve(void this.released.push(id));
}

const quiet: Observer = { plan: () => {}, begin: () => {}, progress: () => {}, end: () => {} };

let directory: string;
let rig: FakeRig;
let controller: AbortController;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mutants-'));
  rig = new FakeRig();
  controller = new AbortController();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const campaign = (ids: string[], asked: { seed?: number; budget?: number; jobs?: number } = {}) => {
  const { seed, budget = 100, jobs = 1 } = asked;
  const ctx: Context = { cacheDir: directory, projectDir: '/', signal: controller.signal, notify: () => {} };
  const mutants = ids.map(mutant);
  return runCampaign({ mutants, arch: ['x86_64'], seed, budget, kills: 3, jobs, directory }, rig, ctx, quiet);
};
const outcomes = ({ states }: Awaited<ReturnType<typeof campaign>>) =>
  states.map(({ id, end }) => `${id} ${end?.outcome}`);
const kills =
  (...ids: string[]): FakeRig['answer'] =>
  (id, kernel) =>
    kernel === 'mutant' && ids.includes(id) ? fails : stands;

describe('a campaign', () => {
  test('every mutant comes to an end, has a file, and gives its space back', async () => {
    rig.answer = kills('a');
    const result = await campaign(['a', 'b']);
    expect(outcomes(result)).toEqual(['a killed', 'b survived']);
    expect((await readStates(directory)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(rig.released).toEqual(['a', 'b']);
    expect((await readCampaign(directory))?.finishedAt).not.toBeNull();
  });

  test('one that does not apply and one that does not build are named and do not stop the rest', async () => {
    rig.build_ = (id) => {
      if (id === 'a') throw new UnfitMutant('does-not-apply', 'hunk 1 of mm/mmap.c');
      if (id === 'b') throw new UnfitMutant('does-not-build', 'mm/mmap.c:1: error');
      return [];
    };
    const result = await campaign(['a', 'b', 'c']);
    expect(outcomes(result)).toEqual(['a does-not-apply', 'b does-not-build', 'c survived']);
    expect(result.states[0]?.end?.reason).toBe('hunk 1 of mm/mmap.c');
    expect(rig.asked.some((what) => /^[ab] /.test(what))).toBe(false);
  });

  test('what the compiler warns of is killed by it, without a boot', async () => {
    rig.build_ = () => ['mm/mmap.c:1: unused variable'];
    const { states } = await campaign(['a']);
    expect(states[0]?.end).toMatchObject({ outcome: 'killed', layer: 'compiler', trial: 'race/build' });
    expect(rig.asked).toEqual([]);
  });

  test('a flake does not count as a kill', async () => {
    rig.answer = (_, kernel, trial, seed) =>
      kernel === 'mutant' && trial === 'race/hammer' && seed === 1 ? fails : stands;
    expect(outcomes(await campaign(['a']))).toEqual(['a survived']);
  });

  test('what fails without the mutant too does not count either', async () => {
    rig.answer = (_, __, trial) => (trial === 'race/hammer' ? fails : stands);
    expect(outcomes(await campaign(['a']))).toEqual(['a survived']);
  });

  test('a rig that fails on one mutant goes on with the next, and tells', async () => {
    rig.answer = (id) => {
      if (id === 'a') throw new RigError('QEMU is not there');
      return stands;
    };
    const result = await campaign(['a', 'b']);
    expect(outcomes(result)).toEqual(['b survived']);
    expect(result.unfinished).toMatchObject([{ quarry: { mutant: { id: 'a' } }, why: 'QEMU is not there' }]);
    expect((await readCampaign(directory))?.finishedAt).toBeNull();
  });

  test('what nobody foresaw is not swallowed', async () => {
    rig.answer = () => {
      throw new TypeError('a bug of ours');
    };
    await expect(campaign(['a'])).rejects.toThrow('a bug of ours');
  });

  test('a mutant of another architecture is left alone', async () => {
    const other = { ...mutant('p'), arch: ['ppc64'] };
    const ctx: Context = { cacheDir: '', projectDir: '/', signal: controller.signal, notify: () => {} };
    const asked = { mutants: [other], arch: ['x86_64'], seed: 1, budget: 1, kills: 3, jobs: 1, directory };
    expect((await runCampaign(asked, rig, ctx, quiet)).states).toEqual([]);
  });
});

describe('a campaign that was stopped', () => {
  /** Ends after so many runs, as at kill -9: what was asked for last leaves no trace. */
  const stopAfter = async (runs: number, ids: string[]) => {
    const answer = rig.answer;
    rig.answer = (...question) => {
      if (rig.asked.length > runs) throw new TypeError('killed');
      return answer(...question);
    };
    await expect(campaign(ids)).rejects.toThrow('killed');
    rig.answer = answer;
    const made = rig.asked.splice(0);
    return made.slice(0, runs);
  };

  test.each([0, 1, 2, 3, 5, 7])('after %i runs goes on where it was', async (runs) => {
    rig.answer = kills('a');
    const whole = await (async () => {
      const result = outcomes(await campaign(['a', 'b']));
      await rm(directory, { recursive: true });
      return { result, asked: rig.asked.splice(0) };
    })();
    expect(whole.asked.length).toBeGreaterThan(runs);
    const before = await stopAfter(runs, ['a', 'b']);
    expect(outcomes(await campaign(['a', 'b']))).toEqual(whole.result);
    expect([...before, ...rig.asked]).toEqual(whole.asked);
  });

  test('by Ctrl-C: what was not begun is left, and the next one does it', async () => {
    rig.answer = () => {
      controller.abort();
      throw new CancelledError('cancelled');
    };
    const result = await campaign(['a', 'b']);
    expect(result.states).toEqual([]);
    expect(result.unfinished.length).toBe(2);
    controller = new AbortController();
    rig.answer = kills('a', 'b');
    expect(outcomes(await campaign(['a', 'b']))).toEqual(['a killed', 'b killed']);
  });

  test('keeps its seed and what it knew at its start, though it has learnt since', async () => {
    await campaign(['z'], { seed: 5 });
    rig.asked.length = 0;
    await stopAfter(1, ['a', 'b']);
    const { lessons, seed } = (await readCampaign(directory))!;
    await campaign(['a', 'b']);
    expect(await readCampaign(directory)).toMatchObject({ lessons, seed });
  });
});

describe('the campaign after', () => {
  test('makes no run again that is on record', async () => {
    rig.answer = kills('a');
    await campaign(['a', 'b']);
    rig.asked.length = 0;
    expect(outcomes(await campaign(['a', 'b']))).toEqual(['a killed', 'b survived']);
    expect(rig.asked).toEqual([]);
  });

  test('begins with the trial that has killed before', async () => {
    rig.answer = (_, kernel, trial) => (kernel === 'mutant' && trial === 'race/directed' ? fails : stands);
    await campaign(['a', 'b']);
    expect(rig.asked[0]).toBe('a mutant race/hammer 1');
    rig.asked.length = 0;
    await campaign(['c']);
    expect(rig.asked[0]).toBe('c mutant race/directed 1');
  });

  test('asks a survivor again when its budget has grown', async () => {
    await campaign(['a'], { budget: 5 });
    expect(rig.asked).toEqual(['a mutant race/hammer 1']);
    await campaign(['a'], { budget: 100 });
    expect(rig.asked).toEqual(['a mutant race/hammer 1', 'a mutant race/directed 1']);
  });

  test('forgets what was found out about another patch, or with another seed', async () => {
    rig.answer = kills('a');
    await campaign(['a']);
    rig.answer = kills();
    expect(outcomes(await campaign(['a']))).toEqual(['a killed']);
    rig.key = 'changed';
    expect(outcomes(await campaign(['a']))).toEqual(['a survived']);
    rig.answer = kills('a');
    expect(outcomes(await campaign(['a'], { seed: 2 }))).toEqual(['a killed']);
  });

  test('gives what could not be judged another chance', async () => {
    rig.answer = () => ({ ...stands, status: 'ERROR', reason: 'QEMU was killed' });
    expect(outcomes(await campaign(['a']))).toEqual(['a unjudged']);
    rig.answer = kills('a');
    expect(outcomes(await campaign(['a']))).toEqual(['a killed']);
  });
});

describe('its directory', () => {
  test('a state that is none of ours is refused, and stays', async () => {
    const file = join(directory, 'a-x86_64.mutant.json');
    await writeFile(file, '{"schema":"other"}');
    await expect(campaign(['a'])).rejects.toThrow(/a-x86_64\.mutant\.json is no state of a campaign/);
    expect(await readFile(file, 'utf8')).toBe('{"schema":"other"}');
  });

  test('several mutants at a time come to the same ends', async () => {
    rig.answer = kills('a', 'c');
    const result = await campaign(['a', 'b', 'c', 'd'], { jobs: 3 });
    expect(outcomes(result)).toEqual(['a killed', 'b survived', 'c killed', 'd survived']);
    expect((await readdir(directory)).filter((name) => name.endsWith('.mutant.json')).length).toBe(4);
  });
});

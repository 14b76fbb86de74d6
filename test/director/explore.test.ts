import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pairs } from '../../harness/director/explore/pairs.ts';
import { doingsOf, placesAmong, pointsIn, pointsSchema } from '../../harness/director/explore/points.ts';
import { exploredSchedule } from '../../harness/director/explore/schedule.ts';
import { historyOf } from '../../harness/director/history.ts';
import { pointsOf, scheduleSchema } from '../../harness/director/schedule.ts';
import { turnsOf } from '../../harness/director/turns.ts';
import { CHECKS } from '../../harness/model/protocol/checks.ts';
import { MUTANTS } from '../../harness/model/protocol/mutants.ts';
import { mutated, posted, runCheck } from '../../harness/model/protocol/run.ts';
import { loadPlaces } from '../../harness/plan/points-file.ts';

const project = new URL('../..', import.meta.url).pathname;
const places = loadPlaces(project);
const made = (seed: number, nth: number, among = places) =>
  scheduleSchema.parse(exploredSchedule(among, seed, nth, 'race'));
const seeds = fc.record({ seed: fc.nat(), nth: fc.integer({ min: 1, max: 10_000 }) });

describe('places of an exploration', () => {
  it('are all of those that counterexamples of the protocol model speak of', () => {
    const known = new Set(pointsIn(places).map(({ text }) => text));
    const checkOf = (id: string) => CHECKS.find((check) => check.id === id)!;
    const traces = [
      ...CHECKS.map((check) => runCheck(check, posted(check)).trace),
      ...MUTANTS.map((row) => runCheck(checkOf(row.check), mutated(row)).trace),
    ];
    const named = traces
      .flat()
      .flatMap(({ who, step }) => (who === 'rcu' || step.at === undefined ? [] : [step.at]));
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((text) => !known.has(text))).toEqual([]);
  });

  it('that are none are refused, with the words', () => {
    const wrong = pointsSchema.safeParse({ ...places, fork: ['copy_page_range: jump'] });
    expect(wrong.error?.issues[0]?.message).toMatch(/"copy_page_range: jump" is no point/);
  });
});

describe('schedules of an exploration', () => {
  it('can be read, are within the limits of the stage, and have a history', () => {
    fc.assert(
      fc.property(seeds, ({ seed, nth }) => {
        const schedule = made(seed, nth);
        const operations = Object.values(schedule.actors).map((all) => all.split(';'));
        expect(operations).toHaveLength(3);
        for (const all of operations) expect(all.length).toBeLessThanOrEqual(192);
        expect(schedule.steps.length).toBeLessThanOrEqual(512);
        const values = [schedule.setup, ...Object.values(schedule.actors)]
          .join(';')
          .match(/exchange \S+ \d+/g)!
          .map((text) => text.split(' ')[2]);
        expect(new Set(values).size).toBe(values.length);
        const doing = new Set<string>(operations.flat().flatMap(doingsOf));
        expect([...doing].filter((one) => !(one in places))).toEqual([]);
        const entries = Object.entries(schedule.actors).map(([name, all]) => [name, all.split(';')] as const);
        const spans = entries.map(
          ([name, all]) => [name, all.map((_, at) => ({ start: at, end: at }))] as const,
        );
        const results = entries.map(([name, all]) => [name, all.map(() => 0)] as const);
        const performance = { spans: Object.fromEntries(spans), results: Object.fromEntries(results) };
        expect(typeof historyOf(schedule, performance)).toBe('object');
        for (const step of schedule.steps) expect('perhaps' in step && step.perhaps).toBe(true);
      }),
    );
  });

  it('are the same again for the same seed, and others for another', () => {
    fc.assert(
      fc.property(seeds, ({ seed, nth }) => {
        expect(made(seed, nth)).toEqual(made(seed, nth));
        const around = [made(seed, nth), made(seed + 1, nth), made(seed, nth + 1), made(seed + 1, nth + 1)];
        expect(new Set(around.map((one) => JSON.stringify([one.actors, one.steps]))).size).toBeGreaterThan(1);
      }),
    );
  });

  it('speak of no place that a kernel lacks', () => {
    const has = new Set(['find_vma_rcu', 'tlb_finish_mmu', 'copy_page_range']);
    fc.assert(
      fc.property(seeds, ({ seed, nth }) => {
        const { steps } = made(seed, nth, placesAmong(places, has));
        const texts = pointsOf({ steps }).map(({ text }) => text);
        expect(texts.filter((text) => !has.has(text) && !text.startsWith('rcu_gp'))).toEqual([]);
      }),
    );
  });

  it('hold somebody in most of their rounds, and each actor in many', () => {
    const all = Array.from({ length: 30 }, (_, nth) => turnsOf(made(1, nth))).flat();
    const rounds = new Set(all.map((turn) => `${turn.round}`)).size * 30;
    const held = all.filter(({ hold }) => hold !== undefined);
    expect(held.length).toBeGreaterThan(rounds * 0.9);
    for (const name of ['first', 'second', 'changer'])
      expect(held.filter((turn) => turn.name === name).length).toBeGreaterThan(rounds * 0.2);
  });

  it('let everybody go who was held, and end with every operation done', () => {
    fc.assert(
      fc.property(seeds, ({ seed, nth }) => {
        const schedule = made(seed, nth);
        const turns = turnsOf(schedule);
        for (const [name, operations] of Object.entries(schedule.actors)) {
          const mine = turns.filter((turn) => turn.name === name);
          expect(mine.at(-1)).toMatchObject({ goal: operations.split(';').length });
          expect(mine.at(-1)).not.toHaveProperty('hold');
          mine.forEach(({ frees }, at) => expect(frees).toBe(mine[at - 1]?.hold !== undefined));
        }
      }),
    );
  });
});

describe('the history of a performance', () => {
  const schedule = {
    setup: 'map a 16; exchange a+1 1',
    actors: { one: 'exchange a+1 2; load a+1', two: 'protect a 16 r; exchange a+1 3' },
  };
  const spans = {
    one: [
      { start: 1, end: 2 },
      { start: 7, end: 8 },
    ],
    two: [
      { start: 3, end: 4 },
      { start: 5, end: 6 },
    ],
  };
  const of = (one: number[], two: number[], when: typeof spans | object = spans) =>
    historyOf(schedule, { spans: when as typeof spans, results: { one, two } });

  it.each([
    ['what the model explains', [1, 2], [0, -1211], []],
    ['a store that went well after mprotect(PROT_READ)', [1, 3], [0, 2], [/./]],
    ['a store that is gone', [1, 1], [0, -1211], [/./]],
    ['a signal without a reason', [-1111, 1], [0, -1211], [/./]],
  ])('of %s', async (_, one, two, rules) => {
    const { checkHistory } = await import('../../harness/model/history/check.ts');
    const history = of(one, two);
    if (typeof history === 'string') throw new Error(history);
    const { violations, undecided } = checkHistory(history);
    expect(undecided).toEqual([]);
    expect(violations).toHaveLength(rules.length);
  });

  it('knows of waiting for a grace period that it changes nothing', () => {
    const actors = { ...schedule.actors, two: `grace; ${schedule.actors.two}` };
    const waited = { ...spans, two: [{ start: 0, end: 0 }, ...spans.two] };
    const results = { one: [1, 2], two: [0, 0, -1211] };
    expect(historyOf({ ...schedule, actors }, { spans: waited, results })).toEqual(of([1, 2], [0, -1211]));
  });

  it('is not judged when the end of an operation was not seen', () => {
    expect(of([1, 2], [0, -1211], { ...spans, one: [spans.one[0]!] })).toMatch(/operation 2 of one/);
  });

  it('is not judged with an operation that histories do not know', () => {
    const actors = { one: 'store a 1' };
    expect(
      historyOf({ setup: '', actors }, { spans: { one: [{ start: 1, end: 2 }] }, results: { one: [0] } }),
    ).toMatch(/store a 1/);
  });
});

describe('pairs of places', () => {
  const at = (actor: string, point: string) => ({ actor, operation: 0, point });

  it('count once, and in both orders when they were seen so', () => {
    const pairs = new Pairs();
    pairs.add([at('one', 'f'), at('two', 'g'), at('two', 'h')]);
    expect(pairs.coverage()).toEqual({ pairs: 2, bothOrders: 0 });
    pairs.add([at('two', 'g'), at('one', 'f')]);
    pairs.add([at('two', 'g'), at('one', 'f')]);
    expect(pairs.coverage()).toEqual({ pairs: 2, bothOrders: 1 });
  });

  it('of two rounds are none', () => {
    const pairs = new Pairs();
    pairs.add([
      { ...at('one', 'f'), round: 1 },
      { ...at('two', 'g'), round: 2 },
    ]);
    expect(pairs.coverage()).toEqual({ pairs: 0, bothOrders: 0 });
  });

  it('of one place are in both orders at once', () => {
    const pairs = new Pairs();
    pairs.add([at('one', 'f'), at('two', 'f')]);
    expect(pairs.coverage()).toEqual({ pairs: 1, bothOrders: 1 });
  });
});

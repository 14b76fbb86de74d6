import { describe, expect, it } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutcomes } from '../../../harness/model/directed/check.ts';
import { DIRECTED } from '../../../harness/model/directed/programs.ts';

describe('checkOutcomes', () => {
  it('a right outcome in every try is no mismatch', () => {
    const lines = [{ program: 'read-no-access', outcomes: { SEGV_ACCERR: 5 }, skipped: null }];
    expect(checkOutcomes(lines)).toEqual({ judged: 1, skipped: [], mismatches: [] });
  });

  it('one wrong outcome among right ones is a mismatch that says how often, and what was right', () => {
    const outcomes = { 'data-kept': 4, 'data-lost': 1 };
    const { mismatches } = checkOutcomes([{ program: 'exchange-while-moved', outcomes, skipped: null }]);
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]).toMatchObject({
      model: 'directed',
      rule: 'exchange-while-moved',
      signature: 'directed: exchange-while-moved data-lost',
      possible: ['data-kept'],
    });
    expect(mismatches[0]?.explanation).toContain('data-lost in 1 of 5 tries');
  });

  it('each wrong outcome has a signature of its own, and one that nobody foresaw counts too', () => {
    const outcomes = { SEGV_MAPERR: 1, endless: 2 };
    const { mismatches } = checkOutcomes([{ program: 'fetch-not-executable', outcomes, skipped: null }]);
    expect(mismatches.map(({ signature }) => signature)).toEqual([
      'directed: fetch-not-executable SEGV_MAPERR',
      'directed: fetch-not-executable endless',
    ]);
  });

  it('what could not be had, or is not known, says nothing and is named', () => {
    const lines = [
      { program: 'exchange-while-swapped', outcomes: {}, skipped: 'no zram' },
      { program: 'of-another-version', outcomes: { done: 1 }, skipped: null },
    ];
    expect(checkOutcomes(lines)).toEqual({
      judged: 0,
      skipped: ['exchange-while-swapped: no zram', 'of-another-version: the model has no row for it'],
      mismatches: [],
    });
  });
});

it('every program of the guest has a row in the model, and every row a program', () => {
  const lib = join(import.meta.dirname, '../../../guest/lib');
  const programs = readdirSync(lib)
    .filter((name) => /^directed-.*\.c$/.test(name))
    .flatMap((name) => [...readFileSync(join(lib, name), 'utf8').matchAll(/^\t\{ "([a-z-]+)", /gm)])
    .map(([, id]) => id);
  expect(programs.sort()).toEqual(DIRECTED.map(({ id }) => id).sort());
});

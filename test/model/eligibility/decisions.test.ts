import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DIRECTED } from '../../../harness/model/directed/programs.ts';
import { DECISIONS } from '../../../harness/model/eligibility/decisions.ts';
import { ROWS } from '../../../harness/model/eligibility/table.ts';
import { CHECKS } from '../../../harness/model/protocol/checks.ts';

const upTo = (name: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => `${name} ${first + n}`);

/** Names of the guest's cases, read from its tables. */
const guestCases = ['usual', 'entries'].flatMap((table) => {
  const file = table === 'usual' ? 'spf-cases.c' : 'spf-cases-entries.c';
  const text = readFileSync(join(import.meta.dirname, '../../../guest/lib', file), 'utf8');
  return [...text.matchAll(/\{ \.name = "([a-z0-9-]+)"/g)].map(([, name]) => name!);
});

test('the list is whole and in order', () => {
  const places = [...new Set(DECISIONS.map(({ at }) => at))];
  expect(places).toEqual([
    ...[...upTo('gate', 1, 3), ...upTo('step', 0, 20)],
    ...[...upTo('pte', 1, 7), ...upTo('commit', 1, 3)],
  ]);
});

test('every decision is driven by a case, or it is said why not', () => {
  const neither = DECISIONS.filter(({ cases, notDriven }) => cases.length === 0 && notDriven === undefined);
  expect(neither).toEqual([]);
});

test('every case of the guest drives one decision', () => {
  const driving = DECISIONS.flatMap(({ cases }) => cases);
  expect(guestCases.length).toBeGreaterThan(50);
  expect(driving.toSorted()).toEqual(guestCases.toSorted());
});

describe('rows of the table', () => {
  const named = new Set(DECISIONS.flatMap(({ rows }) => rows));
  const known = ROWS.map(({ id }) => id);

  test('that a decision names are there', () => {
    expect([...named].filter((row) => !known.includes(row))).toEqual([]);
  });

  test('all belong to a decision, but for the kernel without a handler', () => {
    expect(known.filter((row) => !named.has(row))).toEqual(['no-spf']);
  });
});

test('who is named instead of a case is there', () => {
  const reasons = DECISIONS.map(({ notDriven = '' }) => notDriven).join('\n');
  const programs = [...reasons.matchAll(/--program ([a-z-]+)/g)].map(([, name]) => name!);
  expect(programs.length).toBeGreaterThan(3);
  expect(programs.filter((name) => !DIRECTED.some(({ id }) => id === name))).toEqual([]);
  const checks = [...reasons.matchAll(/--check ([a-z -]+)/g)].flatMap(([, names]) => names!.split(' '));
  expect(checks.length).toBeGreaterThan(1);
  expect(checks.filter((name) => !CHECKS.some(({ id }) => id === name))).toEqual([]);
});

import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../harness/base/errors.ts';
import { loadPlan, parsePlan, shippedPlans } from '../../harness/plan/load.ts';

const projectDir = resolve(import.meta.dirname, '../..');
const minimal = 'name: x\njobs:\n  - workload: hammer\n';

const complaintOf = (text: string): string => {
  try {
    parsePlan(text, 'p.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('the plan was accepted');
};

describe('plans that come with the project', () => {
  test.each(shippedPlans(projectDir))('%s is valid', (name) => {
    expect(loadPlan(name, projectDir).plan.name).toBe(name);
  });

  test('an unknown name is answered with the nearest one', () => {
    expect(() => loadPlan('defualt', projectDir)).toThrow('did you mean "default"?');
  });
});

describe('parsePlan', () => {
  test('fills in what is left out', () => {
    const plan = parsePlan(minimal, 'p.yaml');
    expect(plan).toMatchObject({ base: 'debian:5.10', series: [], arch: ['x86_64'], profile: ['race'] });
    expect(plan.machine).toEqual({ cpus: 2, memoryMiB: 2048 });
    expect(plan.jobs[0]).toMatchObject({ workload: 'hammer', repeat: 1, args: [], sysctl: {} });
  });

  test('takes one or many', () => {
    expect(parsePlan(`${minimal}profile: kasan\n`, 'p').profile).toEqual(['kasan']);
    expect(parsePlan(`${minimal}profile: [kasan, race]\n`, 'p').profile).toEqual(['kasan', 'race']);
  });

  test('a misspelt key is an error with its place and the likely word', () => {
    expect(complaintOf('name: x\njobs:\n  - workload: hammer\n    durration: 3\n')).toBe(
      'p.yaml:4:16: jobs.0: unknown key "durration" (did you mean "duration"?)',
    );
    expect(complaintOf(`${minimal}profil: kasan\n`)).toContain('did you mean "profile"?');
  });

  test('a wrong value is named by path and place', () => {
    expect(complaintOf('name: x\njobs:\n  - workload: hammer\n    duration: -1\n')).toMatch(
      /^p\.yaml:4:15: jobs\.0\.duration: /,
    );
  });

  test('YAML that is none is one line', () => {
    const complaint = complaintOf('name: [x\njobs: 1');
    expect(complaint).toMatch(/^p\.yaml:\d+:\d+: /);
    expect(complaint).not.toContain('\n');
  });

  test('every complaint gets its line', () => {
    expect(
      complaintOf('name: x\nbsae: 1\nprofil: y\njobs:\n  - workload: hammer\n').split('\n'),
    ).toHaveLength(2);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../../harness/base/errors.ts';
import { decisions } from '../../harness/cli/decisions.ts';
import { SECOND_TOUCH, counted } from '../model/eligibility/facts.ts';
import { job, kernel, run } from '../report/records/build.ts';

let directory = '';
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'spf-decisions-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

const COUNTERS = { workload: 'spf-counters', args: [] };
const files = (id: string) => ({ 'cases.jsonl': `jobs/${id}/cases.jsonl` });

/** A run with the switch on and with it off; the cases of each. */
async function record(cases: Readonly<Record<string, string>>): Promise<string> {
  const jobs = Object.keys(cases).map((id) => job({ id, ...COUNTERS, files: files(id) }));
  for (const [id, lines] of Object.entries(cases)) {
    await mkdir(join(directory, 'jobs', id), { recursive: true });
    await writeFile(join(directory, 'jobs', id, 'cases.jsonl'), lines);
  }
  const kernels = [kernel({ rules: ['policy-is-classic'] })];
  await writeFile(join(directory, 'run.json'), JSON.stringify(run({ kernels, jobs })));
  return directory;
}

async function printed(...runs: readonly string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await decisions(runs);
    return log.mock.calls.flat().join('\n');
  } finally {
    log.mockRestore();
  }
}

const hinted = counted({
  case: 'numa-hint-read',
  facts: { ...SECOND_TOUCH, pte: 'numa-hint', access: 'read' },
  ...{ spf: 0, vmstatSpf: 0 },
});
const off = { ...hinted, facts: { ...hinted.facts, sysctl: false } };

test('reads the cases of a run, whichever job had the switch off, by the rules of its kernel', async () => {
  const text = await printed(await record({ second: JSON.stringify(off), first: JSON.stringify(hinted) }));
  expect(text).toMatch(/`numa-hint-read` \| numa-hint-is-classic \| faults 8 \| ✔ faults 8 \| ✔ faults 8 \|/);
});

test('a run without spf-counters, and cases that cannot be read, are said in one message', async () => {
  await expect(decisions([await record({})])).rejects.toThrow(/has no cases of spf-counters/);
  const cut = await record({ first: JSON.stringify(hinted).slice(0, 50) });
  await expect(decisions([cut])).rejects.toThrow(UsageError);
  await expect(decisions([join(directory, 'nowhere')])).rejects.toThrow(/no run record at/);
});

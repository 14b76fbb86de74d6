import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareSource } from '../../harness/campaign/source.ts';
import { requestRun } from '../../harness/cli/request.ts';

const projectDir = resolve(import.meta.dirname, '../..');
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'spf-source-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('a rule that the model does not have is refused before any tree is fetched', async () => {
  const series = join(directory, 'series');
  cpSync(join(projectDir, 'kernel-config/series/spf-v12-fixes'), series, { recursive: true });
  const manifest = join(series, 'series.yaml');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace('[refused-is-classic,', '[refused-is-clasic,'));
  const request = requestRun('smoke', { series, seed: 1 }, projectDir);
  const cacheDir = join(directory, 'cache');
  const ctx = { cacheDir, projectDir, signal: new AbortController().signal, notify: () => undefined };
  await expect(prepareSource(request, ctx)).rejects.toThrow(
    'series.yaml of spf-v12-fixes: there is no rule "refused-is-clasic"; there are refused-is-classic, policy-is-classic',
  );
});

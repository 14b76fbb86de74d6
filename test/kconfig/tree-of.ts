import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readKconfigTree } from '../../harness/kconfig/reader.ts';
import type { KconfigTree } from '../../harness/kconfig/tree.ts';

/** Reads Kconfig files given as text by path, for SRCARCH x86. */
export function readTree(files: Readonly<Record<string, string>>): KconfigTree {
  const root = mkdtempSync(join(tmpdir(), 'kconfig-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return readKconfigTree(root, { SRCARCH: 'x86' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { readRequirements } from './requirements.ts';

/** One thing that matters to the harness, and how it stands on this machine. */
export interface Row {
  readonly state: 'there' | 'missing' | 'doubtful';
  readonly what: string;
  readonly detail: string;
  /** What does not work because of it; empty when all is well. */
  readonly prevents: string;
}

/** Measured: a built KASAN kernel with its object files, the tree, and a worktree for each variant. */
const DISK_GIB = 12;
const MEMORY_GIB = 4;
const NODE_MAJOR = 24;

/** Everything but acceleration, which takes a guest to find out. */
export async function survey(projectDir: string, cacheDir: string): Promise<Row[]> {
  return [nodeRow(), ...packageRows(projectDir), memoryRow(), await diskRow(cacheDir)];
}

function packageRows(projectDir: string): Row[] {
  return readRequirements(projectDir).map(({ package: name, proof, prevents, present }) => ({
    state: present ? 'there' : 'missing',
    what: proof.startsWith('/') ? name : proof,
    detail: present ? '' : `Debian package ${name}`,
    prevents: present ? '' : prevents,
  }));
}

function nodeRow(): Row {
  const enough = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
  return {
    state: enough ? 'there' : 'missing',
    what: 'node',
    detail: `${process.versions.node}${enough ? '' : `; ${NODE_MAJOR} comes with \`npm ci\`: use \`npx spf\` or make`}`,
    prevents: enough ? '' : 'everything: the harness is TypeScript that Node runs as it is',
  };
}

function memoryRow(): Row {
  const gib = totalmem() / 2 ** 30;
  const enough = gib >= MEMORY_GIB;
  return {
    state: enough ? 'there' : 'doubtful',
    what: 'memory',
    detail: `${gib.toFixed(1)} GiB`,
    prevents: enough ? '' : `kernel builds and guests may run out (${MEMORY_GIB} GiB are comfortable)`,
  };
}

async function diskRow(cacheDir: string): Promise<Row> {
  const stats = await statfs(nearestExisting(cacheDir));
  const gib = (stats.bavail * stats.bsize) / 2 ** 30;
  const enough = gib >= DISK_GIB;
  return {
    state: enough ? 'there' : 'doubtful',
    what: 'disk',
    detail: `${gib.toFixed(1)} GiB free for the cache, ${cacheDir}`,
    prevents: enough ? '' : `the default plan writes about ${DISK_GIB} GiB; SPF_CACHE names another place`,
  };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { writeFileAtomic } from '../base/disk.ts';

/** Names of the products in a kernel's directory; the image is called as the architecture calls it. */
export const productNames = {
  vmlinux: 'vmlinux',
  config: 'kernel.config',
  systemMap: 'System.map',
  log: 'build.log',
  warnings: 'warnings.json',
} as const;

const stampSchema = z.object({
  schema: z.literal('spf-harness/kernel/1'),
  key: z.string(),
  treeKey: z.string(),
  arch: z.string(),
  profile: z.string(),
  label: z.string(),
  image: z.string(),
  release: z.string(),
  compiler: z.string(),
  configHash: z.string(),
  symbols: z.object({
    asked: z.number(),
    got: z.number(),
    dropped: z.array(
      z.object({ symbol: z.string(), asked: z.string(), reason: z.string(), must: z.boolean() }),
    ),
  }),
  seconds: z.number(),
  /** sha256 by file name. */
  files: z.record(z.string(), z.string()),
});
/** What makes a directory a finished kernel: written last, with the hash of everything beside it. */
export type KernelStamp = z.infer<typeof stampSchema>;

const stampName = 'stamp.json';

/** Hashes the products that lie in the directory and writes the stamp. */
export async function writeStamp(
  directory: string,
  stamp: Omit<KernelStamp, 'schema' | 'files'>,
): Promise<void> {
  const names = [stamp.image, ...Object.values(productNames)];
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await sha256(join(directory, name))] as const)),
  );
  const whole: KernelStamp = { schema: 'spf-harness/kernel/1', ...stamp, files };
  await writeFileAtomic(join(directory, stampName), `${JSON.stringify(whole, null, 2)}\n`);
}

/** The stamp alone, unverified; undefined when there is none, or one of another version. */
export async function readStamp(directory: string): Promise<KernelStamp | undefined> {
  try {
    const parsed = stampSchema.safeParse(JSON.parse(await readFile(join(directory, stampName), 'utf8')));
    return parsed.data;
  } catch {
    return undefined;
  }
}

/** The stamp when it is of this key and every product is still what it was; undefined for anything less. */
export async function verifyStamp(directory: string, key: string): Promise<KernelStamp | undefined> {
  const stamp = await readStamp(directory);
  if (stamp === undefined || stamp.key !== key) return undefined;
  const intact = await Promise.all(
    Object.entries(stamp.files).map(async ([name, hash]) => {
      return (await sha256(join(directory, name)).catch(() => undefined)) === hash;
    }),
  );
  return intact.every(Boolean) ? stamp : undefined;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

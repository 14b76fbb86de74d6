import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findArch, type Arch } from '../../harness/arch/index.ts';
import type { Observer } from '../../harness/base/steps.ts';
import { debianKernel } from '../../harness/build/debian/kernel.ts';
import { prepare } from '../../harness/campaign/prepare.ts';
import { commandContext, projectDir } from '../../harness/cli/context.ts';
import { requestRun } from '../../harness/cli/request.ts';
import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import type { BootOptions, Image, Running } from '../../harness/machine/types.ts';

/** For the tools that record test data: a guest with the series' kernel, or with Debian's. */

const silent: Observer = {
  plan: () => undefined,
  begin: () => undefined,
  progress: () => undefined,
  end: () => undefined,
};

export function knownArch(id: string | undefined): Arch {
  const arch = findArch(id ?? '');
  if (arch === undefined) throw new Error(`no architecture "${id}"`);
  return arch;
}

export async function bootGuest(
  arch: Arch,
  {
    debian = false,
    profile = 'race',
    ...changes
  }: Partial<BootOptions> & { readonly debian?: boolean; readonly profile?: string } = {},
): Promise<RecordedGuest> {
  const ctx = commandContext();
  const image = debian ? (await debianKernel(arch, ctx)).image : await ourKernel(arch, profile, ctx);
  return bootImage(arch, image, ctx, changes);
}

export type RecordedGuest = Running & { readonly directory: string };

export async function bootImage(
  arch: Arch,
  image: Image,
  ctx: ReturnType<typeof commandContext>,
  changes: Partial<BootOptions> = {},
): Promise<RecordedGuest> {
  const directory = mkdtempSync(join(tmpdir(), `spf-record-${arch.id}-`));
  const options = { arch, cpus: 2, memoryMiB: 1024, append: [], directory, signal: ctx.signal };
  const running = await qemuMachine(ctx).boot(image, { ...options, ...changes });
  return { ...running, directory };
}

async function ourKernel(arch: Arch, profile: string, ctx: ReturnType<typeof commandContext>) {
  const wanted = { arch: [arch.id], kernel: ['series'], profile: [profile] };
  const [kernel] = (await prepare(requestRun('default', wanted, projectDir), ctx, silent)).values();
  if (kernel === undefined) throw new Error(`no kernel for ${arch.id}`);
  return kernel.image;
}

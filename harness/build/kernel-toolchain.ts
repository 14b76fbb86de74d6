import type { Arch } from '../arch/index.ts';
import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { isPresent } from '../doctor/requirements.ts';
import { compilerOf } from './toolchain.ts';

export interface KernelToolchain {
  /** First line of `gcc --version`, for the record. */
  readonly compiler: string;
  /** Compiler and linker with their versions: another one makes another kernel. */
  readonly fingerprint: string;
  readonly ccache: boolean;
}

/** What a kernel build runs or includes, and the Debian package that has it (Documentation/process/changes.rst). */
const hostNeeds = [
  { proof: 'make', package: 'make' },
  { proof: 'gcc', package: 'gcc' },
  { proof: '/usr/include/stdio.h', package: 'libc6-dev' },
  { proof: 'flex', package: 'flex' },
  { proof: 'bison', package: 'bison' },
  { proof: 'bc', package: 'bc' },
  { proof: 'perl', package: 'perl' },
  { proof: '/usr/include/libelf.h', package: 'libelf-dev' },
] as const;

/**
 * Looks for everything that a kernel build needs.
 *
 * @throws UsageError naming what is missing, the packages and the command that installs them.
 */
export async function findKernelToolchain(
  arch: Arch,
  ctx: Context,
  path = process.env['PATH'] ?? '',
): Promise<KernelToolchain> {
  const target = ['gcc', 'ld'].map((tool) => `${arch.crossCompile}${tool}`);
  const missingHost = hostNeeds.filter(({ proof }) => !isPresent(proof, path));
  const missingTarget = target.filter((tool) => !isPresent(tool, path));
  if (missingHost.length + missingTarget.length > 0) {
    const names = [...new Set([...missingHost.map(({ proof }) => proof), ...missingTarget])];
    const packages = new Set<string>(missingHost.map((need) => need.package));
    if (missingTarget.length > 0) arch.packages.toolchain.forEach((name) => packages.add(name));
    throw new UsageError(
      `a kernel for ${arch.id} cannot be built: ${names.join(', ')} missing; install: ` +
        `apt-get install --no-install-recommends ${[...packages].join(' ')}`,
    );
  }
  const compiler = await compilerOf(arch, ctx);
  const linker = await spawnTethered([`${arch.crossCompile}ld`, '--version'], { cancelSignal: ctx.signal });
  const fingerprint = `${compiler}; ${linker.stdout.split('\n', 1)[0] ?? ''}`;
  return { compiler, fingerprint, ccache: isPresent('ccache', path) };
}

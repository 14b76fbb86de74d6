import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError } from 'execa';
import { spawnTethered } from '../base/command.ts';
import type { Context } from '../base/context.ts';
import { asRigError, writeFileAtomic } from '../base/disk.ts';
import { CancelledError, RigError, UsageError } from '../base/errors.ts';
import { compareAsks, type DroppedSymbol } from './compare.ts';
import { hashDotConfig, parseDotConfig } from './dotconfig.ts';
import { renderAsks, type Ask } from './fragment.ts';
import { heirsOf } from './heirs.ts';
import { makeCommand, makeEnvironment, sourceArch, type KernelMake } from './make-command.ts';
import { readKconfigTree } from './reader.ts';

export interface Configured {
  readonly configPath: string;
  /** sha256 of the settings, comments aside. */
  readonly configHash: string;
  /** How many symbols were asked for, and how many became what was asked. */
  readonly asked: number;
  readonly got: number;
  readonly dropped: readonly DroppedSymbol[];
  /** All that make and Kconfig said meanwhile. */
  readonly said: string;
}

/**
 * Makes a `.config` of the asks: what they name as they name it, everything else off (`allnoconfig` over
 * KCONFIG_ALLCONFIG, scripts/kconfig/conf.c), then `olddefconfig`; and compares what came out.
 *
 * @throws UsageError when the tree cannot be configured, or when a symbol marked `must` was dropped: each is named
 *   with the reason.
 */
export async function configure(
  make: KernelMake,
  asks: readonly Ask[],
  ctx: Pick<Context, 'signal' | 'notify'>,
): Promise<Configured> {
  const asked = join(make.buildDir, 'asked.config');
  await writeFileAtomic(asked, renderAsks([...asks, ...heirsOf(asks)]));
  ctx.notify({ task: 'config', text: `${asks.length} symbols asked` });
  const said = await runConf(make, asked, ctx);

  const configPath = join(make.buildDir, '.config');
  const config = parseDotConfig(await readFile(configPath, 'utf8'));
  const dropped = compareAsks(asks, config, () => readTree(make));
  insistOnMust(dropped);
  return {
    configPath,
    configHash: hashDotConfig(config),
    asked: asks.length,
    got: asks.length - dropped.length,
    dropped,
    said,
  };
}

/** @throws UsageError naming every dropped symbol that is a must-have. */
export function insistOnMust(dropped: readonly DroppedSymbol[]): void {
  const missing = dropped.filter(({ must }) => must);
  if (missing.length === 0) return;
  const lines = missing.map(({ symbol, asked, reason }) => `  CONFIG_${symbol}=${asked}: ${reason}`);
  throw new UsageError(`the configuration lost what the harness cannot do without:\n${lines.join('\n')}`);
}

async function runConf(
  make: KernelMake,
  asked: string,
  { signal }: Pick<Context, 'signal'>,
): Promise<string> {
  const environment = { ...makeEnvironment(make, process.env), KCONFIG_ALLCONFIG: asked };
  try {
    const { all } = await spawnTethered(
      makeCommand(make, ['allnoconfig', 'olddefconfig']),
      { env: environment, extendEnv: false, all: true, stdin: 'ignore', cancelSignal: signal },
      'TERM',
    );
    return all;
  } catch (error) {
    if (signal.aborted) throw new CancelledError('cancelled while configuring the kernel', { cause: error });
    if (!(error instanceof ExecaError)) throw error;
    const output = typeof error.all === 'string' ? error.all : error.shortMessage;
    const rig = asRigError(new Error(output), make.buildDir);
    if (rig instanceof RigError) throw rig;
    throw new UsageError(`${make.source} cannot be configured for ${make.arch.id}: ${lastLines(output)}`, {
      cause: error,
    });
  }
}

function readTree({ source, arch }: KernelMake) {
  return readKconfigTree(source, {
    SRCARCH: sourceArch(arch.kernelArch),
    HEADER_ARCH: sourceArch(arch.kernelArch),
    ARCH: arch.kernelArch,
  });
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-5).join('\n');
}

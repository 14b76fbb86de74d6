#!/usr/bin/env node
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { x86_64 } from '../../harness/arch/x86_64.ts';
import { buildGuest } from '../../harness/build/guest.ts';
import { buildKernel } from '../../harness/build/kernel.ts';
import { commandContext } from '../../harness/cli/context.ts';
import { provideTree } from '../../harness/source/provide.ts';
import { prepareWorktree } from '../../harness/source/worktree.ts';
import { bootImage } from './guest.ts';

/**
 * Records a boot of the base with the `kasan` profile and KASAN's own tests (lib/test_kasan.c): `node test/record/kasan.ts FILE`.
 * Each test does one wrong access on purpose; the answers are in test/console/kasan.test.ts.
 */
const [file = 'kasan-tests.log'] = process.argv.slice(2);
const ctx = commandContext();
const guest = await buildGuest(x86_64, ctx);
const kernel = await buildKernel(
  {
    tree: await prepareWorktree(await provideTree('debian:5.10', ctx), [], ctx),
    ...{ arch: x86_64, profile: 'kasan', label: 'kasan-tests' },
    extraFragments: [join(import.meta.dirname, 'kasan.config')],
  },
  ctx,
);
const image = { kernel: kernel.image, initramfs: guest.initramfs, release: kernel.release };
const running = await bootImage(x86_64, image, ctx);
await running.stop('cancelled');
copyFileSync(join(running.directory, 'console.log'), file);
process.exit(0);

import { qemuMachine } from '../../harness/machine/qemu/machine.ts';
import { bootOptions, ctx, prebuilt } from './guest.ts';

/** Boots a guest in the directory that is its argument, says so, and waits to be killed. */
const directory = process.argv[2] ?? '';
const { image } = await prebuilt();
await qemuMachine(ctx).boot(image, bootOptions('unused', { directory }));
process.stdout.write('up\n');
setInterval(() => undefined, 1 << 30);

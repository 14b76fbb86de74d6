import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { files } from './command-line.ts';
import type { QemuProcess } from './process.ts';

/** Seconds: how long an answer may take to begin, how long a pause ends it, and how long all of it may take. */
const patience = { begin: 5, pause: 1.5, answer: 40 };

/**
 * Make a kernel that hangs say where: stacks of all CPUs (sysrq l), blocked tasks (w), all tasks (t). When no CPU takes
 * the key (interrupts off), the CPUs' registers and an NMI are left. Everything lands on the console; it never fails.
 */
export async function dumpHang(qemu: QemuProcess, directory: string): Promise<void> {
  const qmp = await Promise.race([qemu.qmp, sleep(1000)]).catch(() => undefined);
  if (qmp === undefined) return;
  const registers = await qmp.monitor('info registers -a').catch(() => '');
  await writeFile(join(directory, files.registers), registers).catch(() => undefined);
  if (await sysrq(qemu, 'l')) {
    for (const key of ['w', 't']) await sysrq(qemu, key);
    return;
  }
  await qmp.execute('inject-nmi').catch(() => undefined);
  await answered(qemu);
}

/**
 * A magic SysRq key by way of a break on the serial line (Documentation/admin-guide/sysrq.rst).
 *
 * @returns whether the kernel said anything to it.
 */
export async function sysrq(qemu: QemuProcess, key: string): Promise<boolean> {
  const qmp = await qemu.qmp.catch(() => undefined);
  if (qmp === undefined) return false;
  const before = qemu.console.length;
  await qmp.execute('chardev-send-break', { id: 'console' }).catch(() => undefined);
  qemu.type(key);
  return answered(qemu, before);
}

async function answered(qemu: QemuProcess, before = qemu.console.length): Promise<boolean> {
  const step = 0.1;
  let length = before;
  for (let waited = 0, quiet = 0; waited < patience.answer && !qemu.over.aborted; waited += step) {
    await sleep(step * 1000);
    quiet = qemu.console.length === length ? quiet + step : 0;
    length = qemu.console.length;
    if (quiet > (length > before ? patience.pause : patience.begin)) break;
  }
  return length > before;
}

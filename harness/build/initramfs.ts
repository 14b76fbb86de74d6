import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cpio, type CpioEntry } from './cpio.ts';

/** Where the guest programs are in the guest. */
export const guestPrograms = '/usr/lib/spf';

const directories = [
  ['dev', 0o755],
  ['proc', 0o555],
  ['sys', 0o555],
  ['tmp', 0o1777],
  ['run', 0o755],
  ['bin', 0o755],
  ['etc', 0o755],
  ['etc/dropbear', 0o700],
  ['lib', 0o755],
  ['root', 0o700],
  ['root/.ssh', 0o700],
  ['usr', 0o755],
  ['usr/sbin', 0o755],
  ['usr/lib', 0o755],
  ['usr/lib/spf', 0o755],
] as const;

const texts = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\n',
  'etc/shells': '/bin/sh\n',
  'etc/hosts': '127.0.0.1 localhost spf-guest\n',
} as const;

/** What a person at the guest's shell and the harness's own commands want of busybox. */
const applets = (
  'ash awk base64 basename cat chmod chrt clear cmp cp cut date dd df diff dirname dmesg du echo egrep env expr ' +
  'false fgrep find free grep gunzip gzip halt head hexdump hostname id ifconfig insmod ionice ip kill killall less ln ' +
  'ls lsmod md5sum mkdir mkfifo mknod mktemp modprobe more mount mv nc netstat nice nohup nproc od pidof ping ' +
  'pkill poweroff printf ps pwd readlink realpath reboot renice reset rm rmdir route sed seq setsid sh sha256sum ' +
  'sleep sort stat strings stty sync sysctl tail tar taskset tee test time timeout top touch tr true tty umount ' +
  'uname uniq unxz usleep vi watch wc wget which xargs xxd xzcat yes zcat'
).split(' ');

/** The base system: init, busybox, SSH server and the guest programs in `programs` (a directory on the host). */
export async function baseArchive(files: {
  readonly init: string;
  readonly busybox: string;
  readonly dropbear: string;
  readonly programs: string;
}): Promise<Uint8Array> {
  const programs = (await readdir(files.programs)).sort();
  return cpio([
    ...directories.map(([path, mode]): CpioEntry => ({ kind: 'directory', path, mode })),
    // The kernel opens it for init before devtmpfs is there: console_on_rootfs(), init/main.c.
    { kind: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    await program('init', files.init),
    await program('bin/busybox', files.busybox),
    ...applets.map((name): CpioEntry => ({ kind: 'link', path: `bin/${name}`, target: 'busybox' })),
    await program('usr/sbin/dropbear', files.dropbear),
    ...Object.entries(texts).map(([path, text]) => textFile(path, text)),
    ...(await Promise.all(
      programs.map((name) => program(`${guestPrograms.slice(1)}/${name}`, join(files.programs, name))),
    )),
  ]);
}

/** Kernel modules and the list that init loads them by, in this order. Paths in the guest, such as `/lib/modules/…`. */
export async function moduleArchive(
  modules: readonly { readonly guest: string; readonly host: string }[],
): Promise<Uint8Array> {
  const folders = new Set(modules.flatMap(({ guest }) => ancestors(guest.slice(1))));
  return cpio([
    ...[...folders].sort().map((path): CpioEntry => ({ kind: 'directory', path, mode: 0o755 })),
    ...(await Promise.all(
      modules.map(async ({ guest, host }): Promise<CpioEntry> => ({
        kind: 'file',
        path: guest.slice(1),
        mode: 0o644,
        content: await readFile(host),
      })),
    )),
    textFile('etc/modules', modules.map(({ guest }) => `${guest}\n`).join('')),
  ]);
}

async function program(path: string, host: string): Promise<CpioEntry> {
  return { kind: 'file', path, mode: 0o755, content: await readFile(host) };
}

function textFile(path: string, text: string): CpioEntry {
  return { kind: 'file', path, mode: 0o644, content: Buffer.from(text) };
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [...ancestors(parent), parent];
}

import type { Arch } from '../../arch/index.ts';

/**
 * Why a guest that did not come up never got as far as its kernel: where the firmware talks on the console, the kernel's
 * first words must follow, or the rig is at fault and not the kernel.
 *
 * @param console everything that was said since power-on.
 * @returns a sentence, or undefined where the kernel has spoken or the firmware is not known to talk.
 */
export function firmwareFailure({ qemu }: Arch, console: string): string | undefined {
  if (qemu.firstWords === undefined || console.includes(qemu.firstWords)) return undefined;
  const last = plain(console)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .findLast((line) => line !== '');
  if (last === undefined) return 'the firmware said nothing; the kernel was never started';
  return `the firmware never handed over to the kernel; its last words: ${last.slice(-120)}`;
}

/** Without terminal sequences and progress codes (SLOF: `C0890`, each overwritten by the next). */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- terminal sequences begin with one
  return text.replaceAll(/\u001b\[[?0-9;]*[a-zA-Z]/g, '').replaceAll(/\bC0[0-9A-F]{3}\r/g, '');
}

/** The rule below a report of KASAN, KFENCE or KCSAN, as it stands above it too. */
export const sanitizersRule = '='.repeat(66);

/** Last words of a report: kernel/panic.c print_oops_end_marker(), panic(); kernel/reboot.c; mm/kasan/report.c end_report(). */
export const endOfReport =
  /^={66}$|^---\[ end (?:trace|Kernel panic)|^Rebooting in \d+ seconds|^reboot: (?:Restarting|Power|machine restart)/;

/** After these a kernel says nothing of its own accord. */
export const endOfKernel = /^---\[ end Kernel panic|^Rebooting in \d+ seconds/;

/** The machine starts again: announced by the dying kernel, or seen by what comes up. */
export const restarts =
  /^(?:Rebooting in \d+ seconds|reboot: (?:Restarting|machine restart)|SeaBIOS \(version|SLOF \*\*|U-Boot \d{4}|Linux version \d+\.\d+\S* )/;

export const panicLine = /^Kernel panic - not syncing: (?<message>.*)$/;

/**
 * Panics that only carry out what an earlier report brought about: oops_end(), check_panic_on_warn(), the watchdogs'
 * panic settings, an init that died of an oops.
 */
export const consequence =
  /^(?:.*: )?(?:Fatal exception|panic_on_warn set|panic_on_oops|hung_task: blocked tasks|softlockup: hung tasks|Hard LOCKUP|RCU Stall|scheduling while atomic|Aiee, killing interrupt handler|Attempted to kill|Machine halted|UBSAN|KASAN|kasan|kfence|Unrecoverable|Unhandled|Oops|corrupted stack end|Out of memory|System is deadlocked)/i;

/** First line of every kernel (init/version.c linux_banner). */
export const banner = /^Linux version (?<release>\d+\.\d+\S*) /;

import type { Finding } from '../finding.ts';
import type { Line } from '../lines/line.ts';
import { banner } from '../patterns/marks.ts';

/** One start of a kernel. */
export interface BootLog {
  /** `uname -r`. */
  readonly release: string;
  /** Line of the banner. */
  readonly line: number;
}

/** What comes before the banner when a machine starts: firmware, boot loader, decompressor. */
const firmware =
  /^(?:SeaBIOS \(version|Booting the kernel|Booting from (?:Hard Disk|ROM)|SLOF \*\*|U-Boot \d{4}|OF stdout device is)/;
/** The kernel or the user said that it would restart. */
const announced =
  /^(?:Kernel panic|reboot: |Rebooting in |sysrq: (?:Resetting|Trigger|Emergency)|Restarting system|Power down|---\[ end Kernel panic|The system is going down)/;
/** What a machine prints first of all after a reset; later firmware lines may follow a pause. */
const reset = /^(?:SeaBIOS \(version|SLOF \*\*)/;
/** Words of terminals and serial concentrators, and blank lines: nothing ran yet. */
const greeting =
  /^\s*$|^(?:Trying |Connected to|Connection |Escape character|Press |Warning: Permanently added|\[SOL |\[Enter |\[?\w+ console|Terminal ready|iPXE|UEFI|BdsDxe)/i;
/** After so many lines without a time this console has none, and what is up cannot be told. */
const maxUntimed = 5000;
/** A console of months has thousands of starts, and its reader must not grow with it. */
const maxBoots = 1000;
/** Lines of a kernel that is up. */
const minimumUp = 20;

/** Watches for starts of kernels, and for those that nobody asked for. */
export function createBootWatch(onUnexpected: (finding: Finding) => void) {
  const boots: BootLog[] = [];
  /** printk lines with a time since the last start. */
  let up = 0;
  let untimed = 0;
  /** Something ran before the log began, of which the log has only a program's words. */
  let ran = false;
  let asked = false;
  let starting = false;

  const started = (line: Line) => {
    const enough = reset.test(line.text) ? ran || up >= 1 : up >= minimumUp;
    if (!starting && enough && !asked) onUnexpected(unexpectedReboot(line));
    starting = true;
    ran = false;
    untimed = 0;
    up = 0;
    asked = false;
  };

  return {
    push(line: Line) {
      const release = line.words.length > 0 ? banner.exec(line.text)?.groups?.['release'] : undefined;
      if (release !== undefined) {
        started(line);
        if (boots.length < maxBoots) boots.push({ release, line: line.number });
        starting = false;
      } else if (line.time === null && line.words.length > 0 && firmware.test(line.text)) {
        started(line);
      } else if (line.words.length > 0 && announced.test(line.text)) {
        asked = true;
      } else if (line.time !== null) {
        up += 1;
        starting = false;
      } else {
        untimed += 1;
        ran ||= boots.length === 0 && !starting && !greeting.test(line.text);
      }
    },
    /** Lines without words tell nothing new until the next start. */
    idle: () => up >= minimumUp || untimed >= maxUntimed,
    boots: (): readonly BootLog[] => boots,
  };
}

function unexpectedReboot(line: Line): Finding {
  return {
    kind: 'reboot',
    title: 'unexpected kernel reboot',
    altTitles: [],
    signature: 'reboot: unexpected kernel reboot: -',
    blamed: null,
    stack: [],
    lines: { first: line.number, last: line.number },
    text: line.text,
    count: 1,
  };
}

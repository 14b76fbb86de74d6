import { firstMatch, known, toNumber } from './details/read.ts';
import type { Groups } from './groups.ts';

/** lib/dump_stack.c dump_stack_print_info(); `UID:` since 6.12. The taint's letters are padded with blanks. */
const info =
  /^CPU: (?<cpu>\d+)(?: UID: \d+)? PID: (?<pid>\d+) Comm: (?<comm>.{1,15}?) (?:Kdump: loaded )?(?:(?<clean>Not tainted)|Tainted: (?<taint>[A-Z](?: *[A-Z])*)) +(?:(?<release>\d+\.\d+\S*) #\S+(?: (?<buildId>[0-9a-f]{40})\b)?)?/;
/** lockdep says it in its own way: `5.10.0 #1 Not tainted`. */
const lockdep =
  /^(?<release>\d+\.\d+\S*) #\S+ (?:(?<clean>Not tainted)|Tainted: (?<taint>[A-Z](?: *[A-Z])*))/;
const warning =
  /^WARNING: CPU: (?<cpu>\d+) PID: (?<pid>\d+) at |^WARNING: .*, CPU#(?<cpu2>\d+): (?<comm>.+)\/(?<pid2>\d+)$/;

export interface Whereabouts {
  task?: { comm: string; pid: number };
  cpu?: number;
  tainted?: string;
  release?: string;
  buildId?: string;
}

/** Who ran on what when the report was made, from the line that says it or from the head. */
export function findTask(texts: readonly string[], groups: Groups): Whereabouts {
  const found = firstMatch(texts, info);
  const said = found ?? firstMatch(texts.slice(0, 4), lockdep);
  const head = warning.exec(texts[0] ?? '')?.groups;
  const comm = found?.['comm'] ?? groups['comm'] ?? head?.['comm'];
  const pid = toNumber(found?.['pid'] ?? groups['pid'] ?? head?.['pid2']);
  return known({
    task: comm !== undefined && pid !== undefined ? { comm, pid } : undefined,
    cpu: toNumber(found?.['cpu'] ?? groups['cpu'] ?? head?.['cpu'] ?? head?.['cpu2']),
    tainted: said?.['clean'] === undefined ? said?.['taint']?.replaceAll(' ', '') : '',
    release: said?.['release'],
    buildId: found?.['buildId'],
  });
}

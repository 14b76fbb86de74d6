import type { Groups } from './groups.ts';

/** lib/dump_stack.c dump_stack_print_info(); `UID:` since 6.12. */
const info =
  /^CPU: (?<cpu>\d+)(?: UID: \d+)? PID: (?<pid>\d+) Comm: (?<comm>.{1,15}?) (?:Not tainted|Tainted|Kdump)/;
const warning =
  /^WARNING: CPU: (?<cpu>\d+) PID: (?<pid>\d+) at |^WARNING: .*, CPU#(?<cpu2>\d+): (?<comm>.+)\/(?<pid2>\d+)$/;

/** Who ran when the report was made, from the line that says it or from the head. */
export function findTask(
  texts: readonly string[],
  groups: Groups,
): { task?: { comm: string; pid: number }; cpu?: number } {
  const found = texts.map((text) => info.exec(text)?.groups).find((match) => match !== undefined);
  const head = warning.exec(texts[0] ?? '')?.groups;
  const comm = found?.['comm'] ?? groups['comm'];
  const pid = found?.['pid'] ?? groups['pid'];
  const cpu = found?.['cpu'] ?? groups['cpu'] ?? head?.['cpu'] ?? head?.['cpu2'];
  return {
    ...(comm !== undefined && pid !== undefined && { task: { comm, pid: Number(pid) } }),
    ...(cpu !== undefined && { cpu: Number(cpu) }),
  };
}

import type { Finding, FindingKind, Frame } from '../finding.ts';
import type { Stack, StackRole } from '../stacks/stacks.ts';
import { parseObjectDump } from './dump.ts';
import type { ConsoleEvent } from './event.ts';
import type { Groups } from './groups.ts';

type Common = Omit<Extract<Finding, { kind: 'hung-task' }>, 'kind'>;

export interface Read {
  readonly event: ConsoleEvent;
  readonly texts: readonly string[];
  readonly groups: Groups;
  readonly stacks: readonly Stack[];
}

/** Adds what only this kind of finding has. */
export function completeFinding(kind: FindingKind, read: Read, common: Common): Finding {
  const { groups } = read;
  const head = read.event.head.text;
  switch (kind) {
    case 'kasan':
      return {
        kind,
        ...common,
        bug: groups['bug'] ?? 'unknown',
        access: accessOf(read),
        allocatedBy: framesOf(read.stacks, 'allocated'),
        freedBy: framesOf(read.stacks, 'freed'),
      };
    case 'bug':
      return bugOrDump(read, common);
    case 'page-fault': {
      const access = accessOf(read);
      return { kind, ...common, access, null: /NULL pointer/.test(head) || isNull(access.address) };
    }
    case 'warning':
      return { kind, ...common, ...placeOf(groups) };
    case 'suspicious-rcu':
      return { kind, ...common, ...placeOf(groups) };
    case 'lockdep':
      return { kind, ...common, bug: bare(head) };
    case 'bad-page':
      return { kind, ...common, what: pageTrouble(head) };
    case 'slab-corruption':
      return {
        kind,
        ...common,
        bug: groups['bug'] ?? bare(head),
        ...(groups['cache'] !== undefined && { cache: groups['cache'] }),
      };
    case 'sanitizer':
      return { kind, ...common, tool: toolOf(head), bug: groups['bug'] ?? bare(head) };
    case 'panic':
      return { kind, ...common, message: groups['message'] ?? bare(head) };
    case 'oops':
    case 'other':
      return { kind, ...common, what: bare(head) };
    case 'vm-bug-on':
      return bugOrDump(read, common);
    case 'refcount':
    case 'general-protection':
    case 'sleeping-in-atomic':
    case 'rcu-stall':
    case 'soft-lockup':
    case 'hard-lockup':
    case 'hung-task':
    case 'workqueue-lockup':
    case 'list-corruption':
    case 'memory-leak':
    case 'oom':
    case 'reboot':
      return { kind, ...common };
  }
}

function bugOrDump({ event, groups }: Read, common: Common): Finding {
  const place = { file: groups['file'] ?? 'unknown', line: Number(groups['line'] ?? 0) };
  const dump = parseObjectDump(event.before.map(({ text }) => text));
  if (dump === undefined) return { kind: 'bug', ...common, ...place };
  const signature = common.signature.replace(/^bug:/, 'vm-bug-on:');
  return { kind: 'vm-bug-on', ...common, signature, ...place, dump };
}

function accessOf({ groups, texts }: Read) {
  const word =
    groups['access'] ??
    texts
      .map((text) => /(?:^#PF: supervisor |\[normal kernel )(read|write)/.exec(text)?.[1])
      .find((found) => found !== undefined);
  const direction = /^read$/i.test(word ?? '')
    ? ('Read' as const)
    : /^write$/i.test(word ?? '')
      ? ('Write' as const)
      : ('unknown' as const);
  return {
    direction,
    ...(groups['size'] !== undefined && { size: Number(groups['size']) }),
    ...(groups['address'] !== undefined && { address: groups['address'] }),
  };
}

/** The first page is never mapped: a field of an object at NULL. */
function isNull(address: string | undefined): boolean {
  return (
    address !== undefined &&
    /^(?:0x)?[0-9a-f]+$/.test(address) &&
    BigInt(`0x${address.replace(/^0x/, '')}`) < 4096n
  );
}

function placeOf({ file, line }: Groups): { place?: string } {
  return file === undefined ? {} : { place: line === undefined ? file : `${file}:${line}` };
}

function framesOf(stacks: readonly Stack[], role: StackRole): Frame[] {
  return [...(stacks.find((stack) => stack.role === role)?.frames ?? [])];
}

function pageTrouble(head: string): 'state' | 'map' | 'rss-counter' | 'pgtables' {
  if (head.includes('rss-counter')) return 'rss-counter';
  if (head.includes('non-zero')) return 'pgtables';
  return head.includes('page map') ? 'map' : 'state';
}

function toolOf(head: string): 'kfence' | 'kcsan' | 'kmsan' | 'ubsan' {
  return (['kfence', 'kcsan', 'kmsan'] as const).find((tool) => head.includes(tool.toUpperCase())) ?? 'ubsan';
}

/** A head without its frame of brackets and `WARNING:`. */
function bare(head: string): string {
  return head
    .replace(/^\[ (?:INFO|BUG): /, '')
    .replace(/^(?:WARNING|BUG|INFO): /, '')
    .replace(/[\s.!]*\]?$/, '');
}

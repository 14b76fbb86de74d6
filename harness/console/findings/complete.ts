import type { Finding, FindingKind } from '../finding.ts';
import { accessOf, isNull, placeOf } from './details/access.ts';
import { locksOf, ruleOf } from './details/locks.ts';
import { kasanObject, kfenceObject, leakedObject } from './details/object.ts';
import { accessesOf, changeOf } from './details/race.ts';
import { firstMatch, known, type Read, stackAfter, stackOf, toNumber } from './details/read.ts';
import { parseObjectDump } from './dump.ts';

type Common = Omit<Extract<Finding, { kind: 'reboot' }>, 'kind'>;

/** Adds what only this kind of finding has. */
export function completeFinding(kind: FindingKind, read: Read, common: Common): Finding {
  const { groups, texts, stacks, event } = read;
  const head = event.head.text;
  const objectStacks = () => ({
    allocatedBy: stackOf(stacks, 'allocated'),
    freedBy: stackOf(stacks, 'freed'),
  });
  switch (kind) {
    case 'kasan': {
      const object = known({ object: kasanObject(texts) });
      const access = accessOf(read);
      return { kind, ...common, bug: groups['bug'] ?? 'unknown', access, ...object, ...objectStacks() };
    }
    case 'kfence': {
      const bug = groups['bug'] ?? bare(head);
      const at = firstMatch(texts, /^\s*[A-Z][\w -]+ (?:at|of) (?<address>0x[0-9a-f]+)/)?.['address'];
      const access = accessOf({ texts: [], groups: known({ access: bug.split(' ').at(-1), address: at }) });
      const object = known({ object: kfenceObject(texts, at) });
      return { kind, ...common, bug, access, ...object, ...objectStacks() };
    }
    case 'kcsan': {
      const changed = known({ changed: changeOf(read) });
      return { kind, ...common, bug: groups['bug'] ?? bare(head), accesses: accessesOf(read), ...changed };
    }
    case 'kmsan': {
      const storedBy = stackAfter(stacks, /^\s*Uninit was stored/);
      const createdBy = stackAfter(stacks, /^\s*(?:Uninit was created|Local variable)/);
      return { kind, ...common, bug: groups['bug'] ?? bare(head), storedBy, createdBy };
    }
    case 'ubsan': {
      const next = texts.slice(1).find((text) => text.trim() !== '');
      const detail = known({ detail: next === undefined || /^CPU: /.test(next) ? undefined : next });
      return { kind, ...common, bug: groups['bug'] ?? bare(head), ...placeOf(groups), ...detail };
    }
    case 'bug':
    case 'vm-bug-on': {
      const place = { file: groups['file'] ?? 'unknown', line: toNumber(groups['line']) ?? 0 };
      const dump = kind === 'bug' ? undefined : parseObjectDump(event.before.map(({ text }) => text));
      return dump === undefined
        ? { kind: 'bug', ...common, ...place }
        : { kind: 'vm-bug-on', ...common, ...place, dump };
    }
    case 'page-fault': {
      const access = accessOf(read);
      return { kind, ...common, access, null: /NULL pointer/.test(head) || isNull(access.address) };
    }
    case 'general-protection':
      return { kind, ...common, ...known({ address: groups['address'] }) };
    case 'warning':
      return { kind, ...common, ...placeOf(groups), ...known({ message: messageBefore(read) }) };
    case 'refcount': {
      const said = texts.find((text) => /^refcount_t: /.test(text));
      return { kind, ...common, ...known({ message: said ?? messageBefore(read) }) };
    }
    case 'sleeping-in-atomic':
      return { kind, ...common, ...known({ place: groups['place'] }) };
    case 'suspicious-rcu':
      return { kind, ...common, ...placeOf(groups) };
    case 'lockdep':
      return { kind, ...common, bug: bare(head), rule: ruleOf(head), ...locksOf(read) };
    case 'soft-lockup':
    case 'hung-task':
      return { kind, ...common, ...known({ seconds: toNumber(groups['seconds']) }) };
    case 'bad-page': {
      const why = firstMatch(texts, /^page dumped because: (?<reason>.+)$/)?.['reason'];
      const what = pageTrouble(head);
      const counter = what === 'rss-counter' || what === 'pgtables' ? bare(head) : undefined;
      return { kind, ...common, what, ...known({ reason: why ?? counter }) };
    }
    case 'slab-corruption': {
      const cache = known({ cache: groups['cache'] });
      return { kind, ...common, bug: groups['bug'] ?? bare(head), ...cache, ...objectStacks() };
    }
    case 'list-corruption':
      return { kind, ...common, message: head };
    case 'memory-leak':
      return { kind, ...common, ...known({ object: leakedObject(texts) }) };
    case 'panic':
      return { kind, ...common, message: groups['message'] ?? bare(head) };
    case 'stack-overflow':
    case 'oops':
    case 'other':
      return { kind, ...common, what: bare(head) };
    case 'divide-error':
    case 'double-fault':
    case 'rcu-stall':
    case 'hard-lockup':
    case 'workqueue-lockup':
    case 'oom':
    case 'reboot':
      return { kind, ...common };
  }
}

/** WARN()'s own words stand between `cut here` and the head. */
function messageBefore({ event }: Read): string | undefined {
  const near = event.before.slice(-8).map(({ text }) => text);
  const cut = near.findLastIndex((text) => /^-+\[ cut here \]-+$/.test(text));
  const said = cut < 0 ? [] : near.slice(cut + 1).filter((text) => text.trim() !== '');
  return said.length === 0 ? undefined : said.join('\n');
}

function pageTrouble(head: string): 'state' | 'map' | 'rss-counter' | 'pgtables' {
  if (head.includes('rss-counter')) return 'rss-counter';
  if (head.includes('non-zero')) return 'pgtables';
  return head.includes('page map') ? 'map' : 'state';
}

/** A head without its frame of brackets and `WARNING:`. */
function bare(head: string): string {
  return head
    .replace(/^\[ (?:INFO|BUG): /, '')
    .replace(/^(?:WARNING|BUG|INFO): /, '')
    .replace(/[\s.!]*\]?$/, '');
}

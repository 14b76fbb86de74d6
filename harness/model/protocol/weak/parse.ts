import {
  type Condition,
  type Instruction,
  type Litmus,
  type Operand,
  type Place,
  UnsupportedLitmus,
} from './litmus.ts';

/** Read a litmus test of the C dialect of the kernel's tools/memory-model. Throws UnsupportedLitmus for what is not modelled. */
export function parseLitmus(text: string): Litmus {
  const states = /^\s*\*?\s*Result:\s*(Never|Sometimes)/m.exec(text)?.[1] ?? null;
  // A comment has a space behind its star, which READ_ONCE(*x) has not.
  const source = text.replace(/\(\*\s[\s\S]*?\*\)/g, ' ');
  const head = /^\s*C\s+(\S+)/.exec(source);
  if (head === null) throw new UnsupportedLitmus('not a litmus test in C');
  const exists = /\bexists\s*([\s\S]*)$/.exec(source);
  if (exists === null) throw new UnsupportedLitmus('no exists clause');
  const body = source.slice(head[0].length, exists.index);
  const open = body.indexOf('{');
  const initial = readInitial(body.slice(open + 1, body.indexOf('}', open)));
  const threads: Instruction[][] = [];
  const process = /\bP(\d+)\s*\(([^)]*)\)\s*\{/g;
  for (let match = process.exec(body); match !== null; match = process.exec(body)) {
    if (Number(match[1]) !== threads.length) throw new UnsupportedLitmus('processes out of order');
    const end = closing(body, process.lastIndex);
    threads.push(readThread(body.slice(process.lastIndex, end), parameters(match[2]!)));
    process.lastIndex = end;
  }
  return {
    name: head[1]!,
    states: states as Litmus['states'],
    initial,
    threads,
    exists: new ConditionReader(exists[1]!).whole(),
  };
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  throw new UnsupportedLitmus('a process without an end');
}

const parameters = (text: string): Set<string> =>
  new Set(text.split(',').map((each) => /(\w+)\s*$/.exec(each)?.[1] ?? ''));

function readInitial(text: string): Map<string, Operand> {
  const initial = new Map<string, Operand>();
  for (const each of text.split(';')) {
    if (each.trim() === '') continue;
    const match = /^\s*(?:(?:int|atomic_t)\s*\**\s*)?(\w+)\s*=\s*(?:ATOMIC_INIT\()?(&?\w+)\)?\s*$/.exec(each);
    if (match === null) throw new UnsupportedLitmus(`initial value ${each.trim()}`);
    const value = match[2]!;
    initial.set(
      match[1]!,
      /^\d+$/.test(value) ? { number: Number(value) } : { address: value.replace('&', '') },
    );
  }
  return initial;
}

type Guard = NonNullable<Instruction['when']>;

/** Statements of one process. Branches become conditions of the instructions in them. */
function readThread(text: string, locations: ReadonlySet<string>): Instruction[] {
  const instructions: Instruction[] = [];
  const place = (name: string): Place => (locations.has(name) ? { location: name } : { through: name });
  const operand = (word: string): Operand => {
    if (/^\d+$/.test(word)) return { number: Number(word) };
    return locations.has(word) ? { address: word } : { register: word };
  };
  let rest = text.trim();
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.slice(match[0].length).trimStart();
    return match;
  };
  const add = (when: Guard, ...made: Instruction[]): void => {
    for (const each of made) instructions.push(when.length === 0 ? each : { ...each, when });
  };
  const light: Instruction = { op: 'fence', kind: 'light' };
  const full: Instruction = { op: 'fence', kind: 'full' };

  const statement = (when: Guard): void => {
    let match: RegExpExecArray | null;
    if ((match = take(/^if\s*\(\s*(!?)\s*(\w+)\s*\)/)) !== null) {
      const inner = [...when, { register: match[2]!, nonzero: match[1] === '' }];
      if (take(/^\{/) === null) statement(inner);
      else while (take(/^\}/) === null) statement(inner);
    } else if (take(/^(int|struct \w+|unsigned int)\s+\*?\w+(\s*,\s*\*?\w+)*\s*;/) !== null) {
      // A register needs no declaration here.
    } else if ((match = take(/^(\w+)\s*=\s*(?:READ_ONCE|rcu_dereference)\(\s*\*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'load', register: match[1]!, from: place(match[2]!) });
    else if ((match = take(/^(\w+)\s*=\s*smp_load_acquire\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'load', register: match[1]!, from: place(match[2]!) }, light);
    else if ((match = take(/^(\w+)\s*=\s*spin_is_locked\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'load', register: match[1]!, from: place(match[2]!) });
    else if ((match = take(/^WRITE_ONCE\(\s*\*(\w+)\s*,\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'store', to: place(match[1]!), value: operand(match[2]!) });
    else if (
      (match = take(/^(?:smp_store_release\(\s*|rcu_assign_pointer\(\s*\*)(\w+)\s*,\s*(\w+)\s*\)\s*;/)) !==
      null
    )
      add(when, light, { op: 'store', to: place(match[1]!), value: operand(match[2]!) });
    else if (take(/^(smp_mb|smp_mb__after_spinlock)\(\s*\)\s*;/) !== null) add(when, full);
    else if (take(/^(smp_wmb|smp_rmb)\(\s*\)\s*;/) !== null) add(when, light);
    else if ((match = take(/^spin_lock\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'lock', lock: match[1]! });
    else if ((match = take(/^spin_unlock\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, light, { op: 'store', to: { location: match[1]! }, value: { number: 0 } });
    else if ((match = take(/^rcu_read_(lock|unlock)\(\s*\)\s*;/)) !== null)
      add(when, { op: match[1] === 'lock' ? 'rcuLock' : 'rcuUnlock' });
    else if (take(/^synchronize_rcu\(\s*\)\s*;/) !== null)
      add(when, full, { op: 'gracePeriodBegins' }, { op: 'gracePeriodEnds' }, full);
    else if ((match = take(/^atomic_(inc|dec)\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(when, { op: 'add', to: place(match[2]!), by: match[1] === 'inc' ? 1 : -1, register: null });
    else if ((match = take(/^(\w+)\s*=\s*atomic_(inc|dec)_return\(\s*(\w+)\s*\)\s*;/)) !== null)
      add(
        when,
        full,
        { op: 'add', to: place(match[3]!), by: match[2] === 'inc' ? 1 : -1, register: match[1]! },
        full,
      );
    else throw new UnsupportedLitmus(`statement ${rest.slice(0, 40).split('\n')[0]}`);
  };
  while (rest !== '') statement([]);
  return instructions;
}

/** `exists (0:r0=1 /\ (x=2 \/ ~y=1))` */
class ConditionReader {
  private readonly tokens: string[];

  constructor(text: string) {
    this.tokens = text.match(/\/\\|\\\/|~|[()=]|\d+:\w+|\w+/g) ?? [];
  }

  whole(): Condition {
    const condition = this.any();
    if (this.tokens.length > 0) throw new UnsupportedLitmus(`after the condition: ${this.tokens.join(' ')}`);
    return condition;
  }

  private any(): Condition {
    const parts = [this.all()];
    while (this.tokens[0] === '\\/') {
      this.tokens.shift();
      parts.push(this.all());
    }
    return parts.length === 1 ? parts[0]! : { any: parts };
  }

  private all(): Condition {
    const parts = [this.one()];
    while (this.tokens[0] === '/\\') {
      this.tokens.shift();
      parts.push(this.one());
    }
    return parts.length === 1 ? parts[0]! : { all: parts };
  }

  private one(): Condition {
    const token = this.tokens.shift();
    if (token === '~') return { not: this.one() };
    if (token === '(') {
      const inner = this.any();
      this.expect(')');
      return inner;
    }
    if (token === undefined) throw new UnsupportedLitmus('a condition that ends too early');
    this.expect('=');
    const word = this.tokens.shift() ?? '';
    const is: Operand = /^\d+$/.test(word) ? { number: Number(word) } : { address: word };
    const [first, second] = token.split(':');
    return second === undefined ? { location: first!, is } : { thread: Number(first), register: second, is };
  }

  private expect(token: string): void {
    const found = this.tokens.shift();
    if (found !== token) throw new UnsupportedLitmus(`${token} expected in the condition, found ${found}`);
  }
}

/** What a VM_BUG_ON_*() printed of the object before it died. */
export interface ObjectDump {
  readonly what: 'vma' | 'mm' | 'page';
  readonly fields: Record<string, string>;
}

/** First lines of dump_vma(), dump_mm() and __dump_page() (mm/debug.c, 5.10; `page: refcount:` since 5.18). */
const beginnings: readonly (readonly [RegExp, ObjectDump['what']])[] = [
  [/^vma (?=[0-9a-f]{8,16} start )/, 'vma'],
  [/^mm (?=[0-9a-f]{8,16} mmap |[0-9a-f]{8,16} task_size )/, 'mm'],
  [/^page:/, 'page'],
];

const anyBeginning = new RegExp(beginnings.map(([pattern]) => pattern.source).join('|'));

/** dump_mm() prints 20 lines, a page with its owner's stack about 30. */
const maxDumpLines = 40;

/** Lines between the dump and `kernel BUG at` that are not the dump's. */
const notDumped = /^(?:raw: |head: [0-9a-f]{16} |-+\[ cut here|page_owner )/;

/**
 * The last object dumped in the lines before `kernel BUG at`, undefined when there is none. Fields are named as printed
 * (`start`, `mm_users`, `refcount`); the object's own address is `address`, why a page was dumped is `reason`.
 */
export function parseObjectDump(before: readonly string[]): ObjectDump | undefined {
  const start = objectDumpStart(before);
  const what = beginnings.find(([pattern]) => pattern.test(before[start] ?? ''))?.[1];
  if (what === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const text of before.slice(start)) {
    if (notDumped.test(text)) continue;
    Object.assign(fields, what === 'page' ? pageFields(text) : wordFields(text));
  }
  return { what, fields };
}

/** Index of the last dump's first line, -1 when there is none or it was long ago. */
export function objectDumpStart(before: readonly string[]): number {
  const start = before.findLastIndex((text) => anyBeginning.test(text));
  return before.length - start > maxDumpLines ? -1 : start;
}

/** `name value name value …`; the flags line is `flags: 0x… (names)`. */
function wordFields(text: string): Record<string, string> {
  const flags = /^((?:def_)?flags): (.*)$/.exec(text);
  if (flags !== null) return { [flags[1] ?? '']: flags[2] ?? '' };
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([a-z]\w*) (-?\w+)(?= |$)/g)) {
    fields[name === 'vma' || (name === 'mm' && text.startsWith('mm ')) ? 'address' : name] = value;
  }
  return fields;
}

/** `name:value name:value …`, `flags: 0x…(names)`, `page dumped because: …`. */
function pageFields(text: string): Record<string, string> {
  const reason = /^page dumped because: (.*)$/.exec(text);
  if (reason !== null) return { reason: reason[1] ?? '' };
  const flags = /^(?:(ksm|anon) )?flags: (.*)$/.exec(text);
  if (flags !== null) return { flags: flags[2] ?? '', ...(flags[1] !== undefined && { type: flags[1] }) };
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([a-z]\w*):("[^"]*"|\S+)/g)) {
    fields[name === 'page' ? 'address' : name] = value;
  }
  return fields;
}

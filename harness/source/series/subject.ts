/** What the subject of a patch mail says: `[PATCH v12 21/31] mm: introduce find_vma_rcu()`. */
export interface Subject {
  readonly title: string;
  readonly number?: number;
  readonly of?: number;
  /** A reply to another mail: not a patch of the series, whatever it quotes or proposes. */
  readonly reply: boolean;
}

export function parseSubject(subject: string): Subject {
  const reply = /^\s*(re|aw|fwd?):/i.test(subject);
  const tags = /^\s*(\[[^\]]*\]\s*)*/.exec(subject)?.[0] ?? '';
  const title = subject.slice(tags.length).trim();
  const [, number, of] = /(?:^|[\s[])(\d{1,4})\/(\d{1,4})(?=[\s\]])/.exec(tags) ?? [];
  return number === undefined ? { title, reply } : { title, reply, number: Number(number), of: Number(of) };
}

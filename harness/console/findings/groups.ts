/** Named groups of the patterns that recognized a report. */
export type Groups = Readonly<Record<string, string>>;

/** Groups that took part in the match; `fn2` and the like are other places of the same thing and count as `fn`. */
export function namedGroups(pattern: RegExp, text: string): Groups {
  const taken: Record<string, string> = {};
  for (const [name, value] of Object.entries(pattern.exec(text)?.groups ?? {})) {
    if (value === undefined) continue;
    taken[name] = value;
    taken[name.replace(/\d+$/, '')] ??= value;
  }
  return taken;
}

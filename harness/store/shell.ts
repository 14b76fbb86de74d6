/** A word as a POSIX shell reads it back unchanged (POSIX.1-2017, Shell Command Language, 2.2.2 Single-Quotes). */
export function shellQuote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot hold a NUL');
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Arguments as one line that a person can paste. */
export function shellCommand(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}

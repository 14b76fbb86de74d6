/** What single lines of a diff are, and the words for those that are not taken. */

export const binary = 'a binary patch; only text is taken';
export const quotedPath =
  'a quoted path (unusual characters); only plain ASCII paths without blanks are taken';
export const blankPath = 'a path with blanks; only plain ASCII paths without blanks are taken';

export const isBinary = (line: string): boolean =>
  line === 'GIT binary patch' || /^Binary files .* differ$/.test(line);

/** Whether a `---` and a `+++` line stand here. */
export const isPair = (lines: readonly string[], at: number): boolean =>
  (lines[at] ?? '').startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ');

/** `-p1`: everything up to the first slash. An absolute path keeps its slash, for the safety rules to see. */
export const withoutPrefix = (path: string): string =>
  path.startsWith('/') ? path : path.slice(path.indexOf('/') + 1);

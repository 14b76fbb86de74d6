import type { FileDiff, Problem } from './types.ts';

/** Regular files, with and without the executable bit: all that a kernel patch has business with. */
export const plainModes: ReadonlySet<string> = new Set(['100644', '100755']);

const LONGEST_NAME = 255;
const LONGEST_PATH = 1024;

/** Why these file diffs may not be applied, or undefined when they may: the first of their paths and modes that is unsafe. */
export function findUnsafe(files: readonly FileDiff[]): Problem | undefined {
  for (const file of files) {
    for (const { path, line } of file.named) {
      const reason = path.startsWith('/')
        ? `"${path}" is an absolute path`
        : (unsafePath(path.slice(path.indexOf('/') + 1)) ?? unsafePath(path));
      if (reason !== undefined) return { line, reason };
    }
    for (const { mode, line } of file.modes) {
      const reason = unsafeMode(mode);
      if (reason !== undefined) return { line, reason };
    }
  }
  return undefined;
}

/** Why a path relative to the tree may not be written, or undefined. */
export function unsafePath(path: string): string | undefined {
  if (path === '') return 'an empty path';
  if (path.startsWith('/')) return `"${path}" is an absolute path`;
  if (!/^[\x21-\x7e]+$/.test(path) || /["\\]/.test(path)) {
    return `${JSON.stringify(path)} has characters that a kernel's file names do not have`;
  }
  if (path.length > LONGEST_PATH) return `a path of ${path.length} characters`;
  for (const part of path.split('/')) {
    if (part === '..' || part === '.' || part === '')
      return `"${path}" leaves its directory or is not in its shortest form`;
    // Names that some file systems take for .git (git's verify_path(), CVE-2014-9390), and what tells git of submodules.
    if (/^(\.git[. ]*|git~\d+|\.gitmodules)$/i.test(part)) return `"${path}" is git's own`;
    if (part.length > LONGEST_NAME) return `a file name of ${part.length} characters`;
  }
  return undefined;
}

/** Why a file mode may not be written, or undefined. */
export function unsafeMode(mode: string): string | undefined {
  if (plainModes.has(mode)) return undefined;
  if (mode === '120000') return 'a symbolic link (mode 120000); only regular files are taken';
  if (mode === '160000') return 'a submodule (mode 160000); only regular files are taken';
  return `file mode ${mode}; only 100644 and 100755 are taken`;
}

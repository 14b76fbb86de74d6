import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import type { Finding, Frame } from '../console/finding.ts';
import { framesOf, mapFrames } from '../console/symbols/resolve.ts';

const maxLength = 200;

/**
 * Findings with the source line of each frame whose file is in the tree; the tree may be gone or another, then frames stay
 * as they are.
 *
 * @param root directory of the tree that the kernel was built from, with its last slash.
 */
export async function withSource(findings: readonly Finding[], root: string): Promise<readonly Finding[]> {
  if (!isAbsolute(root)) return findings;
  const wanted = new Set(
    findings
      .flatMap(framesOf)
      .map(({ file }) => file)
      .filter((file) => file !== undefined),
  );
  const files = new Map<string, readonly string[]>();
  for (const file of wanted) {
    const path = normalize(join(root, file));
    if (!path.startsWith(root)) continue;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) files.set(file, text.split('\n'));
  }
  const add = (frame: Frame): Frame => {
    const { file, line } = frame;
    const source = file === undefined || line === undefined ? undefined : files.get(file)?.[line - 1]?.trim();
    return source ? { ...frame, source: source.slice(0, maxLength) } : frame;
  };
  return findings.map((finding) => mapFrames(finding, add));
}

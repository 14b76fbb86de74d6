import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { distributionSources } from '../../../harness/build/debian/sources.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'apt-'))));
afterEach(() => rmSync(root, { recursive: true }));

function configure(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

describe('distributionSources', () => {
  it('keeps the mirror and the keys, adds source packages, leaves third parties out', async () => {
    configure({
      'sources.list.d/debian.sources':
        'Types: deb\n# a snapshot\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n\n' +
        'Types: deb\nURIs: http://other.example/apt\nSuites: nodistro\nComponents: main\n',
      'sources.list.d/cloud.list': 'deb https://cloud.example/apt cloud-sdk-bookworm main\n',
    });
    expect(await distributionSources(root, 'bookworm')).toEqual([
      {
        name: 'sources.list.d-debian.sources',
        text: 'Types: deb deb-src\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n',
      },
    ]);
  });

  it('reads the one-line style with options', async () => {
    configure({
      'sources.list':
        '# comment\ndeb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib\n' +
        'deb-src http://mirror.example/debian bookworm main\ndeb http://mirror.example/debian trixie main\n',
    });
    const [file] = await distributionSources(root, 'bookworm');
    expect(file?.text).toBe(
      'deb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib\n' +
        'deb-src [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib\n',
    );
  });

  it('a stanza that is switched off does not count; with none left the person is told', async () => {
    configure({
      'sources.list.d/d.sources': 'Enabled: no\nTypes: deb\nURIs: http://m.example\nSuites: bookworm\n',
    });
    await expect(distributionSources(root, 'bookworm')).rejects.toThrow('no package source for bookworm');
  });
});

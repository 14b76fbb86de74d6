import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { locateDebian } from '../../../harness/source/provider/debian.ts';
import { parseTreeSpec } from '../../../harness/source/provider/spec.ts';

const sum = 'a'.repeat(64);
test.each([
  ['debian:5.10', { kind: 'debian', release: '5.10' }],
  ['tarball:linux.tar.xz', { kind: 'tarball', location: 'linux.tar.xz', url: false, sha256: undefined }],
  [
    `tarball:/x/linux.tar.xz#sha256=${sum.toUpperCase()}`,
    { kind: 'tarball', location: '/x/linux.tar.xz', url: false, sha256: sum },
  ],
  [
    `tarball:https://example.org/l.tar.xz#sha256=${sum}`,
    { kind: 'tarball', location: 'https://example.org/l.tar.xz', url: true, sha256: sum },
  ],
  ['git:../linux#v5.10', { kind: 'git', location: '../linux', url: false, ref: 'v5.10' }],
  ['git:/srv/linux', { kind: 'git', location: '/srv/linux', url: false, ref: 'HEAD' }],
  ['git:https://example.org/linux.git#HEAD~1', undefined],
  [
    'git:https://example.org/linux.git#feature/x',
    { kind: 'git', location: 'https://example.org/linux.git', url: true, ref: 'feature/x' },
  ],
  [
    'git:me@example.org:linux.git#v1',
    { kind: 'git', location: 'me@example.org:linux.git', url: true, ref: 'v1' },
  ],
  ['git:linux#main~2', { kind: 'git', location: 'linux', url: false, ref: 'main~2' }],
  ['dir:/usr/src/linux', { kind: 'directory', path: '/usr/src/linux' }],
])('%s', (spec, expected) => {
  if (expected) expect(parseTreeSpec(spec)).toEqual(expected);
  else expect(() => parseTreeSpec(spec)).toThrow(UsageError);
});

test.each([
  ['5.10', /not one of debian:5\.10, tarball:/],
  ['debain:5.10', /not one of/],
  ['debian:bullseye', /a version such as/],
  ['tarball:https://example.org/l.tar.xz', /needs its checksum/],
  ['tarball:l.tar.xz#sha256=123', /64 hex digits/],
  ['tarball:l.tar.xz#md5=123', /64 hex digits/],
  ['git:--upload-pack=x#main', /git:URL-or-PATH#REF/],
  ['git:linux#--all', /git:URL-or-PATH#REF/],
  ['git:linux#a b', /git:URL-or-PATH#REF/],
  ['dir:', /not one of/],
])('%s is refused with what is wanted', (spec, message) => {
  expect(() => parseTreeSpec(spec)).toThrow(UsageError);
  expect(() => parseTreeSpec(spec)).toThrow(message);
});

test('a Debian kernel that no suite has', () => {
  expect(() => locateDebian('4.4')).toThrow(/Debian has debian:5\.10, debian:6\.1, debian:6\.12/);
});

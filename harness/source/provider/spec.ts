import { UsageError } from '../../base/errors.ts';
import { isUrl } from './url.ts';

/** Where a kernel tree comes from, taken apart. */
export type TreeSpec =
  | { readonly kind: 'debian'; readonly release: string }
  | {
      readonly kind: 'tarball';
      readonly location: string;
      readonly url: boolean;
      readonly sha256: string | undefined;
    }
  | { readonly kind: 'git'; readonly location: string; readonly url: boolean; readonly ref: string }
  | { readonly kind: 'directory'; readonly path: string };

const forms = 'debian:5.10, tarball:PATH, tarball:URL#sha256=HEX, git:URL-or-PATH#REF, dir:PATH';

/** @throws UsageError for anything but one of the four forms. */
export function parseTreeSpec(spec: string): TreeSpec {
  const [, kind, rest = ''] = /^([a-z]+):(.+)$/.exec(spec) ?? [];
  switch (kind) {
    case 'debian':
      if (!/^\d+\.\d+$/.test(rest))
        throw new UsageError(`kernel "${spec}": a version such as debian:5.10 is wanted`);
      return { kind: 'debian', release: rest };
    case 'tarball': {
      const [location, fragment] = splitAtHash(rest);
      const sha256 =
        fragment === undefined ? undefined : /^sha256=([0-9a-fA-F]{64})$/.exec(fragment)?.[1]?.toLowerCase();
      if (fragment !== undefined && sha256 === undefined) {
        throw new UsageError(`kernel "${spec}": after # comes sha256= and 64 hex digits`);
      }
      const url = isUrl(location);
      if (url && sha256 === undefined) {
        throw new UsageError(
          `kernel "${spec}": what comes from the network needs its checksum: ${location}#sha256=HEX`,
        );
      }
      return { kind: 'tarball', location, url, sha256 };
    }
    case 'git': {
      const [location, ref = 'HEAD'] = splitAtHash(rest);
      if (location.startsWith('-') || !/^[^\s~^:?*[\\-][^\s:?*[\\]*$/.test(ref)) {
        throw new UsageError(`kernel "${spec}": git:URL-or-PATH#REF is wanted, REF a branch, tag or commit`);
      }
      const url = isUrl(location);
      if (url && /[~^@]/.test(ref))
        throw new UsageError(`kernel "${spec}": behind a URL only a branch, tag or commit id`);
      return { kind: 'git', location, url, ref };
    }
    case 'dir':
      return { kind: 'directory', path: rest };
    case undefined:
    default:
      throw new UsageError(`kernel "${spec}": not one of ${forms}`);
  }
}

function splitAtHash(text: string): [string, string | undefined] {
  const at = text.lastIndexOf('#');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

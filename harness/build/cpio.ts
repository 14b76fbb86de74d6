/** A file of an initramfs. Owner is root, time is 0: the same content gives the same bytes. */
export type CpioEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'character';
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

/** File type bits of st_mode, inode(7). */
const typeBits = { directory: 0o040000, file: 0o100000, link: 0o120000, character: 0o020000 } as const;

/**
 * An archive in cpio's "newc" format, as the kernel unpacks it (Documentation/driver-api/early-userspace/
 * buffer-format.rst). Archives may be put one after the other: each is padded to 512 bytes, and later files replace
 * earlier ones. Paths are relative (`etc/passwd`); directories come before what is in them.
 */
export function cpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => record(entry, index + 1));
  parts.push(...record({ kind: 'file', path: 'TRAILER!!!', mode: 0, content: new Uint8Array() }, 0));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, new Uint8Array(padding(length, 512))]);
}

function record(entry: CpioEntry, inode: number): Uint8Array[] {
  const data = contentOf(entry);
  const name = Buffer.from(`${entry.path}\0`);
  const device = entry.kind === 'character' ? [entry.major, entry.minor] : [0, 0];
  const mode = (entry.kind === 'link' ? 0o777 : entry.mode) | (inode === 0 ? 0 : typeBits[entry.kind]);
  const links = entry.kind === 'directory' ? 2 : 1;
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, ...device, name.length, 0];
  const header = Buffer.from(`070701${fields.map(hex).join('')}`);
  return [
    header,
    name,
    new Uint8Array(padding(header.length + name.length, 4)),
    data,
    new Uint8Array(padding(data.length, 4)),
  ];
}

function contentOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  return entry.kind === 'link' ? Buffer.from(entry.target) : new Uint8Array();
}

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
const padding = (length: number, unit: number) => (unit - (length % unit)) % unit;

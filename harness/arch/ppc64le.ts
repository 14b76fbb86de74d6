import { hash, ppc64 } from './ppc64.ts';
import type { Arch } from './types.ts';

export const ppc64le: Arch = {
  ...ppc64,
  id: 'ppc64le',
  userland: 'ppc64le',
  kernel: 'ppc64le',
  fragments: ['powerpc', 'ppc64le'],
  crossCompile: 'powerpc64le-linux-gnu-',
  packages: {
    ...ppc64.packages,
    toolchain: ['gcc-powerpc64le-linux-gnu', 'libc6-dev-ppc64el-cross'],
  },
  byteOrder: 'little',
};

export const ppc64leWith4kPages: Arch = {
  ...ppc64le,
  id: 'ppc64le-4k',
  kernel: 'ppc64le-4k',
  fragments: [...ppc64le.fragments, 'pages-4k'],
  pageSize: 4096,
};

export const ppc64leWithHash: Arch = { ...ppc64le, id: 'ppc64le-hash', ...hash };

import { expect, test } from 'vitest';
import { parseVersion } from '../../../harness/source/tree/version.ts';

test.each([
  [
    '# SPDX-License-Identifier: GPL-2.0\nVERSION = 5\nPATCHLEVEL = 10\nSUBLEVEL = 223\nEXTRAVERSION =\nNAME = Dare mighty things\n',
    '5.10.223',
  ],
  ['VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n', '6.12.0-rc3'],
  ['VERSION = 2\nPATCHLEVEL = 6\n', '2.6'],
  ['all:\n\techo VERSION\n', undefined],
])('of a Makefile', (makefile, version) => {
  expect(parseVersion(makefile)).toBe(version);
});

import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { insistOnBase } from '../../../harness/source/series/base.ts';

const debian = { spec: 'debian:5.10', version: '5.10.223-1' };
const series = (base?: string) => [{ name: 's', patches: [], hash: '', ...(base !== undefined && { base }) }];

describe('the base that a series was made for', () => {
  test.each([
    [debian, 'debian:5.10'],
    [{ spec: 'git:/linux#v5.10.7', version: '5.10.7-g0123456789ab' }, 'debian:5.10'],
    [debian, undefined],
    [debian, 'git:/linux#master'],
  ])('%o may have one made for %s', (tree, base) => {
    expect(() => insistOnBase(tree, series(base))).not.toThrow();
  });

  test.each([
    ['debian:6.12', debian],
    ['debian:5.1', debian],
    ['debian:5.10', { spec: 'dir:/linux', version: '5.1.3-g0123456789ab' }],
  ])('one made for %s is refused on %o', (base, tree) => {
    expect(() => insistOnBase(tree, series(base))).toThrow(UsageError);
    expect(() => insistOnBase(tree, series(base))).toThrow(
      `series s is made for ${base}, and ${tree.spec} is Linux ${tree.version}`,
    );
  });
});

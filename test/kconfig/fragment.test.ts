import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeAsks, parseFragment, renderAsks, type Ask } from '../../harness/kconfig/fragment.ts';

test('an ask keeps its value, its mark and its place', () => {
  const text = [
    '# Machine',
    'CONFIG_SMP=y   # must',
    '',
    '# CONFIG_MODULES is not set',
    '# CONFIG_RETPOLINE is not set # must',
    'CONFIG_NAME="a # must b"',
    'CONFIG_LOG_BUF_SHIFT=18 # a comment',
  ].join('\n');
  expect(parseFragment(text, 'f.config')).toEqual([
    { symbol: 'SMP', value: 'y', must: true, origin: 'f.config:2' },
    { symbol: 'MODULES', value: 'n', must: false, origin: 'f.config:4' },
    { symbol: 'RETPOLINE', value: 'n', must: true, origin: 'f.config:5' },
    { symbol: 'NAME', value: '"a # must b"', must: false, origin: 'f.config:6' },
    { symbol: 'LOG_BUF_SHIFT', value: '18', must: false, origin: 'f.config:7' },
  ]);
});

test.each(['SMP=y', 'CONFIG_SMP y', 'CONFIG_SMP=', '#CONFIG_SMP=y', 'CONFIG_SMP=y z'])(
  'a line that would be lost silently is refused: %s',
  (line) => {
    expect(() => parseFragment(`\n${line}`, 'f.config')).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining('f.config:2') as string }),
    );
  },
);

test('the later fragment wins, with its mark', () => {
  const base = parseFragment('CONFIG_A=y # must\nCONFIG_B=y', 'base');
  const profile = parseFragment('# CONFIG_A is not set', 'profile');
  expect(mergeAsks([base, profile]).map(({ symbol, value, must }) => [symbol, value, must])).toEqual([
    ['A', 'n', false],
    ['B', 'y', false],
  ]);
});

const ask = fc.record({
  symbol: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/),
  value: fc.oneof(
    fc.constantFrom('y', 'm', 'n'),
    fc.integer().map(String),
    fc.stringMatching(/^[^"\\\n]{0,8}$/).map((text) => `"${text}"`),
  ),
});

test('what is rendered reads back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(ask, { selector: ({ symbol }) => symbol }), (asks) => {
      const whole: Ask[] = asks.map((one) => ({ ...one, must: false, origin: '' }));
      const back = parseFragment(renderAsks(whole), 'f');
      expect(back.map(({ symbol, value }) => ({ symbol, value }))).toEqual(asks);
    }),
  );
});

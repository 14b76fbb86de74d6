import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../harness/base/errors.ts';
import { quoteCommand } from '../../../harness/machine/ssh/quote.ts';

/** What a real sh makes of it: one NUL-terminated word per argument. */
async function asSeenBySh(argv: readonly string[]): Promise<string[]> {
  const { stdout } = await execa('sh', ['-c', quoteCommand(['printf', '%s\\0', ...argv])]);
  return stdout.split('\0').slice(0, -1);
}

describe('quoteCommand', () => {
  it('gives sh exactly the arguments, whatever is in them', async () => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      '$(id)',
      '$HOME',
      '`',
      '\\',
      '\n',
      ' ',
      '*',
      '~',
      '!',
      '-n',
      '#',
      '',
      'é',
      '|;&<>',
    );
    const argument = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
      fc.array(nasty).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 1, maxLength: 30 }), async (argv) => {
        expect(await asSeenBySh(argv)).toEqual(argv);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves plain words readable', () => {
    expect(quoteCommand(['dd', 'bs=64k', '-x', 'a b', '/dev/null'])).toBe("dd 'bs=64k' -x 'a b' /dev/null");
  });

  it('a program whose name has a = is not an assignment', async () => {
    const { stdout, exitCode } = await execa('sh', ['-c', quoteCommand(['A=1', 'x'])], { reject: false });
    expect([exitCode, stdout]).toEqual([127, '']);
  });

  it('refuses what cannot be an argument', () => {
    expect(() => quoteCommand([])).toThrow(UsageError);
    expect(() => quoteCommand(['echo', 'a\0b'])).toThrow('NUL');
  });
});

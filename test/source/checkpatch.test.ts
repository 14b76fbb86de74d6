import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkPatch, parseComplaints } from '../../harness/source/checkpatch.ts';
import { failure, makeContext, scratch, write } from './fixture.ts';

const directory = scratch();
const ctx = makeContext(directory);
const tree = (name: string, script: string) =>
  write(join(directory, name), { 'scripts/checkpatch.pl': script });

test('complaints as checkpatch --terse --show-types has them', () => {
  const said = `/tmp/x/patch:33: WARNING:FILE_PATH_CHANGES: added, moved or deleted file(s), does MAINTAINERS need updating?
/tmp/x/patch:58: ERROR:TRAILING_WHITESPACE: trailing whitespace
/tmp/x/patch:58: CHECK:PREFER_KERNEL_TYPES: Prefer kernel type 'u8' over 'uint8_t'
ERROR: Does not appear to be a unified-diff format patch
Traceback (most recent call last):
`;
  expect(parseComplaints(said)).toEqual([
    {
      kind: 'warning',
      type: 'FILE_PATH_CHANGES',
      line: 33,
      text: 'added, moved or deleted file(s), does MAINTAINERS need updating?',
    },
    { kind: 'error', type: 'TRAILING_WHITESPACE', line: 58, text: 'trailing whitespace' },
    {
      kind: 'check',
      type: 'PREFER_KERNEL_TYPES',
      line: 58,
      text: "Prefer kernel type 'u8' over 'uint8_t'",
    },
    {
      kind: 'error',
      type: null,
      line: null,
      text: 'Does not appear to be a unified-diff format patch',
    },
  ]);
});

test('the script reads the whole patch and is told where the tree is', async () => {
  const script = `print "$ARGV[-1]:1: ERROR:ROOT: $ARGV[0]\\n"; open(my $f, '<', $ARGV[-1]); print "ERROR:TEXT: ", <$f>; exit 1;`;
  const root = tree('told', script);
  const complaints = await checkPatch(root, { text: 'the patch\n' }, ctx);
  expect(complaints?.map(({ text }) => text)).toEqual([`--root=${root}`, 'the patch']);
});

test('nothing to complain of, and no script', async () => {
  expect(await checkPatch(tree('clean', 'exit 0;'), { text: '' }, ctx)).toEqual([]);
  expect(await checkPatch(write(join(directory, 'none'), { a: '' }), { text: '' }, ctx)).toBeNull();
});

test.each([
  ['dies', 'die "lost its way";', /lost its way/],
  ['complains in words that are not understood', 'print "oh\\n"; exit 1;', /failed: .*/],
])('a script that %s is the rig', async (name, script, message) => {
  const error = await failure(checkPatch(tree(name.slice(0, 4), script), { text: '' }, ctx));
  expect(error).toMatchObject({ exitCode: 3 });
  expect(error.message).toMatch(message);
});

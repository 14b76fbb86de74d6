import { expect, test } from 'vitest';
import { parseObjectDump } from '../../../harness/console/findings/dump.ts';

/** By the format string of dump_mm() (mm/debug.c, 5.10); recorded dumps of a VMA and a page are in ../samples. */
test('an mm has a field for each name and value', () => {
  const dump = parseObjectDump([
    'something before',
    'mm ffff88800003c780 mmap ffff888000981000 seqnum 5 task_size 140737488351232',
    'get_unmapped_area ffffffff81021ab0',
    'pgd ffff888000979000 mm_users 1 mm_count 2 pgtables_bytes 36864 map_count 12',
    'def_flags: 0x0()',
    '------------[ cut here ]------------',
  ]);
  expect(dump).toEqual({
    what: 'mm',
    fields: {
      address: 'ffff88800003c780',
      mmap: 'ffff888000981000',
      seqnum: '5',
      task_size: '140737488351232',
      get_unmapped_area: 'ffffffff81021ab0',
      pgd: 'ffff888000979000',
      mm_users: '1',
      mm_count: '2',
      pgtables_bytes: '36864',
      map_count: '12',
      def_flags: '0x0()',
    },
  });
});

test('a plain BUG has no dump, and one of long ago is not its', () => {
  expect(parseObjectDump(['mm: words', 'pages: 5'])).toBeUndefined();
  const old = [
    'vma ffff888000981000 start 0000000000001000 end 0000000000002000',
    ...Array<string>(50).fill('words'),
  ];
  expect(parseObjectDump(old)).toBeUndefined();
});

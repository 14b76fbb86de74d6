import { expect, test } from 'vitest';
import { findingSchema } from '../../harness/console/finding.ts';
import { readSample } from './support.ts';

/** Exactly one finding in each; its fields as a person reads them in the log. */
const samples = [
  {
    name: 'vm-bug-on-vma',
    finding: {
      kind: 'vm-bug-on',
      title: 'kernel BUG in populate_vma_page_range',
      signature: 'vm-bug-on: kernel BUG: populate_vma_page_range',
      file: 'mm/gup.c',
      line: 1410,
      task: { comm: 'init', pid: 24 },
      cpu: 0,
      dump: {
        what: 'vma',
        fields: {
          address: 'ffff888000981000',
          start: '00007f25df2b6000',
          end: '00007f25df3b6000',
          next: 'ffff88800096bd48',
          prev: 'ffff88800096bc80',
          mm: 'ffff88800003c780',
          prot: '8000000000000025',
          anon_vma: '0000000000000000',
          vm_ops: '0000000000000000',
          pgoff: '7f25df2b6',
          file: '0000000000000000',
          private_data: '0000000000000000',
          flags: '0x8100073(read|write|mayread|maywrite|mayexec|account|softdirty)',
        },
      },
    },
  },
  {
    name: 'vm-bug-on-page',
    finding: {
      kind: 'vm-bug-on',
      title: 'kernel BUG in shmem_write_end',
      file: 'mm/filemap.c',
      line: 1467,
      panicked: 'Attempted to kill init! exitcode=0x0000000b',
      dump: {
        what: 'page',
        fields: {
          address: '(____ptrval____)',
          refcount: '3',
          mapcount: '0',
          mapping: '(____ptrval____)',
          index: '0x0',
          pfn: '0x1e4b',
          aops: '0xffffffff81a15c20',
          ino: '5',
          name: '"init"',
          flags: '0x1ffe08000e(referenced|uptodate|dirty|swapbacked)',
          reason: 'VM_BUG_ON_PAGE(!PageLocked(page))',
          mem_cgroup: 'ffff888000051000',
        },
      },
    },
  },
  {
    name: 'null-dereference',
    finding: {
      kind: 'page-fault',
      title: 'BUG: unable to handle kernel NULL pointer dereference in populate_vma_page_range',
      null: true,
      access: { direction: 'Read', address: '0000000000000040' },
    },
  },
  { name: 'sysrq-crash', finding: { kind: 'panic', message: 'sysrq triggered crash' } },
  {
    name: 'no-root',
    finding: {
      kind: 'panic',
      title: 'kernel panic: VFS: Unable to mount root fs on unknown-block(NUM,NUM)',
      message: 'VFS: Unable to mount root fs on unknown-block(0,0)',
    },
  },
  { name: 'oom', finding: { kind: 'oom', task: { comm: 'init', pid: 30 } } },
];

test.each(samples)('$name', ({ name, finding }) => {
  const { findings, boots } = readSample(name);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ count: 1, ...finding });
  expect(findings[0]?.corrupted).toBeUndefined();
  expect(() => findingSchema.parse(findings[0])).not.toThrow();
  expect(boots.map(({ release }) => release)).toEqual(['5.10.223-spf-try']);
});

test('the text of a VM_BUG_ON begins with the dump and ends with the report', () => {
  const text = readSample('vm-bug-on-vma').findings[0]?.text.split('\n') ?? [];
  expect(text[0]).toMatch(/^vma ffff888000981000 start /);
  expect(text).toContain('kernel BUG at mm/gup.c:1410!');
  expect(text.at(-1)).toMatch(/^---\[ end trace /);
});

test('the program counter stands before the trace and is marked', () => {
  const stack = readSample('vm-bug-on-vma').findings[0]?.stack ?? [];
  expect(stack[0]).toEqual({ function: 'populate_vma_page_range', offset: 0x90, size: 0xb0, counter: true });
  expect(stack.filter(({ unreliable }) => unreliable !== true).map((frame) => frame.function)).toContain(
    '__mm_populate',
  );
});

import { describe, expect, test } from 'vitest';
import { findingSchema } from '../../../harness/console/finding.ts';
import { readSample, readText } from '../support.ts';

const trace = ['Call Trace:', ' culprit+0x1/0x2'];
const only = (...lines: string[]) => {
  const { findings } = readText(...lines);
  expect(findings).toHaveLength(1);
  return findingSchema.parse(findings[0]);
};

describe('registers', () => {
  const head = 'BUG: scheduling while atomic: a/1/0x2';
  test('x86, and not those of user mode', () => {
    const { registers } = only(
      head,
      'RSP: 0018:ffff8801b591f210 EFLAGS: 00010086',
      'RAX: dffffc0000000008 RBX: 0000000000000003 RCX: ffffffff815acd3e',
      'R10: ffffed0036b23e71 R11: ffffffff86f39b78 R12: 0000000000000001',
      'FS:  0000000000000000(0000) GS:ffff8801db300000(0000) knlGS:0000000000000000',
      'CR2: 000000002082dff0 CR3: 00000000b1580000 CR4: 0000000000160630',
      ...trace,
      'RIP: 0033:0x457ec9',
      'RSP: 002b:00007f75b4313c78 EFLAGS: 00000246 ORIG_RAX: 0000000000000010',
      'RBP: 000000000073bf00 R08: 0000000000000000 R09: 0000000000000000',
    );
    expect(registers).toEqual({
      RSP: '0018:ffff8801b591f210',
      EFLAGS: '00010086',
      RAX: 'dffffc0000000008',
      RBX: '0000000000000003',
      RCX: 'ffffffff815acd3e',
      R10: 'ffffed0036b23e71',
      R11: 'ffffffff86f39b78',
      R12: '0000000000000001',
      CR2: '000000002082dff0',
      CR3: '00000000b1580000',
      CR4: '0000000000160630',
    });
  });

  test('powerpc', () => {
    const { registers, blamed } = only(
      head,
      'NIP:  c0000000001f2a3c LR: c0000000001f2a38 CTR: 0000000000000000',
      'MSR:  8000000000029032 <SF,EE,ME,IR,DR,RI>  CR: 28002222  XER: 20040000',
      'CFAR: c000000000123456 DAR: 0000000000000040 DSISR: 40000000 IRQMASK: 0',
      'GPR00: c0000000001f2a38 c00000000ffe3a10 c000000001234500 0000000000000001',
      'GPR04: 0000000000000002 0000000000000003 0000000000000004 0000000000000005',
      'NIP [c0000000001f2a3c] culprit+0x1c/0x90',
      'LR [c0000000001f2a38] culprit+0x18/0x90',
      'Call Trace:',
      '[c00000000ffe3a10] [c0000000001f2a38] culprit+0x18/0x90 (unreliable)',
      '[c00000000ffe3a50] [c0000000001f0000] caller+0x10/0x90',
    );
    expect(blamed).toBe('culprit');
    expect(registers).toMatchObject({
      NIP: 'c0000000001f2a3c',
      LR: 'c0000000001f2a38',
      MSR: '8000000000029032',
      DAR: '0000000000000040',
      GPR00: 'c0000000001f2a38',
      GPR03: '0000000000000001',
      GPR07: '0000000000000005',
    });
  });

  test('arm64 and riscv', () => {
    expect(
      only(head, 'sp : ffff80001289b8b0', 'x29: ffff80001289b990 x28: 0000000000000001', ...trace).registers,
    ).toEqual({ sp: 'ffff80001289b8b0', x29: 'ffff80001289b990', x28: '0000000000000001' });
    const riscv = only(
      head,
      'epc : ffffffff80014264 ra : ffffffff80014264 sp : ffff8f8000fd7860',
      ' gp : ffffffff89f9adc0 tp : ffffaf8014334f80 t0 : ffff8f8000fd7650',
      'status: 0000000200000120 badaddr: ffffffff80014264 cause: 0000000000000003',
      '[<ffffffff80014264>] culprit+0x44c/0xbc0',
    );
    expect(riscv.blamed).toBe('culprit');
    expect(riscv.registers).toMatchObject({
      epc: 'ffffffff80014264',
      gp: 'ffffffff89f9adc0',
      badaddr: 'ffffffff80014264',
    });
  });
});

test.each([
  ['Not tainted 5.10.1 #1', '', '5.10.1'],
  ['Tainted: G    B D W         5.10.223-spf-x #1', 'GBDW', '5.10.223-spf-x'],
])('the taint is read from %s', (words, tainted, release) => {
  const line = `CPU: 1 PID: 24 Comm: hammer ${words}`;
  expect(only('BUG: scheduling while atomic: a/1/0x2', line, ...trace)).toMatchObject({ tainted, release });
});

test('the build id is read where the kernel prints it', () => {
  const id = 'b8de21ba31122219d6c6778e419c74aabbccddee';
  const line = `CPU: 0 UID: 0 PID: 1 Comm: a Not tainted 6.12.23 #0 ${id}`;
  expect(only('BUG: scheduling while atomic: a/1/0x2', line, ...trace).buildId).toBe(id);
});

test('KASAN: access, object and its stacks', () => {
  expect(
    only(
      'BUG: KASAN: use-after-free in culprit+0x1/0x2',
      'Write of size 8 at addr ffff8801cd04fe98 by task hammer/26991',
      ...trace,
      'Allocated by task 1:',
      ' vm_area_alloc+0x1/0x2',
      'Freed by task 2:',
      ' vm_area_free+0x1/0x2',
      'The buggy address belongs to the object at ffff8801cd04fe80',
      ' which belongs to the cache vm_area_struct of size 200',
      'The buggy address is located 24 bytes inside of',
      ' 200-byte region [ffff8801cd04fe80, ffff8801cd04ff48)',
    ),
  ).toMatchObject({
    kind: 'kasan',
    access: { direction: 'Write', size: 8, address: 'ffff8801cd04fe98' },
    object: { address: 'ffff8801cd04fe80', cache: 'vm_area_struct', size: 200, offset: 24 },
    allocatedBy: [{ function: 'vm_area_alloc' }],
    freedBy: [{ function: 'vm_area_free' }],
  });
});

test('KFENCE: access, object and its stacks', () => {
  expect(
    only(
      'BUG: KFENCE: out-of-bounds read in culprit+0xa6/0x234',
      '',
      'Out-of-bounds read at 0xffff8c2aae231fff (1B left of kfence-#24):',
      ' culprit+0xa6/0x234',
      '',
      'kfence-#24 [0xffff8c2aae232000-0xffff8c2aae23201f, size=32, cache=kmalloc-32] allocated by task 110:',
      ' allocator+0x1/0x2',
    ),
  ).toMatchObject({
    kind: 'kfence',
    bug: 'out-of-bounds read',
    access: { direction: 'Read', address: '0xffff8c2aae231fff' },
    object: { address: 'ffff8c2aae232000', cache: 'kmalloc-32', size: 32, offset: -1 },
    allocatedBy: [{ function: 'allocator' }],
    freedBy: [],
  });
});

test('KCSAN: both sides of the race', () => {
  expect(
    only(
      'BUG: KCSAN: data-race in reader / writer',
      '',
      'write to 0xffff8881001cb1e8 of 8 bytes by task 12 on cpu 1:',
      ' writer+0x1/0x2',
      '',
      'read (marked) to 0xffff8881001cb1e8 of 4 bytes by interrupt on cpu 0:',
      ' reader+0x1/0x2',
      '',
      'value changed: 0x00000000 -> 0x00000001',
    ),
  ).toMatchObject({
    kind: 'kcsan',
    accesses: [
      { direction: 'Write', size: 8, marked: false, by: 'task 12', stack: [{ function: 'writer' }] },
      { direction: 'Read', size: 4, marked: true, by: 'interrupt', stack: [{ function: 'reader' }] },
    ],
    changed: { from: '0x00000000', to: '0x00000001' },
  });
});

test('KMSAN: where the value was stored and created', () => {
  expect(
    only(
      'BUG: KMSAN: uninit-value in culprit+0x1/0x2',
      ' culprit+0x1/0x2',
      'Uninit was stored to memory at:',
      ' storer+0x1/0x2',
      'Uninit was created at:',
      ' creator+0x1/0x2',
    ),
  ).toMatchObject({
    kind: 'kmsan',
    storedBy: [{ function: 'storer' }],
    createdBy: [{ function: 'creator' }],
  });
});

test('UBSAN: place and detail', () => {
  const detail = "index 8 is out of range for type 'char [8]'";
  expect(only('UBSAN: array-index-out-of-bounds in mm/mmap.c:12:3', detail, ...trace)).toMatchObject({
    kind: 'ubsan',
    bug: 'array-index-out-of-bounds',
    detail,
  });
});

test('lockdep: the rule and the locks', () => {
  expect(
    only(
      'WARNING: possible circular locking dependency detected',
      '5.10.1 #1 Not tainted',
      'hammer/12 is trying to acquire lock:',
      'ffff888106a71958 (&mm->mmap_lock){++++}-{3:3}, at: culprit+0x1/0x2',
      '',
      'but task is already holding lock:',
      'ffff888106a71428 (&anon_vma->rwsem){++++}-{3:3}, at: other+0x1/0x2',
      'stack backtrace:',
      ...trace,
    ),
  ).toMatchObject({
    kind: 'lockdep',
    rule: 'circular',
    wanted: '&mm->mmap_lock',
    held: '&anon_vma->rwsem',
    release: '5.10.1',
    tainted: '',
  });
});

test('a warning has its message, a hang its seconds, a leak its object', () => {
  expect(
    only(
      '------------[ cut here ]------------',
      'the tree is bent',
      'WARNING: CPU: 0 PID: 1 at mm/mmap.c:1 culprit+0x1/0x2',
      ...trace,
    ),
  ).toMatchObject({ kind: 'warning', message: 'the tree is bent', place: 'mm/mmap.c:1' });
  expect(only('INFO: task a:1 blocked for more than 143 seconds.', ...trace)).toMatchObject({ seconds: 143 });
  expect(
    only('unreferenced object 0xffff88007658a9e0 (size 944):', 'backtrace:', ' culprit+0x1/0x2'),
  ).toMatchObject({
    object: { address: 'ffff88007658a9e0', size: 944 },
  });
});

describe('what followed', () => {
  const warning = ['WARNING: CPU: 0 PID: 1 at mm/mmap.c:1 culprit+0x1/0x2', ...trace];
  test('a restart that the kernel announced', () => {
    const panic = 'Kernel panic - not syncing: panic_on_warn set ...';
    expect(only(...warning, panic, 'Rebooting in 1 seconds..')).toMatchObject({
      panicked: 'panic_on_warn set ...',
      rebooted: 'Rebooting in 1 seconds..',
    });
  });
  test('a restart long after is not its', () => {
    const quiet = Array<string>(1300).fill('words');
    const { findings } = readText(...warning, ...quiet, 'SeaBIOS (version 1)');
    expect(findings.map(({ kind, rebooted }) => [kind, rebooted])).toEqual([
      ['warning', undefined],
      ['reboot', undefined],
    ]);
  });
});

test('a jump to NULL is blamed on who jumped', () => {
  expect(
    only(
      'Unable to handle kernel NULL pointer dereference at virtual address 00000000',
      'PC is at 0x0',
      'LR is at culprit+0xc0/0x15c',
      'Backtrace:',
      '[<808ea9f4>] (culprit) from [<808dcfac>] (caller+0x7b4/0xa6c)',
    ).blamed,
  ).toBe('culprit');
});

test('a recorded report has task, CPU, taint, release and registers', () => {
  const [found] = readSample('vm-bug-on-vma').findings;
  expect(found).toMatchObject({ tainted: '', release: '5.10.223-spf-try', cpu: 0 });
  expect(Object.keys(found?.registers ?? {})).toEqual(expect.arrayContaining(['RSP', 'RAX', 'R15', 'CR2']));
});

test('numbers that no kernel counts to are left out', () => {
  const nines = '9'.repeat(30);
  const found = only(
    'BUG: scheduling while atomic: a/1/0x2',
    `CPU: 1 PID: ${nines} Comm: a Not tainted 5.10.1 #1`,
    ...trace,
    ` f+0x1/0x${'f'.repeat(20)} mm/mmap.c:${nines}`,
  );
  expect(found.task).toBeUndefined();
  expect(found.stack.map(({ line }) => line)).toEqual([undefined, undefined]);
});

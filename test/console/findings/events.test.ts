import { describe, expect, test } from 'vitest';
import { readText } from '../support.ts';

const stack = (...names: string[]) => ['Call Trace:', ...names.map((name) => ` ${name}+0x1/0x2`)];
const warning = (fn: string) => [
  `WARNING: CPU: 0 PID: 1 at mm/mmap.c:1 ${fn}+0x1/0x2`,
  ...stack(fn),
  '---[ end trace 1 ]---',
];
const titles = (...lines: string[]) => readText(...lines).findings.map(({ title }) => title);

describe('one event is one finding', () => {
  test('`Oops:` goes on with the fault before it', () => {
    const lines = [
      'BUG: kernel NULL pointer dereference, address: 0000000000000008',
      'Oops: 0000 [#1] SMP',
      'RIP: 0010:f+0x1/0x2',
    ];
    expect(titles(...lines, ...stack('g'))).toEqual([
      'BUG: unable to handle kernel NULL pointer dereference in f',
    ]);
  });
  test('`Oops:` alone is found', () => {
    expect(titles('Oops: 0000 [#1] SMP', 'RIP: 0010:f+0x1/0x2', ...stack('g'))).toEqual(['Oops in f']);
  });
  test('`kernel BUG` of the list checks goes on with their message and not with a lock report', () => {
    const bug = [
      'kernel BUG at lib/list_debug.c:53!',
      'RIP: 0010:__list_del_entry_valid+0x1/0x2',
      ...stack('f'),
    ];
    expect(titles('list_del corruption, ffff888000000000->next is LIST_POISON1', ...bug)).toEqual([
      'BUG: corrupted list in f',
    ]);
    expect(
      titles(
        'WARNING: suspicious RCU usage',
        'mm/mmap.c:1 suspicious rcu_dereference_check() usage!',
        ...stack('g'),
        ...bug,
      ),
    ).toEqual(['WARNING: suspicious RCU usage in g', 'BUG: corrupted list in f']);
  });
  test('two reports are two, the same twice is one counted', () => {
    expect(titles(...warning('f'), ...warning('g'))).toEqual(['WARNING in f', 'WARNING in g']);
    expect(readText(...warning('f'), ...warning('f')).findings).toMatchObject([
      { title: 'WARNING in f', count: 2 },
    ]);
  });
  test('a bad rss-counter in the middle of a report takes nothing from it', () => {
    const [head = '', ...rest] = warning('f');
    expect(
      titles(head, 'BUG: Bad rss-counter state mm:ffff888000000000 type:MM_ANONPAGES val:3', ...rest),
    ).toEqual(['WARNING in f', 'BUG: Bad rss-counter state']);
  });
});

describe('panics', () => {
  const fatal = 'Kernel panic - not syncing: Fatal exception';
  test('what follows from a report belongs to it, even after its end', () => {
    expect(
      readText(...warning('f'), 'Kernel panic - not syncing: panic_on_warn set ...').findings,
    ).toMatchObject([{ title: 'WARNING in f', panicked: 'panic_on_warn set ...' }]);
  });
  test('and to the counted finding when the report was a repetition', () => {
    expect(readText(...warning('f'), ...warning('g'), ...warning('f'), fatal).findings).toMatchObject([
      { title: 'WARNING in f', count: 2, panicked: 'Fatal exception' },
      { title: 'WARNING in g', count: 1 },
    ]);
  });
  test('and to the counted finding when the repetition was still being printed', () => {
    const [head = '', ...rest] = warning('f');
    const again = [head, 'Kernel panic - not syncing: panic_on_warn set ...', ...rest];
    expect(readText(...warning('f'), ...again).findings).toMatchObject([
      { title: 'WARNING in f', count: 2, panicked: 'panic_on_warn set ...' },
    ]);
  });
  test('a panic with a cause of its own is its own finding', () => {
    const found = readText(
      ...warning('f'),
      'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    ).findings;
    expect(found.map(({ kind }) => kind)).toEqual(['warning', 'panic']);
    expect(found[0]?.panicked).toBeUndefined();
  });
  test('a panic a minute after the report is not its', () => {
    const late = warning('f').map((line) => `[    1.000000] ${line}`);
    expect(readText(...late, `[   99.000000] ${fatal}`).findings.map(({ kind }) => kind)).toEqual([
      'warning',
      'panic',
    ]);
  });
  test('a panic whose cause was lost is not whole', () => {
    expect(readText(fatal).findings).toMatchObject([
      { kind: 'panic', title: 'kernel panic: Fatal exception' },
    ]);
    expect(readText(fatal).findings[0]?.corrupted).toBeDefined();
  });
  test('what a dead kernel says is no finding; the next kernel is heard again', () => {
    const banner = '[    0.000000] Linux version 5.10.1 (a@b) #1';
    expect(
      titles(fatal, '---[ end Kernel panic - not syncing: Fatal exception ]---', ...warning('f')),
    ).toEqual(['kernel panic: Fatal exception']);
    expect(titles(fatal, 'Rebooting in 1 seconds..', banner, ...warning('f'))).toContain('WARNING in f');
  });
});

describe('several CPUs at once', () => {
  const mixed = (caller: (index: number) => string) => {
    const a = warning('f');
    const b = ['BUG: sleeping function called from invalid context at mm/slab.h:1', ...stack('g'), 'words'];
    return a.flatMap((line, index) => [
      `[    1.00000${index}][${caller(0)}] ${line}`,
      `[    1.00000${index}][${caller(1)}] ${b[index] ?? ''}`,
    ]);
  };
  test('are told apart by the caller tag', () => {
    expect(readText(...mixed((index) => `  T${index + 1}`)).findings).toMatchObject([
      { title: 'WARNING in f', stack: [{ function: 'f' }] },
      { title: 'BUG: sleeping function called from invalid context in g', stack: [{ function: 'g' }] },
    ]);
  });
  test('a stall is read from the other CPU when the one that noticed has no trace of it', () => {
    const noticed = [
      'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
      'rcu: \t(detected by 1, t=10 jiffies)',
    ].map((line) => `[    1.000000][    C1] ${line}`);
    const stalled = ['NMI backtrace for cpu 0', 'RIP: 0010:f+0x1/0x2', ...stack('g', 'process_one_work')].map(
      (line) => `[    1.100000][  T7] ${line}`,
    );
    expect(titles(...noticed, ...stalled)).toEqual(['INFO: rcu detected stall in g']);
  });
});

describe('starts', () => {
  const up = Array.from({ length: 30 }, (_, index) => `[    1.0000${index + 10}] words`);
  const banner = '[    0.000000] Linux version 5.10.1 (a@b) #1';
  test('a kernel that starts again unasked', () => {
    expect(readText(banner, ...up, banner, ...up)).toMatchObject({
      findings: [{ kind: 'reboot', title: 'unexpected kernel reboot' }],
      boots: [{ release: '5.10.1', line: 0 }, { release: '5.10.1' }],
    });
  });
  test('a kernel that starts again after it was asked to', () => {
    expect(
      readText(
        banner,
        ...up,
        '[    9.000000] reboot: Restarting system',
        'SeaBIOS (version 1)',
        banner,
        ...up,
      ).findings,
    ).toEqual([]);
  });
  test('no more of them than a thousand are kept', () => {
    const { boots } = readText(...Array.from({ length: 1500 }, () => banner));
    expect(boots).toHaveLength(1000);
    expect(boots[0]).toMatchObject({ line: 0 });
  });
  test('a boot alone', () => {
    expect(readText('SeaBIOS (version 1)', 'Booting the kernel.', banner, ...up).findings).toEqual([]);
  });
});

test.each([
  'CPU: 1 PID: 24 Comm: hammer Not tainted 5.10.1 #1',
  'CPU: 1 UID: 0 PID: 24 Comm: hammer Tainted: G W 6.12.1 #1',
])('the task is read from %s', (line) => {
  expect(readText('BUG: scheduling while atomic: a/1/0x2', line, ...stack('f')).findings).toMatchObject([
    { task: { comm: 'hammer', pid: 24 }, cpu: 1 },
  ]);
});

test('the text ends with the report, not with what the kernel said later', () => {
  const report = ['BUG: scheduling while atomic: a/1/0x2', ...stack('f')];
  const [only] = readText(...report, 'eth0: link is up', 'random: crng init done').findings;
  expect(only?.text).toBe(report.join('\n'));
  expect(only?.lines).toEqual({ first: 0, last: 2 });
});

describe('doubt', () => {
  const fault = 'BUG: kernel NULL pointer dereference, address: 0000000000000008';
  test.each([
    ['no stack in the report', [fault]],
    ['no call trace in the report', [fault, 'RIP: 0010:f+0x1/0x2']],
    ['no usable function in the stack', [fault, ...stack('dump_stack')]],
    ['the kernel dropped lines of the report', [fault, ...stack('f'), '** 5 printk messages dropped **']],
    [undefined, [fault, ...stack('f')]],
  ])('%s', (corrupted, lines) => {
    expect(readText(...lines).findings.map((finding) => finding.corrupted)).toEqual([corrupted]);
  });
});

test('titles have no addresses and numbers', () => {
  const said = 'Kernel panic - not syncing: bad thing 12 at ffffffff81ca45ed in slot3';
  expect(titles(said)).toEqual(['kernel panic: bad thing NUM at ADDR in slot3']);
});

test('signatures have no addresses, numbers or CPUs', () => {
  const report = (pid: number, address: string) => [
    `BUG: KASAN: use-after-free in find_vma_rcu.isra.${pid}+0x${pid}/0x90`,
    `Read of size 8 at addr ${address} by task hammer/${pid}`,
    ...stack('dump_stack', `find_vma_rcu.isra.${pid}`),
    'Allocated by task 1:',
    ' vm_area_alloc+0x1/0x2',
    'Freed by task 2:',
    ' __free_vm_area_struct+0x1/0x2',
  ];
  const [first, ...more] = readText(
    ...report(1, 'ffff888000000010'),
    '====',
    ...report(2, 'ffff888000000020'),
  ).findings;
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    kind: 'kasan',
    title: 'KASAN: use-after-free Read in find_vma_rcu',
    signature: 'kasan: KASAN: use-after-free Read: find_vma_rcu',
    bug: 'use-after-free',
    access: { direction: 'Read', size: 8, address: 'ffff888000000010' },
    allocatedBy: [{ function: 'vm_area_alloc' }],
    freedBy: [{ function: '__free_vm_area_struct' }],
    count: 2,
  });
});

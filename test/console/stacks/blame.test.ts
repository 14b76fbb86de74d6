import { describe, expect, test } from 'vitest';
import type { Blame } from '../../../harness/console/patterns/row.ts';
import { findBlamed } from '../../../harness/console/stacks/blame.ts';
import { collectStacks } from '../../../harness/console/stacks/stacks.ts';

const nobody = { first: [], last: [] };
const trace = (...names: string[]) =>
  collectStacks(['Call Trace:', ...names.map((name) => ` ${name}+0x1/0x2`)]);
const blame = (how: Blame, ...names: string[]) => findBlamed(trace(...names), nobody, how)?.name ?? null;

describe('the first function that is not a helper', () => {
  test.each([
    [['dump_stack', 'kasan_report', '__asan_load8', 'find_vma_rcu', 'do_page_fault'], 'find_vma_rcu'],
    [['memcpy', 'kmem_cache_free', '_raw_spin_lock', 'mutex_lock', 'vm_area_free'], 'vm_area_free'],
    [['refcount_warn_saturate', '__do_sys_munmap'], 'munmap'],
    [['__x64_sys_munmap'], 'sys_munmap'],
    [['dump_stack', 'kasan_report'], null],
  ])('%j is %s', (names, blamed) => {
    expect(blame({ pick: 'top' }, ...names)).toBe(blamed);
  });

  test('mentioned functions come before the stack, fallbacks after it', () => {
    const stacks = trace('second');
    expect(findBlamed(stacks, { first: ['first'], last: [] }, { pick: 'top' })?.name).toBe('first');
    expect(findBlamed(stacks, { first: [], last: ['third'] }, { pick: 'top' })?.name).toBe('second');
    expect(findBlamed([], { first: [], last: ['third'] }, { pick: 'top' })?.name).toBe('third');
  });
});

describe('a stall', () => {
  const below = /^apic_timer_interrupt$/;
  test('is named after the entry of the work, below the tick', () => {
    const names = [
      'rcu_sched_clock_irq',
      'apic_timer_interrupt',
      'ip_rcv',
      'ipv6_rcv',
      'process_one_work',
      'kthread',
    ];
    expect(blame({ pick: 'stall', below }, ...names)).toBe('ipv6_rcv');
  });
  test('in calls between CPUs is named after them', () => {
    expect(
      blame({ pick: 'stall' }, 'csd_lock_wait', 'smp_call_function_many_cond', 'flush_tlb_mm_range'),
    ).toBe('smp_call_function');
  });
  test('is not the RCU thread that watches', () => {
    expect(
      blame({ pick: 'stall' }, '__schedule', 'schedule', 'schedule_timeout', 'rcu_gp_kthread', 'kthread'),
    ).toBeNull();
  });
});

describe('a hang', () => {
  test.each([
    [['__schedule', 'schedule', 'rwsem_down_write_slowpath', 'down_write', 'vm_mmap_pgoff'], 'vm_mmap_pgoff'],
    [['schedule', 'wait_for_completion', '__synchronize_srcu', 'synchronize_srcu', 'x'], 'synchronize_rcu'],
    [['schedule', 'mutex_lock_nested', 'rtnl_lock', 'x'], 'rtnl_lock'],
  ])('%j is %s', (names, blamed) => {
    expect(blame({ pick: 'hang' }, ...names)).toBe(blamed);
  });
});

test('stacks of allocation and freeing blame nobody', () => {
  const stacks = collectStacks(['Allocated by task 1:', ' a+0x1/0x2', '', 'Freed by task 2:', ' b+0x1/0x2']);
  expect(stacks.map(({ role, frames }) => [role, frames.map((frame) => frame.function)])).toEqual([
    ['allocated', ['a']],
    ['freed', ['b']],
  ]);
  expect(findBlamed(stacks, nobody, { pick: 'top' })).toBeNull();
});

test('the trace ends where the registers of user mode begin', () => {
  const [only] = collectStacks(['Call Trace:', ' a+0x1/0x2', 'RIP: 0033:0x7f0a2b902f89', ' b+0x1/0x2']);
  expect(only?.frames.map((frame) => frame.function)).toEqual(['a']);
});

import { expect, test } from 'vitest';
import { readText } from '../support.ts';

/** Lines of ordinary boots and loads that have a complaint's words in them. */
test.each([
  'SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=2, Nodes=1',
  'INFO: lockdep is turned off.',
  'INFO: NMI handler (perf_event_nmi_handler) took too long to run: 2.277 msecs',
  'Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible!',
  'WARNING: The mand mount option has been deprecated and',
  'INFO: foo',
  'BUG kmalloc-64 (Tainted: G    B): kasan: bad access detected',
  'traps: hammer[3615] general protection fault ip:7feb96eb56a1 sp:20000fd0 error:0 in hammer[7feb96e75000+1000]',
  'hammer[10579]: segfault at 4cb420 ip 00000000004cb420 sp 00007f27fd37a250 error 15',
  'softdog: initialized. soft_noboot=0 soft_margin=60 sec soft_panic=0 (nowayout=0)',
  'driver: panic notifier registered',
  'Oops, the user typed this',
  'sysrq: Show Blocked State',
  'debug: unmapping init [mem 0xffffffff81d00000-0xffffffff81dc9fff]',
])('%s', (line) => {
  expect(readText(`[    1.000000][    T1] ${line}`).findings).toEqual([]);
});

/**
 * Functions below which a looping piece of work begins. A stall shows a random place of the loop; the frame just above
 * the first of these names the work: the handler of a system call, of a timer, of a packet.
 */
export const anchors =
  /process_one_work|process_scheduled_works|do_syscall_|do_fast_syscall_|do_int80|sysenter_dispatch|tracesys_phase2|entry_SYSCALL|system_call|el0_svc|invoke_syscall|ret_fast_syscall|syscall_exit|netif_receive_skb|do_softirq|handle_softirqs|call_timer_fn|_run_timers|run_timer_|hrtimer_run|tasklet_action|run_ksoftirqd|smpboot_thread_fn|^kthread$|start_secondary|cpu_startup_entry|ret_from_fork|irq_exit|^vfs_(?:write|read|iter_read|iter_write|ioctl|open)|do_iter_(?:read|write)|call_(?:read|write)_iter|new_sync_(?:read|write)|^ksys_(?:read|write)|^__vfs_(?:read|write)|blkdev_(?:driver_)?ioctl|do_vfs_ioctl|^call_mmap|^mmap_region|__mmap_region|^do_mmap|do_dentry_open|^sock_(?:sendmsg|recvmsg|release|close)|^__sock_(?:sendmsg|release)|__sys_setsockopt|do_sock_setsockopt|sock_common_setsockopt|kernel_setsockopt|__sys_(?:listen|connect|bind|accept)|netlink_rcv_skb|netlink_dump|rtnetlink_rcv_msg|nfnetlink_rcv|genl_rcv|^__?mmput|^mmput|search_binary_handler|exec_binprm|do_execve|task_work_run|__fput|^__do_fault$|smp_call_function|SyS_ioctl|_compat_ioctl$|compat_SyS_ioctl|sys_ioctl/;

/** Names that stand for a family, so that its members do not split one finding into many. */
export const families: readonly (readonly [RegExp, string])[] = [
  [/smp_call_function/, 'smp_call_function'],
  [/synchronize_(?:s?rcu|sched|net)/, 'synchronize_rcu'],
];

/** What a blocked task does while it waits; the caller of all these is whom the hang is named after. */
export const waiting =
  /sched|_lock|_slowlock|down|rwsem|mutex|completion|kthread|wait|synchronize|context_switch|^__switch_to|cancel_delayed_work|rcu_barrier|cancel_work|flush_work|^__flush|^usb_(?:control|bulk|interrupt)_msg|^lock_page|io_schedule|^bit_|page_lock|^rt_|^percpu_/;

/** Waiting that is itself the name of the hang. */
export const waitedFor = /^rtnl_lock|^synchronize_|^__synchronize_/;

/** System calls' entry functions have an architecture's or a macro's name before the call's own. */
export const callEntries: readonly (readonly [RegExp, string])[] = [
  [/^__(?:x64|ia32|x32|arm64|riscv|s390x?|powerpc)_(?:compat_)?sys_/, 'sys_'],
  [/^(?:compat_)?(?:SyS_|SYSC_)/, ''],
  [/^__(?:se|do)_(?:compat_)?sys_/, ''],
  [/^ksys_/, ''],
];

/** Threads that watch others: their traces are shown beside the stall and are not it. */
export const watchers = /^rcu_gp_kthread$|^rcu_gp_fqs_loop$/;

/** lib/kunit/test.c: what it calls is a test, and to be named even when it is called like a helper (`kmalloc_oob_right`). */
export const testRunner = /^kunit_try_run_case$/;

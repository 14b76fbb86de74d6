/**
 * Functions that a report is never named after: they only carry the news (sanitizers, oops and trap entry, printing) or
 * are so general that their caller is the one to look at (memory, strings, locks, lists). Each is matched from the
 * name's beginning; a `$` ends it.
 */
const carriers = [
  // Printing and dying.
  String.raw`dump_stack __dump_stack show_stack show_regs show_trace dump_backtrace unwind_backtrace
    walk_stackframe __read_once_word arch_stack_walk stack_trace_ save_stack panic$ __panic
    panic_saved_regs nmi_panic vpanic check_panic_on __stack_chk_fail __x86_indirect_thunk
    __x86_return_thunk __warn warn_slowpath warn_bogus_irq report_bug handle_bug fixup_bug
    report_addr_for print_ bug_handler die$ __die oops_ no_context fault_in_kernel bad_area __bad_area
    vmalloc_fault spurious_ mm_fault_error ex_handler fixup_exception notify_die abort$
    __do_user_fault __do_kernel_fault die_kernel_fault rust_
    _RN.*(?:panick|rust_begin_unwind|unwrap_failed|expect_failed)`,
  // Trap entry, per architecture.
  String.raw`do_error_trap do_invalid_op invalid_op do_trap do_general_protection general_protection do_int3
    int3 error_entry exc_ asm_exc_ asm_sysvec sysvec_ __sysvec do_page_fault __do_page_fault
    page_fault$ async_page_fault do_user_addr_fault do_kern_addr_fault do_mem_abort do_tag_check_fault
    do_translation_fault do_bad_area do_debug_exception do_undef el1_ el1h_ el0_ el0t_ do_sp_pc_abort
    do_DataAbort do_PrefetchAbort __und_svc __pabt_ brk_handler call_break_hook call_undef_hook
    do_serror early_fixup do_double_fault double_fault fatal_exception handle_exception do_trap_break
    ret_from_intr restore_regs program_check_ data_access_ interrupt_return bug_ do_async_page_fault`,
  // Sanitizers and debugging.
  String.raw`kasan __kasan __asan __hwasan hwasan asan_ check_memory_region check_memory_access kcsan __kcsan
    __tsan kmsan __msan kfence __kfence __sanitizer ubsan __ubsan handle_overflow val_to_string
    end_report start_report write_comp_data check_kcov describe_ debug_object __debug_object
    debug_print_object debug_check_no_obj __debug_check_no_obj debug_smp check_preemption_disabled
    __this_cpu_preempt debug_ spin_bug spin_dump rwlock_bug do_raw_ lockdep __lockdep lock_acquire
    lock_release set_page_owner __set_page_owner __lock_acquire __lock_release lock_is_held
    lock_downgrade lock_pin lock_set_ lock_contended lock_acquired validate_chain check_prev
    check_noncircular check_chain check_lock check_usage check_irq_usage mark_lock mark_held __mark_
    register_lock_class assign_lock_key find_lock hlock_class valid_state reacquire_held __bfs
    check_deadlock check_flags check_redundant check_path graph_lock print$ trace_hardirqs
    trace_softirqs add_lock_to_list lookup_chain ___might_sleep __might_ might_ __schedule_bug __cant_
    usercopy_ __check_object_size __check_heap check_heap fortify_ __fortify should_fail fail_dump
    slub_ object_err check_bytes check_object check_slab on_freelist free_debug alloc_debug slab_err
    slab_pad slab_bug init_object bad_page free_page free_unref __free_page free_pages
    __page_cache_release free_pcp free_tail check_new_page page_bad_reason VM_BUG dump_page kmemleak
    refcount_ __refcount kref_ __list_(?:add|del) list_(?:add|del|move|splice) ___list`,
];

const helpers = [
  // Memory and strings.
  String.raw`mem(?:set|cpy|move|cmp|chr|scan|dup) __mem(?:set|cpy|move|cmp) __pi_mem
    str(?:n|l|s|r|c|p)?(?:len|cpy|cat|cmp|chr|casecmp|str|dup|spn|pbrk|sep|scpy|ncpy|ncmp|nlen|nstr|ncasecmp|chrnul)
    __str sized_str crc\d crc_ __crc string$ string_ hex_string vsnprintf snprintf vscnprintf
    scnprintf sprintf vsprintf pointer$ widen_ seq_printf vprintk printk _printk va_format dev_vprintk
    dev_printk _dev_ __dev_printk read_word_at_a_time instrument_ .*copy_(?:to|from|in)_ _copy_
    __copy_ copyout copyin copy_user copy_page_(?:to|from)_iter copy_folio iterate_ rep_movs
    clear_user __clear_user __(?:get|put)_user csum_ __arch_copy _*kmalloc __do_kmalloc kzalloc
    kcalloc kvmalloc __kvmalloc kvzalloc kfree$ kfree_(?:sensitive|const) __kfree$ kvfree kzfree vfree
    __vfree vmalloc vzalloc __vmalloc ___vmalloc __kvzalloc krealloc __krealloc __do_krealloc ksize
    kstrdup kmemdup _kmemdup memdup vmemdup kmem_cache_(?:alloc|free) __kmem_cache_(?:alloc|free)
    kmem_getpages kmem_freepages slab_ __slab_ ___slab __cache_(?:alloc|free)
    cache_(?:alloc|grow|free) ____cache ___cache_free allocate_slab new_slab get_partial do_slab
    free_block free_large_kmalloc kmalloc_ discard_slab alloc_pages __alloc_pages __alloc_frozen
    alloc_frozen alloc_page __alloc_page get_page_from prep_new post_alloc __folio
    folio_(?!lock_mapping) unlock_page __get_free get_zeroed get_free_page warn_alloc virt_to_
    __virt_to_ __phys_addr phys_to page_to_ cache_from_obj depot_ __stack_depot stack_depot set_track
    zap_`,
  // Locks, waiting, atomics.
  String.raw`_raw_ __raw_ lock_sock .*_rq_lock rcu_lock_ raw_spin __spin spin_(?:lock|unlock|trylock) queued_
    native_queued pv_queued __pv_queued osq_ mcs_ mutex_ __mutex __ww_mutex ww_mutex rt_mutex
    __rt_mutex rt_spin __rt_spin rtlock down$
    down_(?:read|write|trylock|interruptible|killable|timeout) __down up$ up_(?:read|write) __up
    rwsem_ percpu_(?:down|up) __percpu_(?:down|up) percpu_ref lock_timer_base
    wait_(?:for_completion|for_common|event|on_bit|woken) __wait_ do_wait_for complete$ complete_all
    swake_ __wake_up wake_up$ wake_up_(?:bit|var|all|poll) _?_?atomic arch_atomic raw_atomic
    _atomic_dec_and ATOMIC (?:test_and_)?(?:set|clear|change|test)_bit arch_(?:test|set|clear)
    __(?:set|clear|test)_bit _find_ find_(?:first|next)_ cmpxchg __read_once __read_seq read_seq
    __seqprop seqprop write_seq do_write_seq __write_once READ_ONCE local_bh __local_bh preempt_
    __preempt_ rcu_(?:lockdep|is_watching|read_|dynticks|nmi|irq|bh|sync|preempt|check) __rcu_read
    call_rcu __call_rcu rcu_barrier`,
  // Containers, timers, work.
  String.raw`rb_(?:erase|insert|first|next|prev|last|link|add|find) __rb_ alloc_inode pcpu_ __alloc_percpu
    (?:htab|array)_map_alloc filemap_(?:alloc|get|add) __filemap pagecache_get grab_cache_page _*page_pool_ _*vunmap tty_unregister
    tp_perf_event _?free_event$ put_event$ aes(?:ti)?_ crypto_(?:ecb|skcipher|cipher|shash|rng) rng_setkey
    cipher_crypt xts_ drbg_ rhashtable_ __rhashtable rht_ xa_ xas_ __xa_ idr_ ida_ hlist_ __hlist
    llist_ plist_ klist_ mas_ mtree _*kobject_ klist_ get_device_parent put_device kset_ sysfs_
    kernfs_(?:find|remove|get|put|next|add|new|create|unlink|name|drain) internal_create_ create_files
    device_(?:add|del|destroy|register|unregister|release$|create|for_each_child$|remove_file|initialize|rename)
    dpm_sysfs __unregister_client i2c_del_adapter hwrng_unregister cdev_device_add __device_ timer_
    __timer_ sk_stop_timer mod_timer __mod_timer add_timer del_timer __del_timer try_to_del
    __try_to_del detach_timer detach_if init_timer hrtimer_(?:active|start|cancel|try|forward|init)
    __hrtimer_start queue_work __queue_work queue_delayed __queue_delayed mod_delayed flush_work
    __flush_work flush_delayed flush_workqueue __flush_workqueue cancel_work cancel_delayed
    __cancel_work try_to_grab_pending insert_work destroy_workqueue drain_workqueue work_ __init_work
    start_flush schedule$ __schedule schedule_(?:timeout|idle|preempt) preempt_schedule add_wait_queue
    prepare_to_wait finish_wait kthread_(?:stop|create|flush|cancel|destroy) drop_nlink set_nlink
    ihold fast_dput dput$ mark_buffer_dirty d_(?:alloc|lookup) __d_alloc iput$ truncate_inode
    find_(?:lock|get)_entries __reiserfs_panic assertfail btrfs_assertfail
    perf_(?:trace_|tp_|try_|event_alloc) inherit_`,
  // Networking helpers.
  String.raw`
    skb_(?:put|push|pull|over_panic|under_panic|panic|copy|clone|dequeue|queue|unlink|free|headers|expand|realloc|cow|set_owner|split)
    __skb_(?:put|push|pull|dequeue|queue|unlink|insert|try) ___pskb __pskb pskb_ kfree_skb __kfree_skb
    consume_skb __consume sk_skb __alloc_skb alloc_skb sock_(?:put|hold|kmalloc|kfree) __sock_kfree
    dev_(?:hold|put) rollback_registered unregister_netdev ref_tracker _?_?nla_ add_uevent
    proc_(?:register|create|mkdir|remove) _proc_mkdir remove_proc __proc_create
    iov_iter_(?:init|count|extract)
    usb_(?:submit_urb|start_wait|control_msg|bulk_msg|interrupt_msg|kill|poison|unlink|free|hcd|string|get_desc|alloc)
    vmap ioremap memremap dma_alloc devm_ devres_`,
];

const compile = (lists: readonly string[]) =>
  new RegExp(`^(?:${lists.flatMap((list) => list.trim().split(/\s+/)).join('|')})`);

export const carrier = compile(carriers);
export const helper = compile(helpers);

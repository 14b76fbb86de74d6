/**
 * Spots of the protocol where the order of single accesses matters, as litmus tests. The pairs are v12 as posted and mended;
 * what is expected is written down so that a change of either is noticed. Functions in comments are the kernel's.
 */
export interface Fragment {
  readonly id: string;
  readonly title: string;
  readonly decides?: string;
  readonly posted: string;
  /** Left out where there is nothing to mend. */
  readonly fixed?: string;
}

const SEQLOCK = `C spf-seqlock-erase
{ tree=1; }
(* __vma_rb_erase() against find_vma_rcu() *)
P0(int *s, int *tree) {
  WRITE_ONCE(*s, 1);
  smp_wmb();
  WRITE_ONCE(*tree, 0);
  smp_wmb();
  WRITE_ONCE(*s, 2);
}
P1(int *s, int *tree) {
  int r0; int r1; int r2;
  r0 = READ_ONCE(*s);
  smp_rmb();
  r1 = READ_ONCE(*tree);
  smp_rmb();
  r2 = READ_ONCE(*s);
}
exists (1:r0=2 /\\ 1:r2=2 /\\ 1:r1=1)`;

const vmacache = (order: string): string => `C spf-vmacache
{ tree=1; }
(* detach_vmas_to_be_unmapped() against two passes of find_vma_rcu(): the first caches VMA 1, the second hits *)
P0(int *s, int *tree, int *seqnum) {
  WRITE_ONCE(*s, 1);
  smp_wmb();
  WRITE_ONCE(*tree, 0);
  smp_wmb();
  WRITE_ONCE(*s, 2);
  smp_wmb();
  WRITE_ONCE(*seqnum, 1);
}
P1(int *s, int *tree, int *seqnum) {
  int r0; int r1; int r2; int r3; int r4; int r5;
  r0 = READ_ONCE(*s);
  smp_rmb();
  r1 = READ_ONCE(*seqnum);
  ${order}
  r2 = READ_ONCE(*tree);
  smp_rmb();
  r3 = READ_ONCE(*s);
  smp_rmb();
  r4 = READ_ONCE(*seqnum);
  smp_rmb();
  r5 = READ_ONCE(*s);
}
exists (1:r1=1 /\\ 1:r2=1 /\\ 1:r3=2 /\\ 1:r4=1 /\\ 1:r5=2)`;

const link = (publish: string): string => `C spf-link
{ link=0; left=7; }
(* rb_link_node() against the walk of find_vma(): a new node, and what its memory held before *)
P0(int *link, int *left) {
  WRITE_ONCE(*left, 0);
  ${publish}
}
P1(int *link, int *left) {
  int r0; int r1;
  r0 = READ_ONCE(*link);
  smp_rmb();
  r1 = READ_ONCE(*left);
}
exists (1:r0=1 /\\ 1:r1=7)`;

const REFERENCE = `C spf-ref-vs-gp
{ tree=1; ref=2; }
(* vm_rcu_put() after a grace period against get_vma() in find_vma_rcu() *)
P0(int *tree, atomic_t *ref) {
  int r0;
  WRITE_ONCE(*tree, 0);
  synchronize_rcu();
  r0 = atomic_dec_return(ref);
}
P1(int *tree, atomic_t *ref) {
  int r1;
  rcu_read_lock();
  r1 = READ_ONCE(*tree);
  if (r1)
    atomic_inc(ref);
  rcu_read_unlock();
}
exists (1:r1=1 /\\ 0:r0=1)`;

const COMMIT = `C spf-commit
{ pte=0; }
(* mprotect_fixup() against the check under the PTE lock in spf_pte_lock() *)
P0(int *seq, int *pte, spinlock_t *ptl) {
  WRITE_ONCE(*seq, 1);
  smp_wmb();
  spin_lock(ptl);
  WRITE_ONCE(*pte, 1);
  spin_unlock(ptl);
}
P1(int *seq, int *pte, spinlock_t *ptl) {
  int r0;
  spin_lock(ptl);
  r0 = READ_ONCE(*seq);
  if (!r0)
    WRITE_ONCE(*pte, 2);
  spin_unlock(ptl);
}
exists (1:r0=0 /\\ pte=2)`;

const CLEAR = `C spf-clear-node
{ tree=1; empty=0; }
(* RB_CLEAR_NODE() after mm_write_sequnlock(): who sees an empty node sees the VMA out of the tree *)
P0(int *tree, int *empty) {
  WRITE_ONCE(*tree, 0);
  smp_wmb();
  WRITE_ONCE(*empty, 1);
}
P1(int *tree, int *empty) {
  int r0; int r1;
  r0 = READ_ONCE(*empty);
  smp_rmb();
  r1 = READ_ONCE(*tree);
}
exists (1:r0=1 /\\ 1:r1=1)`;

export const FRAGMENTS: readonly Fragment[] = [
  {
    id: 'weak-vmacache',
    title: 'a stale VMA is cached under the new vmacache_seqnum, and hit by the pass that mm_seq forced',
    decides: 'H1b',
    posted: vmacache(''),
    fixed: vmacache('smp_rmb();'),
  },
  {
    id: 'weak-link',
    title: 'a walk sees a new node in the tree, and the old links in it',
    decides: 'H4',
    posted: link('WRITE_ONCE(*link, 1);'),
    fixed: link('smp_store_release(link, 1);'),
  },
  {
    id: 'weak-seqlock',
    title: 'a walk inside one even value of mm_seq sees a tree of before',
    posted: SEQLOCK,
  },
  {
    id: 'weak-reference',
    title: 'the put after a grace period misses the get of a reader',
    posted: REFERENCE,
  },
  {
    id: 'weak-commit',
    title: 'a check under the PTE lock misses a write section that was open before',
    posted: COMMIT,
  },
  {
    id: 'weak-clear-node',
    title: 'a node is seen empty while its VMA is still found in the tree',
    posted: CLEAR,
  },
];

/*
 * The cases of spf-counters: each arranges a situation and names the accesses that will fault in it. What the kernel
 * must then count follows from the facts alone; the eligibility model says it, not this table.
 */
#ifndef SPF_CASES_H
#define SPF_CASES_H

#include <stdbool.h>
#include <sys/types.h>

/* What harness/model/eligibility/facts.ts calls FaultFacts; `sysctl` and `faults` are filled in by the runner. */
struct facts {
	const char *vma_kind; /* anon file shmem hugetlb stack none */
	const char *pte; /* none zero present shared-by-ksm uffd-protected numa-hint swap swap-cached swap-sync */
	bool write, fetch; /* a read if neither */
	int prot; /* PROT_* of the VMA at the time of the access */
	unsigned threads; /* tasks that share the mm */
	bool no_anon_vma, no_page_table, uffd_missing, interleave, vma_policy, huge_pmd, in_kernel,
		out_of_bounds, key_refuses;
};

/* Where the accesses go: to each of `count` pages from `first`. */
struct scene {
	char *first;
	unsigned count;
	pid_t companion; /* a process that the case started, to be killed when all is counted; or 0 */
};

struct spf_case {
	const char *name;
	struct facts facts;
	/*
	 * Runs in a process of its own, which another thread already shares unless the facts say 1 thread or
	 * `brings_company` is set. Returns NULL, or why the situation cannot be had here.
	 */
	const char *(*arrange)(struct scene *scene);
	bool brings_company;
	bool sysctl_off;
	bool changes_settings; /* of the whole machine, until the case is over; only where that is allowed */
};

/* Each ends with a row without name. */
extern const struct spf_case spf_cases_usual[], spf_cases_entries[];

#endif

/** Arithmetic on addresses and lengths as the kernel's unsigned long has it, in doubles: exact for what we use. */

export const PAGE = 4096;
const WRAP = 2 ** 64;
/** TASK_SIZE of x86_64 with four levels of page tables (arch/x86/include/asm/page_64_types.h). */
export const TASK_SIZE = 2 ** 47 - PAGE;

/** PAGE_ALIGN(): up, and around at the top. */
export function pageAlign(bytes: number): number {
  return wrap(Math.ceil(bytes / PAGE) * PAGE);
}

export function wrap(sum: number): number {
  return sum >= WRAP ? sum - WRAP : sum;
}

export const isAligned = (address: number): boolean => address % PAGE === 0;

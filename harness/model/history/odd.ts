/** Set in `code` when the signal was SIGBUS. */
const SIGBUS = 0x100;

/** SEGV_MAPERR, SEGV_ACCERR, SEGV_PKUERR (include/uapi/asm-generic/siginfo.h): what a page fault can give. */
const CODES = [1, 2, 4];

export const isSigbus = (code: number): boolean => (code & SIGBUS) !== 0;

/** No page fault of private anonymous memory ends with this code. */
export const oddCode = (code: number): boolean => !CODES.includes(code);

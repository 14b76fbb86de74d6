/* A function of one instruction, made at run time. */
#ifndef CODE_H
#define CODE_H

#if defined(__x86_64__) || defined(__powerpc64__)
#define CODE_KNOWN 1
#else
#define CODE_KNOWN 0
#endif

/* Why not, where CODE_KNOWN is 0. */
#define CODE_UNKNOWN "nobody has written this architecture's return instruction down"

/* Writes the instruction that returns. */
void code_put_return(char *address);

/* Calls what is at the address. */
void code_call(char *address);

#endif

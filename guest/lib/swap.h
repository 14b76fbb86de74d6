/* Swap on zram: what is there is read in synchronously (SWP_SYNCHRONOUS_IO). */
#ifndef SWAP_H
#define SWAP_H

#include <stdbool.h>

/* Switched on, if it is not yet, and left on. Returns NULL, or why it cannot be had. */
const char *swap_on_zram(void);

/* Sends pages of private anonymous memory there, until none is left in memory. False: some would not go. */
bool swap_out(char *first, unsigned count);

#endif

/* The CPUs we may run on. */
#ifndef CPUS_H
#define CPUS_H

unsigned cpus_count(void);

/* Number of the n-th of them, counted round. */
int cpus_nth(unsigned n);

/* Pins the calling thread; TLBs belong to CPUs, so a thread that moves would be two in the model's eyes. */
void cpus_pin(int cpu);

#endif

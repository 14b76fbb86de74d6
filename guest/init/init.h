/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SPF_INIT_H
#define SPF_INIT_H

/*
 * PID 1 of the guest. The console belongs to the kernel: nothing here prints unless it cannot go on.
 */

/* Say why on the console and power off; the host reads the line that starts with "spf-init: ". */
void give_up(const char *what, const char *name) __attribute__((noreturn));

/* Mount what userspace needs; file systems that the kernel does not have are left out. */
void mount_all(void);

/* Credit the 64 bytes of /etc/random-seed, which the host made for this boot, and forget them. */
void seed_random(void);

/* finit_module(2) each path in /etc/modules, in order. No file, no modules. */
void load_modules(void);

/* lo, and eth0 = 10.0.2.15/24 by way of 10.0.2.2, the addresses of QEMU's user network. */
void bring_up_network(void);

/* Keep the SSH server running, reap orphans, return when somebody asks for the end. */
void serve(void);

#endif

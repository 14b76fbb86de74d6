// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define LOG "/run/dropbear.log"

static const sigset_t nothing;

/* -F foreground. It logs to stderr; passwords and forwarding are not compiled in. */
static pid_t start_ssh(void)
{
	static char *const argv[] = { "dropbear", "-F", "-r", "/etc/dropbear/host_key", NULL };
	static char *const envp[] = { "HOME=/root", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	pid_t child = fork();

	if (child)
		return child;
	int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND, 0644);
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(log < 0 ? null : log, STDERR_FILENO);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	setsid();
	execve("/usr/sbin/dropbear", argv, envp);
	_exit(127);
}

/* A server that ends by itself, and not by a signal, will not do better the next time: five times, and that is it. */
static void count_failure(int status)
{
	static int failures;
	char words[200] = "";

	if (!WIFEXITED(status) || ++failures < 5)
		return;
	FILE *log = fopen(LOG, "re");

	if (log && fgets(words, sizeof(words), log))
		words[strcspn(words, "\n")] = '\0';
	errno = 0;
	give_up("the SSH server does not start:", words);
}

/* Reap everything that has died; forget the server when it was among them. */
static pid_t reap(pid_t server)
{
	int status;

	for (pid_t dead; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (dead != server)
			continue;
		count_failure(status);
		server = -1;
	}
	return server;
}

void serve(void)
{
	sigset_t wanted;
	pid_t server = -1;

	/* Busybox: halt sends USR1, poweroff USR2, reboot TERM. All of them mean the end here. */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGUSR1);
	sigaddset(&wanted, SIGUSR2);
	sigprocmask(SIG_BLOCK, &wanted, NULL);

	for (;;) {
		/* A server that will not stay (killed for memory, say) comes back at most every tenth of a second. */
		struct timespec soon = { .tv_nsec = 100 * 1000 * 1000 };

		if (server < 0)
			server = start_ssh();
		int signal = server < 0 ? sigtimedwait(&wanted, NULL, &soon) : sigwaitinfo(&wanted, NULL);

		if (signal != SIGCHLD && signal > 0)
			return;
		server = reap(server);
		if (server < 0 && signal == SIGCHLD)
			nanosleep(&soon, NULL);
	}
}

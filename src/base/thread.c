#include "base/thread.h"

#include <signal.h>

int
thread_begin(pthread_t *out, const char *name, void *(*live)(void *), void *context)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(out, NULL, live, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0)
		pthread_setname_np(*out, name);
	return code;
}

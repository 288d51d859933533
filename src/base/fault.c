#include "base/fault.h"

#ifdef MORNINGPOST_FAULTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void
fault_point(const char *name)
{
	static long passes;
	const char *wanted = getenv("MORNINGPOST_FAULT");
	size_t n = strlen(name);
	long at;

	if (!wanted || strncmp(wanted, name, n) != 0 || (wanted[n] && wanted[n] != ':'))
		return;
	at = wanted[n] ? strtol(wanted + n + 1, NULL, 10) : 1;
	if (++passes == at)
		raise(SIGKILL);
}

#else

/* A translation unit may not be empty (C17 6.9). */
typedef int fault_is_not_built_in;

#endif

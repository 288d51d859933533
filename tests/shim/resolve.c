/*
 * resolve.c: preloaded into the program by tests/cli/test_faults.py; a name server that never answers for hosts below
 * silent.test, and the system's for all others.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int
getaddrinfo(
	const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	static __typeof__(&getaddrinfo) real;

	while (host && strstr(host, "silent.test"))
		pause();
	if (!real) {
		void *found = dlsym(RTLD_NEXT, "getaddrinfo");

		memcpy(&real, &found, sizeof real);
	}
	return real(host, service, hints, out);
}

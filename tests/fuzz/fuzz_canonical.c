/* An address as it is compared: the same again, and no more than a host, a path and parameters. */
#include "compose/select_links.h"
#include "input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct str in = input_of(data, size), once = select_canonical_url(in, &a), host;

	if (once.n) {
		assert(str_starts(once, STR("https://")) && str_find(once, '#') < 0);
		assert(str_eq(select_canonical_url(once, &a), once));
		host = str_from(once, 8);
		for (size_t i = 0; i < host.n && host.p[i] != '/' && host.p[i] != '?'; i++)
			assert(host.p[i] < 'A' || host.p[i] > 'Z');
	}
	assert(select_likeness(in, in, &a) == 1 || select_likeness(in, in, &a) == 0);
	arena_free(&a);
	return 0;
}

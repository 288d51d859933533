/* A mailbox's word on a message: whatever stands in the field, its words are short pieces without white
 * space, and "pass" is only read where it stands. */
#include <string.h>

#include "input.h"
#include "mail/authres.h"

static void
is_word(struct str s)
{
	assert(str_find(s, ' ') < 0 && str_find(s, ';') < 0 && str_find(s, '\n') < 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	const struct authres_result *found;
	struct arena a = { 0 };
	struct authres r;

	if (authres_read(in, &a, &r)) {
		assert(r.server.n && r.count <= AUTHRES_MOST);
		is_word(r.server);
		for (size_t i = 0; i < r.count; i++) {
			assert(r.all[i].method.n && r.all[i].result.n);
			is_word(r.all[i].method);
			is_word(r.all[i].result);
			is_word(r.all[i].domain);
		}
		found = authres_find(&r, "dkim");
		assert(!found || str_ieq(found->method, STR("dkim")));
	}
	arena_free(&a);
	return 0;
}

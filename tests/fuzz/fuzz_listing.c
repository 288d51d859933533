/* Whatever a mailbox's server answers: what is made of it lies within it, in order and without end. */
#include "input.h"

#include "net/listing.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), sizes = input_bytes(&in, input_byte(&in));
	struct mailbox_entry *entries;
	struct arena a = { 0 };
	size_t n;

	listing_pop3(in, sizes, &a, &entries, &n);
	assert(n <= in.n);
	for (size_t i = 0; i < n; i++)
		assert(entries[i].id.n && (i == 0 || entries[i].number > entries[i - 1].number));
	listing_imap(in, 1, &a, &entries, &n);
	assert(n <= in.n);
	for (size_t i = 0; i < n; i++)
		assert(entries[i].number && str_starts(entries[i].id, STR("1.")));
	assert(listing_number(in, STR("(UIDVALIDITY ")) <= UINT32_MAX);
	arena_free(&a);
	return 0;
}

/* A stranger's HTML becomes clean text, and a link that is taken leads to http or https. */
#include <string.h>

#include "base/text.h"
#include "collect/feed.h"
#include "collect/plain.h"
#include "input.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct arena a = { 0 };
	struct str text = plain_text(in, &a);
	struct str link = feed_link(STR("https://example.org/a/b?c"), in, &a);

	assert(text_is_clean(text));
	assert(text.n <= in.n * 3);
	if (link.n) {
		assert(link.n <= FEED_URL && text_is_ascii(link) && text_is_clean(link));
		assert(str_starts(link, STR("https://")) || str_starts(link, STR("http://")));
	}
	arena_free(&a);
	return 0;
}

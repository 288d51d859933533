/* Whatever a feed holds, its items are clean text, their links lead to http or https, and what is
 * kept of them is JSON. */
#include "base/json.h"
#include "base/text.h"
#include "collect/feed.h"
#include "input.h"

static void
check_text(struct str s, size_t columns)
{
	assert(text_is_clean(s) && text_width(s) <= columns);
}

static void
check_link(struct str s)
{
	if (s.n == 0)
		return;
	assert(s.n <= FEED_URL && text_is_ascii(s) && text_is_clean(s));
	assert(str_starts(s, STR("https://")) || str_starts(s, STR("http://")));
	assert(str_find(s, ' ') < 0 && str_find(s, '"') < 0 && str_find(s, '<') < 0);
}

static void
check_item(const struct feed_item *item)
{
	check_text(item->title, FEED_TITLE);
	check_text(item->note, FEED_NOTE);
	check_text(item->source, 100);
	check_link(item->url);
	assert(item->at >= 0 && item->author_count <= FEED_AUTHORS);
	for (size_t i = 0; i < item->author_count; i++)
		check_text(item->authors[i], 100);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct feed f;
	struct err e = { 0 };

	if (feed_parse(input_of(data, size), STR("https://example.org/a/b"), &a, &f, &e) == 0) {
		struct str json = feed_json(&f, STR("A feed"), &a);
		enum json_kind kind;

		assert(f.count <= FEED_ITEMS);
		for (size_t i = 0; i < f.count; i++)
			check_item(&f.items[i]);
		assert(json_check(&json, &kind, &e) == 0 && kind == JSON_ARRAY);
	} else {
		assert(e.code == ERR_DATA && e.text[0]);
	}
	arena_free(&a);
	return 0;
}

/* Whatever an issue's HTML holds, what is printed of it does nothing, loads nothing from elsewhere, has no
 * reader's token in an attribute, and closes what it opens. */
#include <string.h>

#include "base/html.h"
#include "input.h"
#include "web/reprint.h"

enum { DEEP = 256 };

static const struct reprint_picture pictures[] = { { STR_INIT("a@b"), STR_INIT("/a.png") } };

static void
check_attributes(const struct html_piece *tag, struct arena *a)
{
	struct str rest = tag->attributes, name, value;

	while (html_attribute(&rest, &name, &value)) {
		value = html_decode(value, a);
		assert(!str_ieq(str_sub(name, 0, 2), STR("on")));
		assert(!html_is_one_of(name, "srcset background action formaction ping data"));
		assert(str_find_str(value, STR("nobody")) < 0);
		if (str_ieq(name, STR("src")))
			assert(str_eqz(value, "/a.png"));
		if (str_ieq(name, STR("href")))
			assert(str_ieq(str_sub(value, 0, 4), STR("http")) ||
				str_ieq(str_sub(value, 0, 4), STR("mail")) ||
				str_ieq(str_sub(value, 0, 4), STR("tel:")));
		if (str_ieq(name, STR("style")))
			assert(str_find_str(value, STR("url(")) < 0);
	}
}

/* Balanced to the last tag, and only tags that show something. */
static void
check_tags(struct str html, struct arena *a)
{
	struct str open[DEEP];
	struct html_piece piece;
	int depth = 0;

	while (html_next(&html, &piece)) {
		if (piece.kind == HTML_TEXT)
			continue;
		assert(!html_is_one_of(piece.name,
			"script style iframe object form input link meta base svg body html"));
		if (piece.kind == HTML_CLOSE) {
			assert(depth > 0 && str_eq(open[--depth], piece.name));
			continue;
		}
		check_attributes(&piece, a);
		assert(depth < DEEP);
		if (!html_is_void(piece.name))
			open[depth++] = piece.name;
	}
	assert(depth == 0);
}

static void
print(struct str html, bool plain, struct buf *style, struct buf *out)
{
	const struct reprint_source from = { .html = html,
		.plain = plain,
		.nobody = STR("nobody"),
		.here = STR("https://h"),
		.pictures = pictures,
		.picture_count = 1,
		.picture_word = STR("picture") };

	reprint(&from, style, out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct arena a = { 0 };
	struct buf style, out;

	for (int plain = 0; plain <= 1; plain++) {
		buf_init(&style, 8 << 20);
		buf_init(&out, 8 << 20);
		print(in, plain, &style, &out);
		assert(!out.over);
		check_tags(buf_str(&out), &a);
		assert(str_find_str(buf_str(&style), STR("</style")) < 0);
		assert(str_find_str(buf_str(&style), STR("url(")) < 0);
		buf_free(&style);
		buf_free(&out);
	}
	arena_free(&a);
	return 0;
}

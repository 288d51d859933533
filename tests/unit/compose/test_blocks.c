#include "compose/blocks.h"

#include <string.h>

#include "base/asset.h"
#include "base/sign.h"
#include "compose/album.h"
#include "test.h"

/* The built-in templates. */
static int
find(void *context, struct str name, struct str *text, struct err *e)
{
	char path[100] = "templates/";
	const struct asset *found;

	(void)context, (void)e;
	strncat(path, arena_strz(context, name), sizeof path - strlen(path) - 1);
	found = asset_find(path);
	if (found)
		*text = found->bytes;
	return found != NULL;
}

/* 1, 0 or -1; what comes of it lives in the arena. */
static int
render_with(const char *telegram, struct album *album, const char *block, const char *body,
	struct arena *a, struct str *html, struct str *text, struct err *e)
{
	struct settings settings = { .publication = { .name = arena_strz(a, STR("The Post")),
					     .url = arena_strz(a, STR("https://post.example")) },
		.telegram_url = telegram ? arena_strz(a, str_of(telegram)) : NULL };
	struct theme theme;
	struct blocks b = { &settings, &theme, "f.md", 72, a, find, a, .album = album };
	struct buf h, t;
	int got;

	if (theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", a, &theme, e) < 0)
		fail_msg("%s", e->text);
	buf_init(&h, 100000);
	buf_init(&t, 100000);
	got = blocks_render(&b, str_of(block), str_of(body), 3, &h, &t, e);
	*html = arena_str(a, buf_str(&h));
	*text = arena_str(a, buf_str(&t));
	buf_free(&h);
	buf_free(&t);
	return got;
}

static int
render(const char *block, const char *body, struct arena *a, struct str *html, struct str *text,
	struct err *e)
{
	return render_with(NULL, NULL, block, body, a, html, text, e);
}

static void
each_block_has_its_text(void **state)
{
	static const struct {
		const char *block, *body, *text;
	} rows[] = {
		{ "tools",
			"- {title: A & B, url: 'https://a.example/?x&y', note: N, source: S}\n"
			"- title: C\n",
			"A & B\n-----\nN (S)\nhttps://a.example/?x&y\n\nC\n-\n" },
		{ "reading", "- {title: T, source: S}\n", "T\n-\n(S)\n" },
		{ "numbers",
			"items: [{label: stars, value: 1 in 6, unit: \"%\", window: a week}]\n",
			"        1 in 6  stars, %, a week\n" },
		{ "numbers", "- {value: 12345678901234567, label: x}\n", "12345678901234567  x\n" },
		{ "subscribe", "",
			"Somebody sent you this? Have it in your own inbox every morning.\n\n"
			"Subscribe to The Post:\nhttps://post.example/subscribe\n" },
		{ "subscribe", "{text: Come in, url: 'https://b.example'}\n",
			"Come in\n\nSubscribe to The Post:\nhttps://b.example\n" },
		{ "trending", "top: 5\n", "" },
		{ "movers", "", "" },
		{ "reading", "{feeds: [x], top: 3}\n", "" },
		{ "tools", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct str html, text;
		struct err e = { 0 };

		if (render(rows[i].block, rows[i].body, &a, &html, &text, &e) != 1)
			fail_msg("%zu: %s", i, e.text);
		assert_str(text, rows[i].text);
		assert_int_equal(html.n == 0, *rows[i].text == '\0');
		arena_free(&a);
	}
}

static void
html_escapes_what_an_editor_wrote(void **state)
{
	struct arena a = { 0 };
	struct str html, text;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(
		render("tools",
			"- {title: '<b>{{x}}', url: 'https://a.example/\"onclick=\"', note: "
			"\"a\\x07\\u202eb\"}\n",
			&a, &html, &text, &e),
		1);
	assert_true(str_find_str(html, STR("&lt;b&gt;{{x}}")) >= 0);
	assert_true(str_find_str(html, STR("<b>")) < 0 && str_find_str(html, STR("\"onclick")) < 0);
	assert_true(str_find(html, '\a') < 0 && str_find_str(html, STR("\xe2\x80\xae")) < 0);
	arena_free(&a);
}

#define LONG                                                                                       \
	"https://t.me/" /* and a name of 200 letters */                                            \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"         \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"         \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void
the_channel_has_a_link_and_a_code(void **state)
{
	static const struct {
		const char *telegram, *body;
		size_t used; /* bytes that other pictures took */
		bool link;
		const char *code; /* its attributes, or NULL: there is none */
	} rows[] = {
		{ NULL, "", 0, false, NULL },
		{ "https://t.me/post", "telegram: false\n", 0, false, NULL },
		{ "https://t.me/post", "", 0, true,
			"alt=\"QR code: join the Telegram channel at t.me/post\" width=\"132\" "
			"height=\"132\"" },
		{ "https://t.me/+a_longer_address_of_an_invitation", "telegram: true\n", 0, true,
			"width=\"123\" height=\"123\"" },
		{ LONG, "", 0, true, NULL },
		{ "https://t.me/post", "", ALBUM_ALL, true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct album album = {
			.domain = STR("post.example"), .arena = &a, .bytes = rows[i].used
		};
		struct str html, text;
		struct err e = { 0 };

		if (render_with(rows[i].telegram, &album, "subscribe", rows[i].body, &a, &html,
			    &text, &e) != 1)
			fail_msg("%zu: %s", i, e.text);
		assert_int_equal(
			str_find_str(text, STR("Join the Telegram channel:\nhttps://t.me/")) >= 0,
			rows[i].link);
		assert_int_equal(
			str_find_str(html, STR("href=\"https://t.me/")) >= 0, rows[i].link);
		assert_int_equal(album.count, rows[i].code != NULL);
		assert_int_equal(
			str_find_str(html, STR("<img src=\"cid:")) >= 0, rows[i].code != NULL);
		if (rows[i].code && str_find_str(html, str_of(rows[i].code)) < 0)
			fail_msg("%zu: %.*s", i, STR_ARG(html));
		arena_free(&a);
	}
}

static void
what_is_not_known_is_told_with_its_line(void **state)
{
	static const struct {
		const char *block, *body, *why;
	} rows[] = {
		{ "tools", "title: A\n", "f.md:4: tools: a list of items belongs here" },
		{ "tools", "words\n", "f.md:4: tools: a list of items belongs here" },
		{ "tools", "- A\n", "f.md:4: tools: each item has keys" },
		{ "tools", "- {title: A}\n- {titel: B}\n", "f.md:5: tools: unknown key 'titel'" },
		{ "tools", "- {title: [A]}\n", "f.md:4: tools.title: " },
		{ "tools", "- {note: A}\n", "f.md:4: tools: an item without title" },
		{ "tools", "- {title: A, url: 'javascript:x'}\n", "f.md:4: tools.url: " },
		{ "tools", "- {title: A, url: a.example}\n", "f.md:4: tools.url: " },
		{ "reading", "\nfeed: [x]\n", "f.md:5: reading: unknown key 'feed'" },
		{ "numbers", "tils: [x]\n", "f.md:4: numbers: unknown key 'tils'" },
		{ "numbers", "- {label: x}\n", "f.md:4: numbers: an item without value" },
		{ "trending", "- github\n", "f.md:4: trending: keys and values belong here" },
		{ "movers", "top\n", "f.md:4: movers: keys and values belong here" },
		{ "subscribe", "words: x\n", "f.md:4: subscribe: unknown key 'words'" },
		{ "subscribe", "url: 'data:text/html,x'\n", "f.md:4: subscribe.url: " },
		{ "subscribe", "telegram: perhaps\n",
			"f.md:4: subscribe.telegram is true or false" },
		{ "tools", "- {title: A\n", "f.md:" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct str html, text;
		struct err e = { 0 };

		assert_int_equal(render(rows[i].block, rows[i].body, &a, &html, &text, &e), -1);
		assert_int_equal(e.code, ERR_DATA);
		if (!str_starts(str_of(e.text), str_of(rows[i].why)))
			fail_msg("%zu: '%s' does not begin with '%s'", i, e.text, rows[i].why);
		arena_free(&a);
	}
}

static void
other_names_are_no_blocks(void **state)
{
	struct arena a = { 0 };
	struct str html, text;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(render("python", "x: [\n", &a, &html, &text, &e), 0);
	assert_int_equal(render("Tools", "", &a, &html, &text, &e), 0);
	assert_int_equal(render("", "", &a, &html, &text, &e), 0);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_block_has_its_text),
		cmocka_unit_test(html_escapes_what_an_editor_wrote),
		cmocka_unit_test(the_channel_has_a_link_and_a_code),
		cmocka_unit_test(what_is_not_known_is_told_with_its_line),
		cmocka_unit_test(other_names_are_no_blocks),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

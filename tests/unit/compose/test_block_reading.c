#include "figures_made.h"
#include "store/shown.h"

static struct figures_link links[] = {
	{ .kind = "paper",
		.title = STR_INIT("How models wait"),
		.url = STR_INIT("https://huggingface.co/papers/2608.00001"),
		.note = STR_INIT("What happens when a model may ask back before it answers."),
		.source = STR_INIT("Hugging Face papers"),
		.day = { 2026, 8, 13 },
		.weight = 42 },
	{ .kind = "feed",
		.title = STR_INIT("<b>Bold</b> {{claim}} \xe4\xb8\xad\xe6\x96\x87"),
		.url = STR_INIT("https://blog.example/a b?x=\"y\"&z=<w>"),
		.source = STR_INIT("A Blog"),
		.day = { 2026, 8, 14 } },
	{ .kind = "feed",
		.title = STR_INIT("Bad"),
		.url = STR_INIT("javascript:alert(1)"),
		.day = { 2026, 8, 14 } },
	{ .kind = "feed",
		.title = STR_INIT(""),
		.url = STR_INIT("https://nameless.example/"),
		.day = { 2026, 8, 14 } },
};

static void
links_have_their_source_day_and_weight(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	m.figures.links = links;
	m.figures.link_count = COUNT(links);
	assert_int_equal(made_render(&m, "reading", "top: 4"), 1);
	assert_has(m.text,
		"How models wait\n"
		"---------------\n"
		"What happens when a model may ask back before it answers. (Hugging Face\n"
		"papers, 13 Aug, 42 upvotes)\n"
		"https://huggingface.co/papers/2608.00001\n");
	assert_has(m.text, "<b>Bold</b> {{claim}} \xe4\xb8\xad\xe6\x96\x87\n"
			   "--------------------------\n"
			   "(A Blog, 14 Aug)\n"
			   "https://blog.example/a%20b?x=%22y%22&z=%3Cw%3E\n");
	assert_has(m.html, "&lt;b&gt;Bold&lt;/b&gt; {{claim}}");
	assert_has(m.html, "href=\"https://blog.example/a%20b?x=%22y%22&amp;z=%3Cw%3E\"");
	assert_false(made_has(m.html, "javascript") || made_has(m.text, "javascript"));
	assert_int_equal(m.record.shown_count, 2);
	assert_str(m.record.shown[0].place, "reading");
	assert_str(m.record.shown[0].name, "How models wait");
	arena_free(&m.a);
}

static void
a_list_of_the_editors_own_is_shown_and_kept(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	assert_int_equal(
		made_render(&m, "tools",
			"- {title: Trowel, url: 'https://Trowel.example/#top', note: Digs.}"),
		1);
	assert_str(m.text, "Trowel\n------\nDigs.\nhttps://Trowel.example/#top\n");
	assert_int_equal(m.record.shown_count, 1);
	assert_str(m.record.shown[0].place, "tools");
	assert_str(m.record.shown[0].key, "https://trowel.example");
	arena_free(&m.a);
}

static void
nothing_collected_is_nothing_printed(void **state)
{
	static const char *const rows[][2] = { { "reading", "" }, { "reading", "feeds: [Nobody]" },
		{ "tools", "" } };
	static struct made m;

	(void)state;
	made_begin(&m);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(made_render(&m, rows[i][0], rows[i][1]), 1);
		assert_true(m.html.n == 0 && m.text.n == 0 && made_noted(&m, "data-none"));
	}
	assert_int_equal(made_render(&m, "reading", "feeds: Nobody"), -1);
	arena_free(&m.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_have_their_source_day_and_weight),
		cmocka_unit_test(a_list_of_the_editors_own_is_shown_and_kept),
		cmocka_unit_test(nothing_collected_is_nothing_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

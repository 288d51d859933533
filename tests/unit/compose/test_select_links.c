#include "compose/select_links.h"

#include "newsroom.h"

static void
one_page_has_one_address(void **state)
{
	static const struct {
		const char *in, *want;
	} table[] = {
		{ "https://example.org/a", "https://example.org/a" },
		{ "HTTP://WWW.Example.ORG/A/", "https://example.org/A" },
		{ "https://example.org", "https://example.org" },
		{ "https://example.org/?", "https://example.org" },
		{ "https://example.org/a?utm_source=x&id=7&UTM_medium=y&ref=z#top",
			"https://example.org/a?id=7" },
		{ "https://example.org/a?reference=1&&b", "https://example.org/a?reference=1&b" },
		{ "https://example.org#a?b", "https://example.org" },
		{ "http://arxiv.org/abs/2608.19511v2", "https://arxiv.org/abs/2608.19511" },
		{ "https://arxiv.org/pdf/2608.19511v1.pdf", "https://arxiv.org/abs/2608.19511" },
		{ "https://arxiv.org/pdf/2608.19511.pdf", "https://arxiv.org/abs/2608.19511" },
		{ "https://huggingface.co/papers/2608.19511", "https://arxiv.org/abs/2608.19511" },
		{ "https://arxiv.org/abs/cs/0112017v1", "https://arxiv.org/abs/cs/0112017v1" },
		{ "https://huggingface.co/papers/trending",
			"https://huggingface.co/papers/trending" },
		{ "javascript:alert(1)", "" },
		{ "//example.org", "" },
		{ "https://", "" },
		{ "https:///a", "" },
		{ "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct str once = select_canonical_url(str_of(table[i].in), &a);

		assert_str(once, table[i].want);
		if (once.n)
			assert_str(select_canonical_url(once, &a), table[i].want);
	}
	arena_free(&a);
}

static void
titles_are_alike_by_their_words(void **state)
{
	static const struct {
		const char *a, *b;
		double want;
	} table[] = {
		{ "One two three", "three, TWO: one!", 1 },
		{ "one two three four five", "one two three four", 0.8 },
		{ "one two", "three four", 0 },
		{ "", "", 0 },
		{ "one one one", "one", 1 },
		{ "caf\xc3\xa9 \xc3\x89t\xc3\xa9", "CAF\xc3\x89 \xc3\xa9t\xc3\xa9", 1 },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		assert_true(select_likeness(str_of(table[i].a), str_of(table[i].b), &a) ==
			    table[i].want);
	arena_free(&a);
}

static struct str
told(const struct figures_link **links, size_t n, struct arena *a)
{
	const char *out = "";

	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%s%s%.*s", out, i ? ", " : "", STR_ARG(links[i]->title));
	return str_of(out);
}

static void
nothing_is_read_twice_in_a_month(void **state)
{
	const struct figures_link **links;
	struct newsroom r;
	size_t n;

	(void)state;
	newsroom_open(&r);
	newsroom_link(&r, "paper", "weak", "https://huggingface.co/papers/2608.00001", "", 3, 0);
	newsroom_link(&r, "paper", "strong", "https://huggingface.co/papers/2608.00002", "", 9, 0);
	newsroom_link(&r, "paper", "seen", "https://arxiv.org/abs/2608.00003v1", "", 99, 0);
	newsroom_link(&r, "paper", "long ago", "https://arxiv.org/abs/2608.00004v1", "", 5, 0);
	newsroom_link(&r, "feed", "old", "https://a.example/1", "A", 0, 3);
	newsroom_link(&r, "feed", "new", "https://a.example/2", "A", 0, 1);
	newsroom_link(&r, "feed", "script", "javascript:x", "A", 0, 0);
	newsroom_link(&r, "feed", "", "https://a.example/3", "A", 0, 0);
	newsroom_link(&r, "feed", "third of A", "https://a.example/4", "A", 0, 4);
	newsroom_link(&r, "story", "Strong!", "https://s.example/1", "Hacker News", 500, 0);
	newsroom_link(&r, "story", "story", "https://s.example/2", "Hacker News", 400, 0);
	newsroom_showed(&r, 30, "reading", "", "https://arxiv.org/abs/2608.00003", 0, 0);
	newsroom_showed(&r, 31, "reading", "", "https://arxiv.org/abs/2608.00004", 0, 0);
	select_links(&r.f, "paper", NULL, 0, 10, &r.arena, &links, &n);
	assert_str(told(links, n, &r.arena), "strong, long ago, weak");
	/* All kinds in turn; the story with a paper's title is the paper. */
	select_links(&r.f, NULL, NULL, 0, 10, &r.arena, &links, &n);
	assert_str(told(links, n, &r.arena), "strong, new, story, long ago, old, weak");
	select_links(&r.f, NULL, NULL, 0, 2, &r.arena, &links, &n);
	assert_str(told(links, n, &r.arena), "strong, new");
	select_links(&r.f, NULL, &STR("a"), 1, 10, &r.arena, &links, &n);
	assert_str(told(links, n, &r.arena), "new, old");
	select_links(&r.f, NULL, &STR("nobody"), 1, 10, &r.arena, &links, &n);
	assert_int_equal(n, 0);
	arena_free(&r.arena);
}

static void
tools_say_what_they_are_and_are_in_no_other_list(void **state)
{
	static const char words[] = "Does one thing with files, and does it well.";
	struct story stories[40];
	const struct figures_link **links;
	struct newsroom r;
	size_t n;

	(void)state;
	newsroom_open(&r);
	/* Ten for the chart, five movers; what is left are the tools. */
	for (size_t i = 0; i < 30; i++)
		stories[i] = (struct story){ arena_printf(&r.arena, "o%c/r%c", 'a' + (int)i % 26,
						     'a' + (int)i),
			1000 - (double)i, .description = words,
			.growth = i < 18 ? 0 : 0.5 - (double)i / 100 };
	stories[24].description = "Too short.";
	stories[25].archived = true;
	stories[26] = (struct story){ "young/star", 974, .value = 900, .forks = 1, .born = 2,
		.description = words, .growth = 0.2 };
	newsroom_chart(&r, 0, "github", TREND_GITHUB, stories, 30);
	newsroom_showed(&r, 3, "tools", "", "https://github.com/ox/rx", 0, 0);
	newsroom_showed(&r, 3, "trending", "github", "ok/rk", 0, 0);
	select_tools(&r.f, 4, &r.arena, &links, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(links[i]->kind, "tool");
		assert_true(str_starts(links[i]->url, STR("https://github.com/")));
		assert_str(links[i]->note, words);
		for (const char *const *not = (const char *const[]){ "ry", "rz", "star", "rx", "rk",
			     "ra", "rs", NULL };
			*not ; not ++)
			if (str_eqz(links[i]->title, *not ))
				fail_msg("%s", *not );
	}
	arena_free(&r.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_page_has_one_address),
		cmocka_unit_test(titles_are_alike_by_their_words),
		cmocka_unit_test(nothing_is_read_twice_in_a_month),
		cmocka_unit_test(tools_say_what_they_are_and_are_in_no_other_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

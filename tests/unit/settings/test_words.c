#include "settings/words.h"

#include "base/yaml.h"

#include "scratch.h"

static void
load(struct scratch *s, const char *language, struct words *w)
{
	assert_done(s, words_load(s->dir, language, &s->a, w, &s->e));
}

static void
the_first_part_of_the_language_chooses(void **state)
{
	struct scratch *s = *state;
	/* clang-format off */
	static const struct {
		const char *language, *file, *sunday;
	} rows[] = {
		{ "en", "en", "Sunday" },
		{ "en-GB", "en", "Sunday" },
		{ "de", "de", "Sonntag" },
		{ "DE-at", "de", "Sonntag" },
		{ "de_CH", "de", "Sonntag" },
		/* A language that nobody has translated them into. */
		{ "tlh", "en", "Sunday" },
		{ "", "en", "Sunday" },
		{ "../../etc/passwd", "en", "Sunday" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct words w;

		load(s, rows[i].language, &w);
		assert_string_equal(w.language, rows[i].file);
		assert_str(words_get(&w, "weekday_0"), rows[i].sunday);
	}
}

static void
an_own_file_has_what_it_changes(void **state)
{
	struct scratch *s = *state;
	struct words w;

	assert_int_equal(mkdirat(s->dir, "templates", 0700), 0);
	scratch_write(s, "templates/words-de.yaml", STR("weekday_6: Sonnabend\nour_own: Moin\n"));
	load(s, "de-DE", &w);
	assert_str(words_get(&w, "weekday_6"), "Sonnabend");
	assert_str(words_get(&w, "weekday_0"), "Sonntag");
	assert_str(words_get(&w, "our_own"), "Moin");
	scratch_write(s, "templates/words-nl.yaml", STR("weekday_6: zaterdag\n"));
	load(s, "nl", &w);
	assert_string_equal(w.language, "nl");
	assert_str(words_get(&w, "weekday_6"), "zaterdag");
	assert_str(words_get(&w, "weekday_0"), "Sunday");
	scratch_write(s, "templates/words-en.yaml", STR("# nothing yet\n"));
	load(s, "en", &w);
	assert_str(words_get(&w, "weekday_0"), "Sunday");
}

static void
what_is_no_word_is_told_with_its_line(void **state)
{
	struct scratch *s = *state;
	/* clang-format off */
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "- a\n", "templates/words-de.yaml:1: words are a map, not a list" },
		{ "a: x\nb: [x]\n", "templates/words-de.yaml:2: b: a word is text of at most 4096 bytes, not a list" },
		{ "a:\n", "templates/words-de.yaml:1: a: a word is text of at most 4096 bytes, not nothing" },
	};
	/* clang-format on */

	assert_int_equal(mkdirat(s->dir, "templates", 0700), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct words w;

		scratch_write(s, "templates/words-de.yaml", str_of(rows[i].text));
		assert_int_equal(words_load(s->dir, "de", &s->a, &w, &s->e), -1);
		assert_int_equal(s->e.code, ERR_DATA);
		assert_string_equal(s->e.text, rows[i].why);
	}
}

static void
dates_and_counts_are_written_as_the_language_has_them(void **state)
{
	struct scratch *s = *state;
	struct day day = { 2026, 2, 14 };
	struct words w;

	load(s, "en", &w);
	assert_str(words_date(&w, day, &s->a), "Saturday, 14 February 2026");
	load(s, "de", &w);
	assert_str(words_date(&w, day, &s->a), "Samstag, 14. Februar 2026");
	assert_int_equal(mkdirat(s->dir, "templates", 0700), 0);
	scratch_write(s, "templates/words-de.yaml",
		STR("eggs.one: \"{{n}} Ei\"\neggs.other: \"{{n}} <Eier>\"\ndate: \"{{#day}}\"\n"));
	load(s, "de", &w);
	assert_str(words_count(&w, "eggs", 0, &s->a), "0 <Eier>");
	assert_str(words_count(&w, "eggs", 1, &s->a), "1 Ei");
	assert_str(words_count(&w, "eggs", 1200, &s->a), "1200 <Eier>");
	/* A mistake in an own file. */
	assert_str(words_date(&w, day, &s->a), "{{#day}}");
}

/* As pages do it. */
static int
find_partial(void *words, struct str name, struct str *text, struct err *e)
{
	return words_partial(words, name, text, e);
}

static int
render(struct scratch *s, struct words *w, const char *text, struct str *out)
{
	const struct template_options options = {
		.partial = find_partial, .context = w, .escape = TEMPLATE_HTML, .strict = true
	};
	struct value *data = template_object(&s->a);
	struct buf b;
	int status;

	template_put(data, STR("words"), words_value(w));
	template_put(data, STR("who"), template_text(&s->a, STR("a & b {{words.plain}}")));
	buf_init(&b, 4096);
	status = template_render(str_of(text), "page.html", data, &options, &b, &s->e);
	*out = buf_keep(&b, &s->a);
	return status;
}

static void
templates_have_plain_words_and_sentences(void **state)
{
	struct scratch *s = *state;
	struct words w;
	struct str out;

	assert_int_equal(mkdirat(s->dir, "templates", 0700), 0);
	scratch_write(s, "templates/words-de.yaml",
		STR("plain: \"Ja & nein\"\nsentence: \"{{who}} geht\"\n"));
	load(s, "de", &w);
	assert_done(s, render(s, &w, "<i lang=\"{{words.language}}\">{{words.plain}}</i>", &out));
	assert_str(out, "<i lang=\"de\">Ja &amp; nein</i>");
	assert_done(s, render(s, &w, "<p>{{> words.sentence}}.</p>", &out));
	assert_str(out, "<p>a &amp; b {{words.plain}} geht.</p>");
	assert_int_equal(render(s, &w, "{{words.sentence}}", &out), -1);
	assert_int_equal(render(s, &w, "{{words.nothing}}", &out), -1);
	assert_int_equal(render(s, &w, "{{> words.nothing}}", &out), -1);
	assert_non_null(strstr(s->e.text, "templates/words-de.yaml: there is no word nothing"));
}

/* Two files cannot drift apart: a word that only one of them has was forgotten in the other. */
static void
both_languages_have_the_same_words(void **state)
{
	struct scratch *s = *state;
	struct words en, de;

	load(s, "en", &en);
	load(s, "de", &de);
	assert_int_equal(en.count, 1);
	assert_int_equal(de.count, 2);
	for (const struct yaml *y = en.files[0]->child; y; y = y->next)
		if (!yaml_get(de.files[0], y->key.p))
			fail_msg("not in German: %s", y->key.p);
	for (const struct yaml *y = de.files[0]->child; y; y = y->next)
		if (!yaml_get(en.files[0], y->key.p))
			fail_msg("not in English: %s", y->key.p);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_first_part_of_the_language_chooses),
		TEST(an_own_file_has_what_it_changes),
		TEST(what_is_no_word_is_told_with_its_line),
		TEST(dates_and_counts_are_written_as_the_language_has_them),
		TEST(templates_have_plain_words_and_sentences),
		TEST(both_languages_have_the_same_words),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "compose/spelling.h"

#include "test.h"

static void
only_prose_is_asked_for(void **state)
{
	static const struct {
		const char *text, *known, *want, *language;
	} rows[] = {
		{ "Three little words", "", "Three little words" },
		{ "don't, the reader\xe2\x80\x99s \xe2\x80\x9cword\xe2\x80\x9d", "",
			"don't the reader\xe2\x80\x99s word" },
		{ "PyTorch GPT-4 owner/name a@b.example https://x.example v2 e.g. snake_case #tag",
			"", "" },
		{ "well-known na\xc3\xafve \xf0\x9f\x98\x80\xe2\x9c\x93 words.", "",
			"well known na\xc3\xafve words" },
		{ "The the THE Word word", "", "The Word" },
		{ "Word wort", "# a comment\nwort # another\n\nWORD", "" },
		/* What the dictionary cannot have: Japanese, Russian, Hebrew, Arabic. */
		{ "\xe6\x97\xa5\xe6\x9c\xac words \xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe", "",
			"words" },
		{ "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d words \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "",
			"words" },
		{ "words \xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe", "",
			"\xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe", "ru-RU" },
		{ "words \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
			"he" },
		{ "words \xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe", "", "words", "sr-Latn" },
		/* A Cyrillic letter has slipped in. */
		{ "w\xd0\xberds", "", "w\xd0\xberds" },
		{ "is a by", "", "" },
		{ "broken \xff\xfe bytes", "", "broken bytes" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct markdown_words run = { str_of(rows[i].text), 7 };
		struct composed c = { .markdown = { .words = &run, .words_count = 1 } };
		struct spelling_word *words;
		struct arena a = { 0 };
		struct buf b;
		size_t n;

		buf_init(&b, 1000);
		spelling_words(&c, str_of(rows[i].language ? rows[i].language : "en"),
			str_of(rows[i].known), &a, &words, &n);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(words[k].line, 7);
			buf_printf(&b, "%s%.*s", k ? " " : "", STR_ARG(words[k].word));
		}
		if (!str_eqz(buf_str(&b), rows[i].want))
			fail_msg("'%s' asks '%s'", rows[i].text, buf_z(&b));
		buf_free(&b);
		arena_free(&a);
	}
}

static void
answers_are_read_or_refused(void **state)
{
	static const struct {
		const char *answers;
		bool good, unknown;
		const char *suggestions; /* of the second word */
	} rows[] = {
		{ "@(#) Ispell\n*\n\n& teh 4 1: the, eh, teth, heth\n\n", true, true,
			"the, eh, teth" },
		{ "@(#) Ispell\n+ ROOT\n\n# teh 1\n\n", true, true, "" },
		{ "@(#) Ispell\n*\n\n-\n\n", true, false, "" },
		{ "@(#) Ispell\n*\n\n*\n# x 3\n\n", true, true, "" },
		{ "@(#) Ispell\n*\n\n& teh 1 1: \x1b[31mred\n\n", true, true, "[31mred" },
		{ "@(#) Ispell\n*\n\n*\n", false },
		{ "@(#) Ispell\n", false },
		{ "", false },
		{ "no dictionary\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct spelling_word words[] = { { .word = STR("word") }, { .word = STR("teh") } };
		struct arena a = { 0 };
		struct err e = { 0 };
		bool good = spelling_read(str_of(rows[i].answers), words, 2, &a, &e) == 0;

		if (good != rows[i].good || (good && words[1].unknown != rows[i].unknown))
			fail_msg("row %zu: %s", i, e.text);
		if (good)
			assert_str(words[1].suggestions, rows[i].suggestions);
		else
			assert_int_equal(e.code, ERR_DATA);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_prose_is_asked_for),
		cmocka_unit_test(answers_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

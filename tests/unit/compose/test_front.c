#include "compose/front.h"

#include <string.h>

#include "test.h"

#define LEAST "title: A morning\nsummary: What there is to know\n"
#define FILE_OF(front) "---\n" front "---\nbody\n"

static void
cuts_front_matter_from_the_text(void **state)
{
	static const char text[] =
		"---\ntitle: \"A: morning\"\nsummary: |\n  Two\n  lines\nnumber: 12\n"
		"author: Ann\nsubject: S\npreheader: P\ndraft: true\n---\n\nLead.\n";
	struct arena a = { 0 };
	struct front f;
	struct err e = { 0 };

	(void)state;
	if (front_parse(str_of(text), "f.md", &a, &f, &e) < 0)
		fail_msg("%s", e.text);
	assert_str(f.title, "A: morning");
	assert_str(f.summary, "Two lines");
	assert_str(f.number, "12");
	assert_str(f.author, "Ann");
	assert_str(f.subject, "S");
	assert_str(f.preheader, "P");
	assert_true(f.draft);
	assert_str(f.body, "\nLead.\n");
	assert_int_equal(f.body_line, 11);
	assert_int_equal(f.title_line, 2);
	assert_int_equal(f.subject_line, 8);
	arena_free(&a);
}

static void
takes_what_windows_and_other_editors_write(void **state)
{
	static const struct str rows[] = {
		STR_INIT("\xef\xbb\xbf" FILE_OF(LEAST)),
		STR_INIT("---\r\ntitle: A morning\r\nsummary: What there is to "
			 "know\r\n---\r\nbody\r\n"),
		STR_INIT("---\ntitle: A morning\nsummary: What there is to know\n--- \nbody"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct front f;
		struct err e = { 0 };

		if (front_parse(rows[i], "f.md", &a, &f, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		assert_str(f.title, "A morning");
		assert_str(str_trim(f.body), "body");
		arena_free(&a);
	}
}

static void
cuts_subject_and_preheader_at_a_word(void **state)
{
	static const char text[] =
		FILE_OF("title: A headline of so many words that no mail program would show all of "
			"it in one line\n"
			"summary: A standfirst that is longer than what is shown below a subject, "
			"which ends near "
			"the hundred and fortieth character of it, if the reader is lucky\n");
	struct arena a = { 0 };
	struct front f;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(front_parse(str_of(text), "f.md", &a, &f, &e), 0);
	assert_true(f.subject.n <= 81 && str_ends(f.subject, STR("\xe2\x80\xa6")));
	assert_true(str_starts(f.title, str_sub(f.subject, 0, f.subject.n - 3)));
	assert_int_equal(f.title.p[f.subject.n - 3], ' ');
	assert_true(f.preheader.n <= 143 && str_ends(f.preheader, STR("\xe2\x80\xa6")));
	arena_free(&a);
}

static void
says_what_is_wrong_and_in_which_line(void **state)
{
	static const struct {
		struct str in;
		const char *why;
	} rows[] = {
		{ STR_INIT(""), "f.md:1: " },
		{ STR_INIT("title: x\n"), "f.md:1: " },
		{ STR_INIT("\n" FILE_OF(LEAST)), "f.md:1: " },
		{ STR_INIT("---\n" LEAST), "f.md:1: " },
		{ STR_INIT(FILE_OF("summary: x\n")), "title" },
		{ STR_INIT(FILE_OF("title: x\n")), "summary" },
		{ STR_INIT(FILE_OF(LEAST "bogus: x\n")), "f.md:4: bogus: unknown key" },
		{ STR_INIT(FILE_OF(LEAST "title: x\n")), "f.md:4: the key 'title' is there twice" },
		{ STR_INIT(FILE_OF(LEAST "draft: yes\n")), "f.md:4: draft" },
		{ STR_INIT(FILE_OF("title: [x]\nsummary: x\n")), "f.md:2: title" },
		{ STR_INIT(FILE_OF("title: {a: x}\nsummary: x\n")), "f.md:2: title" },
		{ STR_INIT(FILE_OF("title: \nsummary: x\n")), "title" },
		{ STR_INIT(FILE_OF("title: a: b\nsummary: x\n")), "f.md:2: not YAML" },
		{ STR_INIT(FILE_OF(LEAST) "\xff\n"), "f.md:6: " },
		{ STR_INIT(FILE_OF(LEAST) "a\0b\n"), "f.md:6: " },
		{ STR_INIT(FILE_OF(LEAST) "a\x1b[31mb\n"), "f.md:6: " },
		{ STR_INIT(FILE_OF(LEAST) "a\x7f\n"), "f.md:6: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct front f;
		struct err e = { 0 };

		if (front_parse(rows[i].in, "f.md", &a, &f, &e) == 0)
			fail_msg("taken: %.*s", STR_ARG(rows[i].in));
		assert_int_equal(e.code, ERR_DATA);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%zu: '%s' has no '%s'", i, e.text, rows[i].why);
		arena_free(&a);
	}
}

static void
all_that_is_wrong_is_gathered(void **state)
{
	static const struct {
		const char *in, *want[4];
		const char *title, *body;
	} rows[] = {
		{ FILE_OF(LEAST), { NULL }, "A morning", "body\n" },
		{ FILE_OF(LEAST "a: 1\nb: 2\n"), { "f.md:4: a: ", "f.md:5: b: " }, "A morning",
			"body\n" },
		{ FILE_OF("c: 1\n"), { "f.md:2: c: ", "f.md:2: title: ", "f.md:2: summary: " }, "",
			"body\n" },
		{ FILE_OF("title: a: b\n"), { "f.md:2: not YAML" }, "", "body\n" },
		{ FILE_OF(LEAST) "a\1\xffz\n", { "f.md:6: bytes" }, "A morning", "body\na  z\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a = { 0 };
		struct troubles t = { .a = &a };
		struct front f;
		struct err e = { 0 };
		size_t n = 0;

		assert_int_equal(front_read(str_of(rows[i].in), "f.md", &t, &a, &f, &e), 0);
		for (; n < t.n && rows[i].want[n]; n++)
			if (!str_starts(str_of(t.p[n]), str_of(rows[i].want[n])))
				fail_msg("row %zu: %s", i, t.p[n]);
		if (n < t.n || rows[i].want[n])
			fail_msg("row %zu: %zu are told", i, t.n);
		assert_str(f.title, rows[i].title);
		assert_str(f.body, rows[i].body);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_wrong_is_gathered),
		cmocka_unit_test(cuts_front_matter_from_the_text),
		cmocka_unit_test(takes_what_windows_and_other_editors_write),
		cmocka_unit_test(cuts_subject_and_preheader_at_a_word),
		cmocka_unit_test(says_what_is_wrong_and_in_which_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

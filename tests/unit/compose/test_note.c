#include "compose/note.h"

#include "base/text.h"
#include "scratch.h"

static void
open_publication(struct scratch *s, const char *language, struct publication *p)
{
	const char *text = arena_printf(&s->a,
		"publication:\n"
		"  name: The Morning Post\n"
		"  url: https://post.example.org/daily\n"
		"  language: %s\n"
		"  postal_address: |\n"
		"    The Morning Post\n"
		"    1 Press Lane\n"
		"sender:\n"
		"  from: The Morning Post <post@example.org>\n",
		language);

	*p = (struct publication){ .dir = s->dir };
	assert_done(
		s, settings_parse(str_of(text), "morningpost.yaml", &s->a, &p->settings, &s->e));
}

static const struct letter_values values = { .email = STR_INIT("ada@example.org"),
	.email_shown = STR_INIT("ada@example.org"),
	.message_id = STR_INIT("<1@example.org>"),
	.date = STR_INIT("Sat, 14 Feb 2026 06:00:00 +0000"),
	.token = STR_INIT("MEMBERTOKEN"),
	.confirm = STR_INIT("CONFIRMTOKEN") };

static struct str
fill(struct scratch *s, const struct note *note)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	assert_done(s, letter_fill(&note->letter, &values, &b, &s->e));
	return buf_keep(&b, &s->a);
}

static void
each_kind_says_its_own_in_the_papers_language(void **state)
{
	static const struct {
		const char *kind, *language, *subject, *link, *other;
	} rows[] = {
		{ "confirm", "en", "Subject: Please confirm your subscription to The Morning Post",
			"https://post.example.org/daily/c/", "/r/" },
		{ "confirm", "de", "best=C3=A4tigen_Sie_Ihr_Abonnement",
			"https://post.example.org/daily/c/", "/r/" },
		{ "left", "en", "Subject: You have left The Morning Post",
			"https://post.example.org/daily/r/", "/c/" },
		{ "left", "de-AT", "Subject: Sie sind von The Morning Post abgemeldet",
			"https://post.example.org/daily/r/", "/c/" },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct publication p;
		struct note note;
		struct str message;

		open_publication(s, rows[i].language, &p);
		assert_done(s, note_compose(&p, rows[i].kind, &s->a, &note, &s->e));
		message = fill(s, &note);
		if (str_find_str(message, str_of(rows[i].subject)) < 0)
			fail_msg("no '%s' in: %.*s", rows[i].subject, STR_ARG(message));
		assert_true(str_find_str(note.text, str_of(rows[i].link)) >= 0);
		assert_true(str_find_str(note.html, str_of(rows[i].link)) >= 0);
		assert_true(str_find_str(note.text, str_of(rows[i].other)) < 0);
		assert_true(str_find_str(message, STR("Auto-Submitted: auto-generated\r\n")) > 0);
		assert_true(str_find_str(message, STR("List-Unsubscribe")) < 0);
		assert_true(str_find_str(note.text, STR("1 Press Lane")) > 0);
	}
}

static void
the_same_makes_the_same_and_lines_are_short(void **state)
{
	struct scratch *s = *state;
	struct publication p;
	struct note one, two;
	struct str rest, line;

	open_publication(s, "en", &p);
	assert_done(s, note_compose(&p, "confirm", &s->a, &one, &s->e));
	assert_done(s, note_compose(&p, "confirm", &s->a, &two, &s->e));
	assert_string_equal(one.hash, two.hash);
	assert_done(s, note_compose(&p, "left", &s->a, &two, &s->e));
	assert_string_not_equal(one.hash, two.hash);
	for (rest = one.text; str_line(&rest, &line);)
		assert_true(line.n <= 72);
}

/* It is not wrapped again when the reader's address is filled in. */
static void
lines_with_an_address_are_short_once_it_is_there(void **state)
{
	static const char *const kinds[] = { "confirm", "left", "changed", "address", "erase",
		"export" };
	static const char *const languages[] = { "en", "de" };
	static const struct str address = STR_INIT("augusta.ada.king@lovelace.example");
	struct str mark = letter_mark(LETTER_EMAIL);
	struct scratch *s = *state;
	size_t found = 0;

	for (size_t i = 0; i < COUNT(kinds) * COUNT(languages); i++) {
		struct publication p;
		struct str rest, line;
		struct note note;

		open_publication(s, languages[i % COUNT(languages)], &p);
		assert_done(s, note_compose(&p, kinds[i / COUNT(languages)], &s->a, &note, &s->e));
		assert_int_equal(str_find_str(note.text, STR("columns")), -1);
		for (rest = note.text; str_line(&rest, &line);) {
			bool with = str_find_str(line, mark) >= 0;
			size_t width = text_width(line) + (with ? address.n - text_width(mark) : 0);

			print_message("%.*s\n", STR_ARG(line));
			assert_true(str_find_str(line, STR("://")) >= 0 || width <= 78);
			found += with;
		}
	}
	assert_true(found >= 4);
}

/* What a stranger put into the form is no value of a note. */
static void
a_template_of_ones_own_may_not_name_the_reader(void **state)
{
	struct scratch *s = *state;
	struct publication p;
	struct note note;

	open_publication(s, "en", &p);
	assert_int_equal(mkdirat(s->dir, "templates", 0700), 0);
	scratch_write(s, "templates/note-confirm.txt", STR("Hello {{subscriber.name}}\n"));
	assert_int_equal(note_compose(&p, "confirm", &s->a, &note, &s->e), -1);
	assert_int_equal(s->e.code, ERR_DATA);
	assert_non_null(strstr(s->e.text, "note-confirm.txt:1"));
	scratch_write(s, "templates/note-confirm.txt", STR("Yes: {{{link.confirm}}}\n"));
	assert_done(s, note_compose(&p, "confirm", &s->a, &note, &s->e));
	assert_str(note.text, "Yes: https://post.example.org/daily/c/\1c\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_says_its_own_in_the_papers_language,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(the_same_makes_the_same_and_lines_are_short,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(lines_with_an_address_are_short_once_it_is_there,
			scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_template_of_ones_own_may_not_name_the_reader,
			scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

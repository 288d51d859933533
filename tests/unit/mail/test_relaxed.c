#include "mail/relaxed.h"

#include "test.h"

static const struct {
	const char *field, *want;
} fields[] = {
	{ "A: X\r\n", "a:X\r\n" },
	{ "B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n" },
	{ "List-ID:x\r\n", "list-id:x\r\n" },
	{ "Subject:\r\n a\r\n\t b\r\n", "subject:a b\r\n" },
	{ "Empty: \t \r\n", "empty:\r\n" },
	{ "A: b: c\r\n", "a:b: c\r\n" },
	{ "No-End: x", "no-end:x\r\n" },
	{ "T:\xc3\xa9  \xc3\xa9\r\n", "t:\xc3\xa9 \xc3\xa9\r\n" },
};

static void
a_field_is_lower_case_and_unfolded(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fields); i++) {
		struct buf b;

		buf_init(&b, 1000);
		relaxed_field(str_of(fields[i].field), &b);
		assert_str(buf_str(&b), fields[i].want);
		buf_free(&b);
	}
}

static const struct {
	const char *body, *want;
} bodies[] = {
	{ "", "" },
	{ "\r\n", "" },
	{ "\r\n \r\n\t\r\n", "" },
	{ " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" },
	{ "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "a", "a\r\n" },
	{ "a \r\n \r\nb", "a\r\n\r\nb\r\n" },
	{ "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
	{ "a=\r\n b  =\r\n", "a=\r\n b =\r\n" },
	{ "\t\ta\r\n", " a\r\n" },
};

static void
a_body_loses_white_space_at_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct relaxed r = { 0 };
		struct buf b;

		buf_init(&b, 1000);
		relaxed_body(&r, str_of(bodies[i].body), &b);
		relaxed_end(&r, &b);
		assert_str(buf_str(&b), bodies[i].want);
		buf_free(&b);
	}
}

/* Wherever it is cut, but between CR and LF. */
static void
a_body_in_pieces_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct str body = str_of(bodies[i].body);

		for (size_t cut = 0; cut <= body.n; cut++) {
			struct relaxed r = { 0 };
			struct buf b;

			if (cut && body.p[cut - 1] == '\r')
				continue;
			buf_init(&b, 1000);
			relaxed_body(&r, str_sub(body, 0, cut), &b);
			relaxed_body(&r, str_from(body, cut), &b);
			relaxed_end(&r, &b);
			assert_str(buf_str(&b), bodies[i].want);
			buf_free(&b);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_lower_case_and_unfolded),
		cmocka_unit_test(a_body_loses_white_space_at_ends),
		cmocka_unit_test(a_body_in_pieces_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "mail/tags.h"

#include "base/buf.h"

#include "test.h"

static const struct {
	const char *text;
	bool good;
	const char *p; /* the value of p, or NULL */
} rows[] = {
	{ "v=DKIM1; k=rsa; p=abc", true, "abc" },
	{ "p=abc", true, "abc" },
	{ " p = a b ;", true, "a b" },
	{ "p=;v=1", true, "" },
	{ "v=1", true, NULL },
	{ "p=a=b==", true, "a=b==" },
	{ ";;p=x;;", true, "x" },
	{ "P=x", true, NULL },
	{ "", false, NULL },
	{ ";", false, NULL },
	{ "p", false, NULL },
	{ "p=1; p=2", false, NULL },
	{ "1p=x", false, NULL },
	{ "=x", false, NULL },
	{ "p=\x1b[31m", false, NULL },
};

static void
lists_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tags t;
		const struct str *p;

		if (tags_read(str_of(rows[i].text), &t) != rows[i].good)
			fail_msg("'%s' is %s", rows[i].text, rows[i].good ? "good" : "bad");
		p = rows[i].good ? tags_find(&t, "p") : NULL;
		if (!rows[i].p)
			assert_null(p);
		else
			assert_str(*p, rows[i].p);
	}
}

static void
more_than_anybody_needs_is_refused(void **state)
{
	struct buf b;
	struct tags t;

	(void)state;
	buf_init(&b, 1000);
	for (int i = 0; i < TAGS_MOST; i++)
		buf_printf(&b, "a%d=x;", i);
	assert_true(tags_read(buf_str(&b), &t));
	buf_addz(&b, "b=x");
	assert_false(tags_read(buf_str(&b), &t));
	buf_free(&b);
}

static void
versions_are_whole_words(void **state)
{
	(void)state;
	assert_true(tags_has_version(STR("v=DMARC1; p=none"), "v=DMARC1"));
	assert_true(tags_has_version(STR("v=DMARC1"), "v=DMARC1"));
	assert_true(tags_has_version(STR("v=DMARC1 ;p=none"), "v=DMARC1"));
	assert_false(tags_has_version(STR("v=DMARC10; p=none"), "v=DMARC1"));
	assert_false(tags_has_version(STR("p=none; v=DMARC1"), "v=DMARC1"));
	assert_false(tags_has_version(STR(""), "v=DMARC1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(more_than_anybody_needs_is_refused),
		cmocka_unit_test(versions_are_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "mail/authres.h"

#include "base/buf.h"

#include "test.h"

static const struct {
	const char *value, *server, *method, *result, *domain; /* server NULL: it is none */
} rows[] = {
	{ " mx.test; dkim=pass header.d=press.test header.s=s1 header.b=abc", "mx.test", "dkim",
		"pass", "press.test" },
	{ " mx.test;\r\n\tspf=pass (mx.test: domain of b@press.test designates 8.8.4.4)\r\n "
	  "smtp.mailfrom=\"b@press.test\";\r\n\tdkim=fail",
		"mx.test", "spf", "pass", "press.test" },
	{ " mx.test 1; dmarc=pass (p=NONE sp=NONE) header.from=press.test", "mx.test", "dmarc",
		"pass", "press.test" },
	{ " mx.test; dkim=fail header.d=a.test; dkim=pass header.i=@b.test", "mx.test", "dkim",
		"pass", "b.test" },
	{ " mx.test; DKIM = NEUTRAL (why (nested; and \\) escaped)) header.d = a.test", "mx.test",
		"dkim", "NEUTRAL", "a.test" },
	{ " mx.test; dkim/1=pass", "mx.test", "dkim", "pass", "" },
	{ " mx.test; auth=pass reason=\"a; dkim=pass\"", "mx.test", "dkim", "", "" },
	{ " mx.test; /1=pass", "mx.test", "", "", "" },
	{ " mx.test; none", "mx.test", "dkim", "", "" },
	{ " mx.test", "mx.test", "dkim", "", "" },
	{ " \"mx.test\"; dkim=temperror", "mx.test", "dkim", "temperror", "" },
	{ " (unclosed; dkim=pass", NULL, "", "", "" },
	{ " dkim=pass", NULL, "", "", "" },
	{ "", NULL, "", "", "" },
	{ ";", NULL, "", "", "" },
};

static void
fields_are_read(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct authres_result *found;
		struct authres r;

		if (authres_read(str_of(rows[i].value), &a, &r) != (rows[i].server != NULL))
			fail_msg("row %zu", i);
		if (!rows[i].server)
			continue;
		assert_str(r.server, rows[i].server);
		found = authres_find(&r, rows[i].method);
		assert_str(found ? found->result : STR(""), rows[i].result);
		assert_str(found ? found->domain : STR(""), rows[i].domain);
	}
	arena_free(&a);
}

static void
only_so_many_are_kept(void **state)
{
	struct arena a = { 0 };
	struct authres r;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_addz(&b, "mx.test");
	for (int i = 0; i < 100000; i++)
		buf_addz(&b, "; x=y");
	assert_true(authres_read(buf_str(&b), &a, &r));
	assert_int_equal(r.count, AUTHRES_MOST);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(only_so_many_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

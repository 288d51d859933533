#include "base/date.h"

#include "base/clock.h"
#include "test.h"

struct row {
	const char *in, *want; /* NULL: no date */
};

static void
check(bool (*parse)(struct str, int64_t *), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t when = -1;
		bool good = parse(str_of(rows[i].in), &when);
		char have[24] = "";

		if (good != (rows[i].want != NULL))
			fail_msg("'%s': taken is %d", rows[i].in, good);
		if (!good)
			continue;
		clock_rfc3339(when, have);
		if (!str_eqz(str_of(have), rows[i].want))
			fail_msg("'%s': have %s, want %s", rows[i].in, have, rows[i].want);
	}
}

static void
what_mail_http_and_rss_write(void **state)
{
	static const struct row rows[] = {
		{ "Fri, 21 Aug 2026 10:00:00 +0000", "2026-08-21T10:00:00Z" },
		{ "Fri, 21 Aug 2026 10:00:00 GMT", "2026-08-21T10:00:00Z" },
		{ "21 Aug 2026 10:00:00 +0230", "2026-08-21T07:30:00Z" },
		{ "Fri, 21 Aug 2026 23:30:00 -0500", "2026-08-22T04:30:00Z" },
		{ "Fri,  1 August 2026 10:00 EDT", "2026-08-01T14:00:00Z" },
		{ "Friday, 21 Aug 26 10:00:00 UT", "2026-08-21T10:00:00Z" },
		{ "21 Aug 99 10:00:00 Z", "1999-08-21T10:00:00Z" },
		{ "21 Aug 2026 10:00:00 CEST", "2026-08-21T10:00:00Z" },
		{ "21 Aug 2026 10:00:00", "2026-08-21T10:00:00Z" },
		{ "21 Aug 2026 23:59:60 GMT", "2026-08-21T23:59:59Z" },
		{ "29 Feb 2028 00:00:00 GMT", "2028-02-29T00:00:00Z" },
		{ "29 Feb 2027 00:00:00 GMT", NULL },
		{ "not a date", NULL },
		{ "", NULL },
		{ ",", NULL },
		{ "soon", NULL },
		{ "-5", NULL },
		{ "999999", NULL },
		{ "32 Aug 2026 10:00:00 GMT", NULL },
		{ "00 Aug 2026 10:00:00 GMT", NULL },
		{ "21 Aux 2026 10:00:00 GMT", NULL },
		{ "21 Aug 20260 10:00:00 GMT", NULL },
		{ "21 Aug 2026 24:00:00 GMT", NULL },
		{ "21 Aug 2026 10:61:00 GMT", NULL },
		{ "21 Aug 2026 10:00:00 +9900", NULL },
		{ "21 Aug 2026 10:00:00 GMT and more", NULL },
		{ "21 Aug 2026", NULL },
		{ "01 Jan 1969 00:00:00 GMT", NULL },
		{ "01 Jan 1970 00:00:00 +0100", NULL },
	};

	(void)state;
	check(date_parse_rfc5322, rows, COUNT(rows));
}

static void
what_atom_and_json_write(void **state)
{
	static const struct row rows[] = {
		{ "2026-08-20T17:59:57Z", "2026-08-20T17:59:57Z" },
		{ " 2026-08-20T17:59:57.000Z\n", "2026-08-20T17:59:57Z" },
		{ "2026-08-20t17:59:57z", "2026-08-20T17:59:57Z" },
		{ "2026-08-20T17:59:57+02:00", "2026-08-20T15:59:57Z" },
		{ "2026-08-20T23:59:57.25-05:30", "2026-08-21T05:29:57Z" },
		{ "2026-08-20 17:59:57Z", "2026-08-20T17:59:57Z" },
		{ "2026-08-20", "2026-08-20T00:00:00Z" },
		{ "2026-02-30T00:00:00Z", NULL },
		{ "2026-08-20T17:59:57", NULL },
		{ "2026-08-20T17:59Z", NULL },
		{ "2026-08-20T17:59:57.Z", NULL },
		{ "2026-08-20T17:59:57+0200", NULL },
		{ "2026-08-20T17:59:57Zulu", NULL },
		{ "2026-08-20T", NULL },
		{ "1969-12-31T23:59:59Z", NULL },
		{ "9999-12-31T23:59:59Z", NULL },
		{ "+2026-08-20T00:00:00Z", NULL },
	};

	(void)state;
	check(date_parse_rfc3339, rows, COUNT(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_mail_http_and_rss_write),
		cmocka_unit_test(what_atom_and_json_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

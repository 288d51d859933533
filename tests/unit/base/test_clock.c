#include "base/clock.h"

#include "test.h"

static void
reads_real_days_and_nothing_else(void **state)
{
	static const char *const bad[] = { "", "2026-2-14", "2026-02-30", "2026-13-01",
		"2026-00-10", "2025-02-29", "1969-12-31", "2026-02-14 ", " 2026-02-14",
		"2026-02-14x", "2026/02/14", "+026-02-14", "10000-01-01", "today",
		"2026-02-1\xd9\xa4" };
	struct day d;
	char text[11];

	(void)state;
	assert_true(clock_parse_day(STR("2024-02-29"), &d));
	assert_true(d.year == 2024 && d.month == 2 && d.day == 29);
	clock_print_day(d, text);
	assert_string_equal(text, "2024-02-29");
	assert_true(
		clock_parse_day(STR("1970-01-01"), &d) && clock_parse_day(STR("9999-12-31"), &d));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (clock_parse_day(str_of(bad[i]), &d))
			fail_msg("'%s' is a day", bad[i]);
}

static void
counts_days_over_every_edge(void **state)
{
	static const struct {
		const char *from;
		int n;
		const char *to;
		int weekday;
	} rows[] = {
		{ "2026-02-28", 1, "2026-03-01", 0 },
		{ "2024-02-28", 1, "2024-02-29", 4 },
		{ "2026-12-31", 1, "2027-01-01", 5 },
		{ "2026-01-01", -1, "2025-12-31", 3 },
		{ "2026-02-14", 0, "2026-02-14", 6 },
		{ "1970-01-01", 20000, "2024-10-04", 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct day d, to;
		char text[11];

		assert_true(clock_parse_day(str_of(rows[i].from), &d));
		to = clock_add_days(d, rows[i].n);
		clock_print_day(to, text);
		assert_string_equal(text, rows[i].to);
		assert_int_equal(clock_weekday(to), rows[i].weekday);
		assert_int_equal(
			clock_day_cmp(d, to) < 0, rows[i].n > 0); /* and equal only when it is */
		assert_int_equal(clock_day_cmp(d, to) == 0, rows[i].n == 0);
	}
}

static void
takes_zones_of_this_machine_only(void **state)
{
	static const char *const bad[] = { "", "Mars/Olympus", "../../etc/passwd", "/etc/localtime",
		"Europe/../../passwd", "Europe", "europe/berlin ", "TZ", ":UTC",
		"EST5EDT,M3.2.0,M11.1.0", "./UTC" };

	(void)state;
	assert_true(clock_zone_ok("UTC") && clock_zone_ok("Europe/Berlin") &&
		    clock_zone_ok("America/Argentina/Buenos_Aires"));
	for (size_t i = 0; i < COUNT(bad); i++)
		if (clock_zone_ok(bad[i]))
			fail_msg("'%s' is a zone", bad[i]);
}

/* 2026: Berlin springs forward on March 29 at 2:00 and back on October 25 at 3:00. */
static void
knows_what_day_and_moment_it_is_somewhere(void **state)
{
	static const struct {
		const char *day;
		int hour, minute;
		const char *zone, *utc;
	} rows[] = {
		{ "2026-02-14", 6, 0, "UTC", "2026-02-14T06:00:00Z" },
		{ "2026-02-14", 6, 0, "Europe/Berlin", "2026-02-14T05:00:00Z" },
		{ "2026-07-01", 6, 0, "Europe/Berlin", "2026-07-01T04:00:00Z" },
		{ "2026-03-29", 1, 59, "Europe/Berlin", "2026-03-29T00:59:00Z" },
		{ "2026-03-29", 3, 0, "Europe/Berlin", "2026-03-29T01:00:00Z" },
		{ "2026-10-25", 3, 0, "Europe/Berlin", "2026-10-25T02:00:00Z" },
		{ "2026-02-14", 0, 0, "Pacific/Kiritimati", "2026-02-13T10:00:00Z" },
		{ "2026-02-14", 23, 59, "Pacific/Pago_Pago", "2026-02-15T10:59:00Z" },
		{ "2026-02-14", 5, 45, "Asia/Kathmandu", "2026-02-14T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[24];
		struct day d;
		int64_t when;

		assert_true(clock_parse_day(str_of(rows[i].day), &d));
		when = clock_moment(d, rows[i].hour, rows[i].minute, rows[i].zone);
		clock_rfc3339(when, text);
		assert_string_equal(text, rows[i].utc);
		assert_int_equal(clock_day_cmp(clock_day_at(when, rows[i].zone), d), 0);
	}
}

/* 2:30 does not exist there that night: after the gap, never before it. */
static void
a_minute_in_a_gap_is_after_it(void **state)
{
	struct day d = { 2026, 3, 29 };
	char text[24];

	(void)state;
	clock_rfc3339(clock_moment(d, 2, 30, "Europe/Berlin"), text);
	assert_string_equal(text, "2026-03-29T01:30:00Z");
}

static void
writes_dates_as_mail_does(void **state)
{
	static const struct {
		int64_t when;
		const char *zone, *want;
	} rows[] = {
		{ 0, "UTC", "Thu, 01 Jan 1970 00:00:00 +0000" },
		{ 1771045200 * CLOCK_SECOND, "Europe/Berlin", "Sat, 14 Feb 2026 06:00:00 +0100" },
		{ 1771045200 * CLOCK_SECOND + 999999, "America/New_York",
			"Sat, 14 Feb 2026 00:00:00 -0500" },
		{ 1771045200 * CLOCK_SECOND, "Asia/Kolkata", "Sat, 14 Feb 2026 10:30:00 +0530" },
		{ 1771045200 * CLOCK_SECOND, "America/St_Johns",
			"Sat, 14 Feb 2026 01:30:00 -0330" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[40];

		clock_rfc5322(rows[i].when, rows[i].zone, text);
		assert_string_equal(text, rows[i].want);
	}
}

static void
reads_spans_and_says_them(void **state)
{
	static const struct {
		const char *in;
		int64_t want;
		const char *words;
	} rows[] = {
		{ "0s", 0, "0 s" },
		{ "500ms", CLOCK_SECOND / 2, "0 s" },
		{ "30s", 30 * CLOCK_SECOND, "30 s" },
		{ "5m", 300 * CLOCK_SECOND, "5 min 0 s" },
		{ "125m", 7500 * CLOCK_SECOND, "2 h 5 min" },
		{ "24h", CLOCK_DAY, "24 h 0 min" },
		{ "2d", 2 * CLOCK_DAY, "2 d 0 h" },
		{ "1000000d", 1000000 * CLOCK_DAY, "1000000 d 0 h" },
	};
	static const char *const bad[] = { "", "5", "m", "-5m", "5 m", "5m30s", "1.5h", "5w",
		"1000001d", "99999999999999999999s", "5M", "0x5s" };
	int64_t span;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char words[32];

		assert_true(clock_parse_span(str_of(rows[i].in), &span));
		assert_int_equal(span, rows[i].want);
		clock_print_span(span, words);
		assert_string_equal(words, rows[i].words);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (clock_parse_span(str_of(bad[i]), &span))
			fail_msg("'%s' is a span", bad[i]);
}

static void
days_can_be_counted(void **state)
{
	static const struct {
		struct day day;
		int number;
	} rows[] = { { { 1970, 1, 1 }, 0 }, { { 2000, 2, 29 }, 11016 },
		{ { 2026, 2, 14 }, 20498 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(clock_day_number(rows[i].day), rows[i].number);
		assert_int_equal(clock_day_cmp(clock_numbered_day(rows[i].number), rows[i].day), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_can_be_counted),
		cmocka_unit_test(reads_real_days_and_nothing_else),
		cmocka_unit_test(counts_days_over_every_edge),
		cmocka_unit_test(takes_zones_of_this_machine_only),
		cmocka_unit_test(knows_what_day_and_moment_it_is_somewhere),
		cmocka_unit_test(a_minute_in_a_gap_is_after_it),
		cmocka_unit_test(writes_dates_as_mail_does),
		cmocka_unit_test(reads_spans_and_says_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

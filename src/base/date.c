#include "base/date.h"

#include <stddef.h>
#include <time.h>

#include "base/clock.h"

/* What a date is put together from. `offset` is minutes east of UTC. */
struct parts {
	uint64_t year, month, day, hour, minute, second;
	int64_t offset;
};

static bool
assemble(const struct parts *p, int64_t *out)
{
	struct tm tm = {
		.tm_year = (int)p->year - 1900, .tm_mon = (int)p->month - 1, .tm_mday = (int)p->day
	};
	int64_t seconds;

	if (p->year < 1970 || p->year > 9998 || p->day < 1)
		return false;
	seconds = timegm(&tm);
	if (tm.tm_mday != (int)p->day)
		return false; /* the 30th of February has become a day of March */
	seconds += ((int64_t)p->hour * 60 + (int64_t)p->minute - p->offset) * 60;
	*out = (seconds + (int64_t)p->second) * CLOCK_SECOND;
	return *out >= 0;
}

/* hh:mm or hh:mm:ss; a leap second is the one before it. */
static bool
time_of_day(struct str s, struct parts *p)
{
	if ((s.n != 5 && s.n != 8) || s.p[2] != ':' || (s.n == 8 && s.p[5] != ':'))
		return false;
	if (!str_u64(str_sub(s, 0, 2), 23, &p->hour) || !str_u64(str_sub(s, 3, 2), 59, &p->minute))
		return false;
	p->second = 0;
	if (s.n == 8 && !str_u64(str_sub(s, 6, 2), 60, &p->second))
		return false;
	p->second = p->second == 60 ? 59 : p->second;
	return true;
}

/* "+0200" or "-05:30", by where the minutes begin. */
static bool
numeric_zone(struct str s, size_t minutes_at, struct parts *p)
{
	uint64_t hours, minutes;

	if (s.n != minutes_at + 2 || (s.p[0] != '+' && s.p[0] != '-') ||
		!str_u64(str_sub(s, 1, 2), 23, &hours) ||
		!str_u64(str_from(s, minutes_at), 59, &minutes))
		return false;
	p->offset = (int64_t)(hours * 60 + minutes) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

/* The zones that RFC 822 has names for; RFC 5322 4.3 says what the others mean: nothing known. */
static bool
zone(struct str s, struct parts *p)
{
	static const struct {
		struct str name;
		int64_t hours;
	} known[] = {
		{ STR_INIT("GMT"), 0 },
		{ STR_INIT("UT"), 0 },
		{ STR_INIT("UTC"), 0 },
		{ STR_INIT("Z"), 0 },
		{ STR_INIT("EST"), -5 },
		{ STR_INIT("EDT"), -4 },
		{ STR_INIT("CST"), -6 },
		{ STR_INIT("CDT"), -5 },
		{ STR_INIT("MST"), -7 },
		{ STR_INIT("MDT"), -6 },
		{ STR_INIT("PST"), -8 },
		{ STR_INIT("PDT"), -7 },
	};

	p->offset = 0;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (str_ieq(s, known[i].name)) {
			p->offset = known[i].hours * 60;
			return true;
		}
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		return numeric_zone(s, 3, p);
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] | 32) < 'a' || (s.p[i] | 32) > 'z')
			return false;
	return s.n <= 5;
}

static bool
month(struct str s, uint64_t *out)
{
	static const struct str names[] = { STR_INIT("Jan"), STR_INIT("Feb"), STR_INIT("Mar"),
		STR_INIT("Apr"), STR_INIT("May"), STR_INIT("Jun"), STR_INIT("Jul"), STR_INIT("Aug"),
		STR_INIT("Sep"), STR_INIT("Oct"), STR_INIT("Nov"), STR_INIT("Dec") };

	/* Some write the whole name. */
	for (size_t i = 0; i < 12; i++)
		if (str_ieq(str_sub(s, 0, 3), names[i])) {
			*out = i + 1;
			return s.n <= 9;
		}
	return false;
}

static bool
year(struct str s, uint64_t *out)
{
	if (!str_u64(s, 9998, out))
		return false;
	if (s.n == 2)
		*out += *out < 70 ? 2000 : 1900;
	return s.n == 2 || s.n == 4;
}

static bool
next_word(struct str *rest, struct str *word)
{
	do {
		if (!str_split(rest, ' ', word))
			return false;
	} while (word->n == 0);
	return true;
}

bool
date_parse_rfc5322(struct str s, int64_t *out)
{
	ptrdiff_t comma = str_find(s, ',');
	struct str rest = str_trim(str_from(s, (size_t)(comma + 1))), word;
	struct parts p = { 0 };

	if (comma > 9 || s.n > 100)
		return false;
	if (!next_word(&rest, &word) || word.n > 2 || !str_u64(word, 31, &p.day))
		return false;
	if (!next_word(&rest, &word) || !month(word, &p.month))
		return false;
	if (!next_word(&rest, &word) || !year(word, &p.year))
		return false;
	if (!next_word(&rest, &word) || !time_of_day(word, &p))
		return false;
	if (next_word(&rest, &word) && (!zone(word, &p) || next_word(&rest, &word)))
		return false;
	return assemble(&p, out);
}

/* What stands behind the seconds: a fraction, which is not kept, and the zone, which must be. */
static bool
rest_of_rfc3339(struct str s, struct parts *p)
{
	if (s.n && s.p[0] == '.') {
		size_t n = 1;

		while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		if (n == 1)
			return false;
		s = str_from(s, n);
	}
	return str_ieq(s, STR("Z")) || (s.n == 6 && s.p[3] == ':' && numeric_zone(s, 4, p));
}

bool
date_parse_rfc3339(struct str s, int64_t *out)
{
	struct parts p = { 0 };
	struct day d;

	s = str_trim(s);
	if (s.n > 100 || !clock_parse_day(str_sub(s, 0, 10), &d))
		return false;
	p.year = (uint64_t)d.year;
	p.month = (uint64_t)d.month;
	p.day = (uint64_t)d.day;
	if (s.n == 10)
		return assemble(&p, out);
	if ((s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') ||
		!time_of_day(str_sub(s, 11, 8), &p) || !rest_of_rfc3339(str_from(s, 19), &p))
		return false;
	return assemble(&p, out);
}

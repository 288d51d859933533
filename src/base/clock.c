#include "base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"

#define ZONES "/usr/share/zoneinfo/"

static int64_t
read_clock(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* Days since 1970 of a civil date and back, as in the proleptic Gregorian calendar; March begins
 * the year, so that leap days end one. */
static int64_t
days_of(struct day d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct day
day_of(int64_t days)
{
	int64_t z = days + 719468, era = z / 146097, of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * of_year + 2) / 153;
	struct day d;

	d.day = (int)(of_year - (153 * m + 2) / 5 + 1);
	d.month = (int)(m < 10 ? m + 3 : m - 9);
	d.year = (int)(year + era * 400 + (d.month <= 2));
	return d;
}

bool
clock_parse_day(struct str s, struct day *out)
{
	uint64_t year, month, day;
	struct day d;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
		return false;
	if (!str_u64(str_sub(s, 0, 4), 9999, &year) || !str_u64(str_sub(s, 5, 2), 12, &month) ||
		!str_u64(str_sub(s, 8, 2), 31, &day) || year < 1970 || month < 1 || day < 1)
		return false;
	d = day_of(days_of((struct day){ (int)year, (int)month, (int)day }));
	if (d.year != (int)year || d.month != (int)month || d.day != (int)day)
		return false;
	*out = d;
	return true;
}

void
clock_print_day(struct day d, char out[static 11])
{
	assert(d.year >= 0 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
		d.day <= 31);
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000U, (unsigned)d.month % 100U,
		(unsigned)d.day % 100U);
}

int
clock_day_cmp(struct day a, struct day b)
{
	int64_t x = days_of(a), y = days_of(b);

	return (x > y) - (x < y);
}

struct day
clock_add_days(struct day d, int n)
{
	return day_of(days_of(d) + n);
}

int
clock_day_number(struct day d)
{
	return (int)days_of(d);
}

struct day
clock_numbered_day(int number)
{
	return day_of(number);
}

int
clock_weekday(struct day d)
{
	return (int)((days_of(d) + 4) % 7);
}

bool
clock_zone_ok(const char *zone)
{
	char path[256];
	struct stat st;

	if (strcmp(zone, "UTC") == 0)
		return true;
	if (!*zone || *zone == '/' || *zone == '.' || *zone == ':' || strstr(zone, "..") ||
		strspn(zone,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") !=
			strlen(zone))
		return false;
	if ((size_t)snprintf(path, sizeof path, ZONES "%s", zone) >= sizeof path)
		return false;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The C library knows one zone at a time; the program has one thread that asks. */
static void
use_zone(const char *zone)
{
	static char current[128] = "\1";
	char path[sizeof current + sizeof ZONES];

	if (strcmp(current, zone) == 0)
		return;
	snprintf(path, sizeof path, ":" ZONES "%s", zone);
	if (setenv("TZ", strcmp(zone, "UTC") == 0 ? "UTC0" : path, 1) < 0)
		mem_out();
	tzset();
	snprintf(current, sizeof current, "%s", zone);
}

/* Where there was no memory for a zone the library goes on with UTC, which then has no name: a
 * wrong day would be taken for today. */
static void
check_zone(const struct tm *tm)
{
	if (!tm->tm_zone || !*tm->tm_zone)
		mem_out();
}

static struct tm
local(int64_t when, const char *zone)
{
	time_t t = (time_t)(when / CLOCK_SECOND);
	struct tm tm;

	use_zone(zone);
	localtime_r(&t, &tm);
	check_zone(&tm);
	return tm;
}

struct day
clock_day_at(int64_t when, const char *zone)
{
	struct tm tm = local(when, zone);

	return (struct day){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday };
}

int64_t
clock_moment(struct day d, int hour, int minute, const char *zone)
{
	struct tm tm = { .tm_year = d.year - 1900,
		.tm_mon = d.month - 1,
		.tm_mday = d.day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_isdst = -1 };
	int64_t seconds;

	use_zone(zone);
	seconds = (int64_t)mktime(&tm);
	check_zone(&tm);
	return seconds * CLOCK_SECOND;
}

void
clock_rfc5322(int64_t when, const char *zone, char out[static 40])
{
	/* Not strftime: its names follow the locale, the header's do not. */
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	struct tm tm = local(when, zone);
	long off = tm.tm_gmtoff / 60;
	long size = off < 0 ? -off : off;

	snprintf(out, 40, "%s, %02d %s %04d %02d:%02d:%02d %c%02ld%02ld", days[tm.tm_wday],
		tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
		off < 0 ? '-' : '+', size / 60, size % 60);
}

void
clock_rfc3339(int64_t when, char out[static 24])
{
	time_t t = (time_t)(when / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static const struct {
	const char *unit;
	int64_t size;
} units[] = {
	{ "ms", 1000 },
	{ "s", CLOCK_SECOND },
	{ "m", 60 * CLOCK_SECOND },
	{ "h", 3600 * CLOCK_SECOND },
	{ "d", CLOCK_DAY },
};

bool
clock_parse_span(struct str s, int64_t *out)
{
	size_t digits = 0;
	uint64_t n;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (!str_u64(str_sub(s, 0, digits), 1000000, &n))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (str_eqz(str_from(s, digits), units[i].unit)) {
			*out = (int64_t)n * units[i].size;
			return true;
		}
	return false;
}

void
clock_print_span(int64_t span, char out[static 32])
{
	long long s = (long long)((span < 0 ? 0 : span) / CLOCK_SECOND);

	if (s >= 2 * 86400)
		snprintf(out, 32, "%lld d %lld h", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		snprintf(out, 32, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		snprintf(out, 32, "%lld min %lld s", s / 60, s % 60);
	else
		snprintf(out, 32, "%lld s", s);
}

/* clock.h: the time, days in a time zone, and dates as RFC 5322 and ISO 8601 write them. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Now: microseconds since 1970 UTC, and of a clock that never steps. Only cmd, web and event loops
 * ask; the rest is told. */
int64_t clock_now(void);
int64_t clock_steady(void);

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_DAY (86400 * CLOCK_SECOND)

/* A calendar day; ordered by clock_day_cmp. */
struct day {
	int year, month, day;
};

/* "2026-02-14", a real date from 1970 to 9999, and nothing around it. */
bool clock_parse_day(struct str s, struct day *out);
/* Writes "2026-02-14" and a NUL. */
void clock_print_day(struct day d, char out[static 11]);
int clock_day_cmp(struct day a, struct day b);
struct day clock_add_days(struct day d, int n);
/* Days since 1970-01-01 (that is 0), and back. */
int clock_day_number(struct day d);
struct day clock_numbered_day(int number);
/* 0 is Sunday. */
int clock_weekday(struct day d);

/* Is it a zone that this machine knows ("Europe/Berlin", "UTC")? Only names below the system's zone
 * folder. */
bool clock_zone_ok(const char *zone);

/* The day that it is in the zone at that moment; the moment that a wall-clock minute of a day is
 * there (in a gap: after it). */
struct day clock_day_at(int64_t when, const char *zone);
int64_t clock_moment(struct day d, int hour, int minute, const char *zone);

/* RFC 5322 3.3: "Sat, 14 Feb 2026 06:00:00 +0100" and a NUL. */
void clock_rfc5322(int64_t when, const char *zone, char out[static 40]);
/* RFC 3339 in UTC: "2026-02-14T05:00:00Z" and a NUL. */
void clock_rfc3339(int64_t when, char out[static 24]);

/* "5m", "24h", "30s", "2d", "500ms" (microseconds out), and back in words: "2 h 5 min". */
bool clock_parse_span(struct str s, int64_t *out);
void clock_print_span(int64_t span, char out[static 32]);

#endif

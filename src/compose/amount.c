#include "compose/amount.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

/* Beyond it a double is no whole number that it says it is, and no counter of ours. */
static const double GREATEST = 9007199254740991.0;

static struct str
grouped(uint64_t v, const char *sign, struct arena *a)
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)v);
	char *out = arena_alloc(a, strlen(sign) + n + n / 3 * strlen(AMOUNT_BLANK) + 1), *p = out;

	p = stpcpy(p, sign);
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			p = stpcpy(p, AMOUNT_BLANK);
		*p++ = digits[i];
	}
	return (struct str){ out, (size_t)(p - out) };
}

static struct str
whole(double v, const char *plus, struct arena *a)
{
	double rounded = round(fabs(v) < GREATEST ? fabs(v) : GREATEST);

	return grouped((uint64_t)rounded, rounded == 0 ? "" : v < 0 ? "-" : plus, a);
}

struct str
amount_whole(double v, struct arena *a)
{
	return whole(v, "", a);
}

struct str
amount_gain(double v, struct arena *a)
{
	return whole(v, "+", a);
}

struct str
amount_brief(double v, struct arena *a)
{
	if (!(v >= 1e6))
		return amount_whole(v, a);
	return str_of(v < 999.95e6 ? arena_printf(a, "%.1f" AMOUNT_BLANK "million", v / 1e6)
				   : arena_printf(a, "%.1f" AMOUNT_BLANK "billion", v / 1e9));
}

static struct str
percent(double share, const char *plus, struct arena *a)
{
	double p = fabs(share) * 100;
	const char *sign = share < 0 ? "-" : plus;

	if (!(p >= 0.005))
		return STR("0%");
	if (p >= 99.95)
		return str_of(arena_printf(
			a, "%s%.*s%%", sign, STR_ARG(amount_whole(fabs(share) * 100, a))));
	return str_of(arena_printf(a, p >= 0.995 ? "%s%.1f%%" : "%s%.2f%%", sign, p));
}

struct str
amount_percent(double share, struct arena *a)
{
	return percent(share, "", a);
}

struct str
amount_growth(double share, struct arena *a)
{
	return percent(share, "+", a);
}

struct str
amount_times(double ratio, struct arena *a)
{
	if (ratio >= 9.95)
		return str_of(arena_printf(a, "%.*sx", STR_ARG(amount_whole(ratio, a))));
	return str_of(arena_printf(a, "%.1fx", ratio));
}

struct str
amount_count(size_t n, const char *one, const char *many, struct arena *a)
{
	return str_of(arena_printf(
		a, "%.*s %s", STR_ARG(amount_whole((double)n, a)), n == 1 ? one : many));
}

static bool
is_digit_at(struct str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* A blank behind a digit and before three of them. */
static bool
parts_thousands(struct str s, size_t i)
{
	return s.p[i] == ' ' && i > 0 && is_digit_at(s, i - 1) && is_digit_at(s, i + 1) &&
	       is_digit_at(s, i + 2) && is_digit_at(s, i + 3) && !is_digit_at(s, i + 4);
}

struct str
amount_keep_whole(struct str words, struct arena *a)
{
	struct str out;
	struct buf b;

	buf_init(&b, words.n * strlen(AMOUNT_BLANK) + 1);
	for (size_t i = 0; i < words.n; i++)
		if (parts_thousands(words, i))
			buf_addz(&b, AMOUNT_BLANK);
		else
			buf_addc(&b, words.p[i]);
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

struct str
amount_ordinal(int n, struct arena *a)
{
	static const char *const ends[] = { "th", "st", "nd", "rd" };
	int last = n % 100 / 10 == 1 || n % 10 > 3 ? 0 : n % 10;

	return str_of(arena_printf(a, "%d%s", n, ends[last]));
}

struct str
amount_day(int day, struct arena *a)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	struct day d = clock_numbered_day(day);

	return str_of(arena_printf(a, "%d %s", d.day, months[d.month - 1]));
}

/* amount.h: figures as readers see them: thousands apart, with sign, percent and day. Pure. */
#ifndef COMPOSE_AMOUNT_H
#define COMPOSE_AMOUNT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * Between thousands stands a narrow blank that breaks no line (U+202F); in the text part of a
 * message it becomes a plain one. A value is rounded to what is printed, so that nothing is "-0".
 */
#define AMOUNT_BLANK "\xe2\x80\xaf"

/* "8 568", "-13"; a counter, or a sum of them. */
struct str amount_whole(double v, struct arena *a);
/* The same with its sign: "+2 516"; 0 has none. */
struct str amount_gain(double v, struct arena *a);
/* From a million on in words, for what nobody reads digit by digit: "249.7 million". */
struct str amount_brief(double v, struct arena *a);

/* A share of 1: "98.8%", "0.23%", "120%"; amount_growth puts the sign before it. */
struct str amount_percent(double share, struct arena *a);
struct str amount_growth(double share, struct arena *a);

/* A ratio: "1.8x", "21x". */
struct str amount_times(double ratio, struct arena *a);

/* "1 repository", "340 repositories". */
struct str amount_count(size_t n, const char *one, const char *many, struct arena *a);

/* Words that somebody wrote or a line cleaned, with the plain blanks between thousands made ones
 * that break no line. */
struct str amount_keep_whole(struct str words, struct arena *a);

/* A place: "1st", "12th", "63rd". */
struct str amount_ordinal(int n, struct arena *a);

/* A day since 1970-01-01: "21 Aug". */
struct str amount_day(int day, struct arena *a);

#endif

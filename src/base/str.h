/* str.h: a borrowed piece of bytes; owns nothing and is not NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* p may be NULL when n is 0. Whoever owns the bytes must outlive the str. */
struct str {
	const char *p;
	size_t n;
};

/* A str of a string literal. */
#define STR(literal) ((struct str){ .p = "" literal, .n = sizeof(literal) - 1 })
/* The same as an initializer, for tables that are static. */
#define STR_INIT(literal)                                                                          \
	{                                                                                          \
		.p = "" literal, .n = sizeof(literal) - 1                                          \
	}

/* For printf's "%.*s": printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""

/* The str of a NUL-terminated string; NULL gives the empty str. */
struct str str_of(const char *z);

bool str_eq(struct str a, struct str b);
bool str_eqz(struct str a, const char *z);
/* ASCII letters compare without case; all other bytes as they are. */
bool str_ieq(struct str a, struct str b);
/* Is it one of the n, without case? */
bool str_is_one_of(struct str s, const struct str *list, size_t n);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Order as memcmp has it, the shorter first on a tie. */
int str_cmp(struct str a, struct str b);

/* From byte `from` to the end (empty when from is past it), and n bytes from there at most. */
struct str str_from(struct str s, size_t from);
struct str str_sub(struct str s, size_t from, size_t n);

/* Without the blanks, tabs, CRs and LFs at both ends. */
struct str str_trim(struct str s);

/* The place of c or of needle in s, or -1. */
ptrdiff_t str_find(struct str s, char c);
ptrdiff_t str_find_str(struct str s, struct str needle);

/*
 * Take the next piece of *rest up to sep, or all of it, into *piece; *rest moves behind the
 * separator. False once *rest is used up. "a,,b" gives "a", "", "b"; "a," gives "a" alone, and the
 * empty str gives nothing.
 */
bool str_split(struct str *rest, char sep, struct str *piece);

/* The next line without its CR LF or LF; like str_split. */
bool str_line(struct str *rest, struct str *line);

/* A whole decimal number with nothing around it, no sign, within the limit; false otherwise. */
bool str_u64(struct str s, uint64_t limit, uint64_t *out);

/* ASCII's capitals as small letters; all other bytes as they are. */
char str_lower(char c);

/* What a hexadecimal digit of either case stands for; -1 where it is none. */
int str_hex_digit(char c);

#endif

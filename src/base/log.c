#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 960 }; /* RELIABILITY G1: 1,000 bytes a line, with what stands before it */

static enum log_level shown = LOG_INFO;

void
log_set_level(enum log_level level)
{
	shown = level;
}

/* The length of the well-formed UTF-8 character at p (RFC 3629), or 0; *c is its code point. */
static size_t
character(const unsigned char *p, size_t n, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80       ? 1
		     : p[0] >> 5 == 6  ? 2
		     : p[0] >> 4 == 14 ? 3
		     : p[0] >> 3 == 30 ? 4
				       : 0;

	if (len == 0 || len > n)
		return 0;
	*c = len == 1 ? p[0] : p[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (p[i] & 0x3fU);
	}
	if (*c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return len;
}

static bool
is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x61c ||
	       c == 0xfeff;
}

size_t
log_character(struct str s)
{
	uint32_t c;

	return s.n ? character((const unsigned char *)s.p, s.n, &c) : 0;
}

size_t
log_escape(struct str s, char *out, size_t size)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t used = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = 0;
		size_t len = character(p + i, s.n - i, &c);

		if (len && !is_harmful(c)) {
			if (used + len >= size)
				break;
			memcpy(out + used, p + i, len);
			used += len;
			i += len;
			continue;
		}
		if (used + 4 >= size)
			break;
		snprintf(out + used, 5, "\\x%02x", p[i]);
		used += 4;
		i++;
	}
	if (size)
		out[used] = '\0';
	return used;
}

void
log_line(enum log_level level, const char *format, ...)
{
	static const char *const mark[] = { "error: ", "warning: ", "", "" };
	char raw[4096], safe[LINE];
	va_list ap;

	if (level > shown)
		return;
	va_start(ap, format);
	vsnprintf(raw, sizeof raw, format, ap);
	va_end(ap);
	log_escape(str_of(raw), safe, sizeof safe);
	fprintf(stderr, "morningpost: %s%s\n", mark[level], safe);
}

bool
log_can_overwrite(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

#include "base/out.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

void
out_init(struct out *o, FILE *to, bool json)
{
	*o = (struct out){ .to = to, .json = json };
}

/* Write s as a JSON string. log_escape cannot serve: JSON has escapes of its own. */
static void
json_string(struct out *o, struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	fputc('"', o->to);
	for (size_t i = 0; i < s.n;) {
		size_t len = log_character(str_from(s, i));

		if (len == 0) {
			fputs("\xef\xbf\xbd", o->to);
			i++;
			continue;
		}
		if (p[i] == '"' || p[i] == '\\')
			fprintf(o->to, "\\%c", p[i]);
		else if (p[i] < 0x20 || p[i] == 0x7f)
			fprintf(o->to, "\\u%04x", p[i]);
		else
			fwrite(p + i, 1, len, o->to);
		i += len;
	}
	fputc('"', o->to);
}

/* The comma before a member, and its name. */
static void
json_lead(struct out *o, const char *key)
{
	if (o->depth > 0) {
		if (!o->first[o->depth])
			fputc(',', o->to);
		o->first[o->depth] = false;
	}
	if (key) {
		json_string(o, str_of(key));
		fputc(':', o->to);
	}
}

static void
open_level(struct out *o, const char *key, bool array)
{
	if (o->json) {
		json_lead(o, key);
		fputc(array ? '[' : '{', o->to);
	}
	o->depth++;
	assert(o->depth < 16);
	o->first[o->depth] = true;
	o->array[o->depth] = array;
}

void
out_object(struct out *o, const char *key)
{
	open_level(o, key, false);
}

void
out_array(struct out *o, const char *key)
{
	open_level(o, key, true);
}

void
out_end(struct out *o)
{
	assert(o->depth > 0);
	if (o->json)
		fputc(o->array[o->depth] ? ']' : '}', o->to);
	o->depth--;
}

static bool
shows_in_text(const struct out *o, const char *key)
{
	return !o->json && key && o->depth == 1 && !o->array[1];
}

static void
text_field(struct out *o, const char *key, struct str v)
{
	char safe[1024];

	log_escape(v, safe, sizeof safe);
	fprintf(o->to, "%-14s  %s\n", key, safe);
}

void
out_str(struct out *o, const char *key, struct str v)
{
	if (o->json) {
		json_lead(o, key);
		json_string(o, v);
	} else if (shows_in_text(o, key)) {
		text_field(o, key, v);
	}
}

void
out_strz(struct out *o, const char *key, const char *v)
{
	if (v)
		out_str(o, key, str_of(v));
	else
		out_null(o, key);
}

/* A value whose JSON and text are the same characters. */
static void
plain(struct out *o, const char *key, const char *v)
{
	if (o->json) {
		json_lead(o, key);
		fputs(v, o->to);
	} else if (shows_in_text(o, key)) {
		text_field(o, key, str_of(v));
	}
}

void
out_int(struct out *o, const char *key, int64_t v)
{
	char digits[32];

	snprintf(digits, sizeof digits, "%" PRId64, v);
	plain(o, key, digits);
}

void
out_real(struct out *o, const char *key, double v, int decimals)
{
	char digits[64];

	if (!isfinite(v)) {
		out_null(o, key);
		return;
	}
	snprintf(digits, sizeof digits, "%.*f", decimals, v);
	plain(o, key, digits);
}

void
out_bool(struct out *o, const char *key, bool v)
{
	if (o->json)
		plain(o, key, v ? "true" : "false");
	else
		plain(o, key, v ? "yes" : "no");
}

void
out_null(struct out *o, const char *key)
{
	if (o->json) {
		json_lead(o, key);
		fputs("null", o->to);
	}
}

void
out_time(struct out *o, const char *key, int64_t when)
{
	char iso[24];

	if (when == 0) {
		out_null(o, key);
		return;
	}
	clock_rfc3339(when, iso);
	out_strz(o, key, iso);
}

void
out_line(struct out *o, const char *format, ...)
{
	char raw[4096], safe[4096];
	va_list ap;

	if (o->json)
		return;
	va_start(ap, format);
	vsnprintf(raw, sizeof raw, format, ap);
	va_end(ap);
	log_escape(str_of(raw), safe, sizeof safe);
	fprintf(o->to, "%s\n", safe);
}

int
out_finish(struct out *o, struct err *e)
{
	assert(o->depth == 0);
	if (o->json)
		fputc('\n', o->to);
	if (fflush(o->to) != 0 || ferror(o->to))
		return err_set(e, ERR_IO,
			"standard output could not be written: is the disk full, or the reader "
			"gone?");
	return 0;
}

#include "cmd/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
doctor_say(struct doctor *d, enum doctor_level level, const char *what, const char *words,
	const char *remedy)
{
	static const char *const names[] = { "ok", "warn", "warn", "fail" };

	d->failed = d->failed || level == DOCTOR_FAIL;
	out_object(d->out, NULL);
	out_strz(d->out, "level", names[level]);
	out_strz(d->out, "what", what);
	out_strz(d->out, "words", words);
	out_strz(d->out, "remedy", *remedy ? remedy : NULL);
	out_end(d->out);
	out_line(d->out, "%-4s  %-12s %s%s%s", names[level], what, words, *remedy ? "; " : "",
		remedy);
}

void
doctor_sayf(struct doctor *d, enum doctor_level level, const char *what, const char *remedy,
	const char *format, ...)
{
	char words[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	doctor_say(d, level, what, words, remedy);
}

void
doctor_say_error(struct doctor *d, const char *what, const struct err *e, const char *remedy)
{
	doctor_say(d, DOCTOR_FAIL, what, arena_printf(&d->arena, "%s", e->text),
		strchr(e->text, ';') ? "" : remedy);
}

void
doctor_say_unknown(struct doctor *d, const char *what, const struct err *e)
{
	doctor_say(d, DOCTOR_UNKNOWN, what, arena_printf(&d->arena, "not known: %s", e->text),
		"ask again later, or another server with --dns");
}

void
doctor_note(struct doctor *d, enum doctor_fact fact, enum doctor_level level)
{
	if (d->facts[fact] == DOCTOR_UNKNOWN || level > d->facts[fact])
		d->facts[fact] = level;
}

static const char *
domain_of(const char *email)
{
	return strrchr(email, '@') + 1;
}

const char *
doctor_from_domain(const struct doctor *d)
{
	return domain_of(d->p->settings.sender.from_email);
}

const char *
doctor_bounce_domain(const struct doctor *d)
{
	const struct settings_sender *s = &d->p->settings.sender;

	return domain_of(s->bounce ? s->bounce : s->from_email);
}

int
doctor_find_text(struct doctor *d, const char *name, bool (*is_record)(struct str), struct str *out,
	size_t *n, struct err *e)
{
	struct dns_record *records;
	size_t count;
	int got = dns_ask(d->dns, DNS_TXT, name, &d->arena, &records, &count, e);

	*n = 0;
	for (size_t i = 0; got > 0 && i < count; i++)
		if (is_record(records[i].text) && ++*n == 1)
			*out = records[i].text;
	return got < 0 ? -1 : *n > 0;
}

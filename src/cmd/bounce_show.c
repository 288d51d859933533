/* bounce_show.c: reports on standard output. */
#include <stdio.h>

#include "base/log.h"
#include "cmd/bounce.h"

/* A tab within a field would be another field; log_escape leaves none. */
static void
put(struct out *o, struct str s, char end)
{
	char safe[REPORT_REASON + 1];
	size_t n = log_escape(s, safe, sizeof safe);

	fwrite(safe, 1, n, o->to);
	fputc(end, o->to);
}

static void
show_lines(struct out *o, const struct report *r)
{
	for (size_t i = 0; i < r->recipient_count; i++) {
		const struct report_recipient *each = &r->recipients[i];

		put(o, each->address, '\t');
		put(o, str_of(report_kind_name(each->kind)), '\t');
		put(o, each->status, '\t');
		/* It is escaped already. */
		fwrite(each->reason.p, 1, each->reason.n, o->to);
		fputc('\n', o->to);
	}
}

static void
show_recipient(struct out *o, const struct report_recipient *r)
{
	out_object(o, NULL);
	out_str(o, "email", r->address);
	if (r->original.n)
		out_str(o, "original", r->original);
	out_strz(o, "kind", report_kind_name(r->kind));
	out_str(o, "status", r->status);
	out_int(o, "code", r->code);
	out_str(o, "reason", r->reason);
	out_strz(o, "found_by", report_how_name(r->how));
	out_end(o);
}

static void
show_clues(struct out *o, const char *key, const struct report_clues *c)
{
	out_array(o, key);
	for (size_t i = 0; i < c->n; i++)
		out_str(o, NULL, c->p[i]);
	out_end(o);
}

void
bounce_show(struct out *o, const char *file, const struct report *r)
{
	if (!o->json) {
		show_lines(o, r);
		return;
	}
	out_object(o, NULL);
	out_strz(o, "file", file);
	out_strz(o, "sort", report_sort_name(r->sort));
	out_bool(o, "signed", r->is_signed);
	out_str(o, "subject", r->subject);
	out_array(o, "recipients");
	for (size_t i = 0; i < r->recipient_count; i++)
		show_recipient(o, &r->recipients[i]);
	out_end(o);
	show_clues(o, "envelopes", &r->envelopes);
	show_clues(o, "message_ids", &r->message_ids);
	out_end(o);
}

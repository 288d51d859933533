#include "mail/webhook.h"

#include "base/json.h"
#include "base/json_value.h"
#include "mail/fields.h"
#include "mail/judge.h"
#include "mail/spot.h"
#include "mail/webhook_format.h"
#include "mail/wording.h"

static const struct {
	struct str name;
	webhook_fn *read;
} formats[] = {
	[WEBHOOK_SES] = { STR_INIT("ses"), webhook_ses },
	[WEBHOOK_SENDGRID] = { STR_INIT("sendgrid"), webhook_sendgrid },
	[WEBHOOK_MAILGUN] = { STR_INIT("mailgun"), webhook_mailgun },
	[WEBHOOK_POSTMARK] = { STR_INIT("postmark"), webhook_postmark },
};

bool
webhook_format_of(struct str name, enum webhook_format *out)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (str_eq(name, formats[i].name)) {
			*out = (enum webhook_format)i;
			return true;
		}
	return false;
}

/* -- for the readers -------------------------------------------------------------------------- */

struct report *
webhook_add(struct webhook *w, enum report_sort sort, struct str id)
{
	struct report *r = arena_new(w->arena, struct report);

	r->sort = sort;
	r->id = id;
	r->is_signed = w->is_signed;
	w->reports = arena_grow(w->arena, w->reports, w->count, &w->room, sizeof(struct report *));
	w->reports[w->count++] = r;
	return r;
}

struct report_recipient *
webhook_for(struct webhook *w, struct report *r, struct str address, enum report_kind kind,
	struct str reason)
{
	struct report_recipient *to;

	address = spot_mailbox(address);
	to = address.n ? report_recipient_for(r, address) : NULL;
	if (!to)
		return NULL;
	to->kind = kind;
	to->reason = judge_reason(reason, w->arena);
	to->how = REPORT_BY_STATUS;
	return to;
}

void
webhook_message_id(struct report *r, struct str id)
{
	id = str_trim(id);
	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = str_sub(id, 1, id.n - 2);
	report_add_clue(&r->message_ids, id);
}

void
webhook_judge(struct webhook *w, struct report_recipient *to, bool final, struct str status,
	struct str words)
{
	if (!to)
		return;
	judge_failure(to, status, words, (struct str){ 0 }, w->arena);
	/* They have looked at many thousand of such replies; where the words tell us nothing, theirs is
	 * the better guess. */
	if (final && wording_cause(words, w->arena) == CAUSE_UNKNOWN &&
		(to->status.n == 0 || str_eqz(to->status, "5.0.0")))
		to->kind = REPORT_HARD;
	if (!final)
		to->kind = REPORT_SOFT;
}

struct str
webhook_header(const struct webhook *w, const char *name)
{
	return fields_find(w->header, name, w->arena);
}

/* -- the post --------------------------------------------------------------------------------- */

static int
check_body(struct webhook *w, struct str body, struct err *e)
{
	enum json_kind kind;
	char *text;

	if (body.n > WEBHOOK_MAX)
		return err_set(
			e, ERR_DATA, "more than %d bytes: no webhook is that long", WEBHOOK_MAX);
	if (json_check(&body, &kind, e) < 0)
		return -1;
	text = arena_strz(w->arena, body);
	json_mend(text, body.n);
	w->body = str_trim((struct str){ text, body.n });
	return 0;
}

int
webhook_read(enum webhook_format format, struct str header, struct str body,
	const struct webhook_keys *keys, struct arena *a, struct report ***out, size_t *n,
	struct err *e)
{
	struct webhook w = { .arena = a, .header = header, .raw = body, .keys = keys };

	if (check_body(&w, body, e) < 0 || formats[format].read(&w, e) < 0)
		return err_wrap(e, "%.*s", STR_ARG(formats[format].name));
	*out = w.reports;
	*n = w.count;
	return 0;
}

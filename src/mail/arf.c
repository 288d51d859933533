#include "mail/arf.h"

#include "base/text.h"
#include "mail/fields.h"
#include "mail/judge.h"
#include "mail/spot.h"

/* Feedback types that say a person wants no more of it. */
static const struct str complaints[] = { STR_INIT("abuse"), STR_INIT("fraud"), STR_INIT("opt-out"),
	STR_INIT("opt-out-list"), STR_INIT("unsubscribe"), STR_INIT("miscategorized") };

/* Redacted ones count as well (RFC 6590): who it is says the token in the returned header. */
static const struct str naming[] = { STR_INIT("Original-Rcpt-To"), STR_INIT("Removal-Recipient"),
	STR_INIT("X-HmXmrOriginalRecipient") };

static bool
is_complaint(struct str type)
{
	for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
		if (str_ieq(type, complaints[i]))
			return true;
	return type.n == 0;
}

static void
add(struct report *out, struct str address, enum report_kind kind, struct str reason,
	enum report_how how)
{
	struct report_recipient *r = report_recipient_for(out, address);

	if (!r)
		return;
	r->kind = kind;
	r->reason = reason;
	r->how = how;
}

static void
add_originals(const struct returned *original, enum report_kind kind, struct str reason,
	struct report *out)
{
	for (size_t i = 0; i < original->to_count; i++)
		add(out, original->to[i], kind, reason, REPORT_BY_ORIGINAL);
}

void
arf_read(struct str feedback, const struct returned *original, struct arena *a, struct report *out)
{
	struct str type = fields_find(feedback, "Feedback-Type", a), rest = feedback, reason;
	enum report_kind kind = is_complaint(type) ? REPORT_COMPLAINT : REPORT_NONE;
	size_t before = out->recipient_count;
	enum field_line got;
	struct field f;

	out->sort = kind == REPORT_COMPLAINT ? REPORT_ABUSE : REPORT_FEEDBACK;
	reason = judge_reason(str_of(arena_printf(a, "feedback: %.*s", STR_ARG(type))), a);
	while ((got = fields_next(&rest, a, &f)) != FIELD_END)
		for (size_t i = 0; got == FIELD_GOT && i < sizeof naming / sizeof *naming; i++)
			if (str_ieq(f.name, naming[i]) && spot_mailbox(f.value).n)
				add(out, spot_mailbox(f.value), kind, reason, REPORT_BY_STATUS);
	if (out->recipient_count == before)
		add_originals(original, kind, reason, out);
}

void
arf_plain(const struct returned *original, struct str who, struct str reason, struct arena *a,
	struct report *out)
{
	out->sort = REPORT_ABUSE;
	reason = judge_reason(reason, a);
	if (who.n)
		add(out, who, REPORT_COMPLAINT, reason, REPORT_BY_HEADER);
	else
		add_originals(original, REPORT_COMPLAINT, reason, out);
}

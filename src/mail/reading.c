#include "mail/reading.h"

#include "base/buf.h"
#include "base/jail.h"
#include "base/text.h"
#include "mail/arf.h"
#include "mail/dsn.h"
#include "mail/fields.h"
#include "mail/incoming.h"
#include "mail/judge.h"
#include "mail/notice.h"
#include "mail/prose.h"
#include "mail/returned.h"
#include "mail/sorting.h"
#include "mail/spot.h"
#include "mail/webhook.h"
#include "mail/webhook_format.h"

enum { NOTICE = 200 * 1000 };

struct reading {
	struct incoming m;
	struct str notice; /* what it says to people */
	struct returned original;
	struct dsn actions;
};

/* -- the pieces ------------------------------------------------------------------------------- */

static void
read_head(struct reading *r, struct arena *a, struct report *out)
{
	struct str id = fields_find(r->m.header, "Message-ID", a);
	struct str from = incoming_field(&r->m, "From", a);

	out->subject = text_clean(incoming_field(&r->m, "Subject", a), a);
	out->from = spot_mailbox(from);
	returned_envelope(r->m.header, out->subject, a, out);
	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = str_sub(id, 1, id.n - 2);
	out->id = text_clean(str_trim(id), a);
}

static void
read_returned(struct reading *r, struct arena *a, struct report *out)
{
	for (size_t i = 0; i < r->m.part_count; i++)
		if (r->m.parts[i].kind == INCOMING_RETURNED)
			returned_read(r->m.parts[i].text, a, &r->original, out);
}

/* Text parts one after the other, each up to where the returned message begins in it. A notice comes
 * first: once one was cut, the rest is the message. HTML only where there is nothing else. */
static void
gather_notice(struct reading *r, bool html, struct arena *a, struct report *out)
{
	struct buf b;
	bool cut = false;

	buf_init(&b, NOTICE);
	for (size_t i = 0; i < r->m.part_count && !cut; i++) {
		const struct incoming_part *part = &r->m.parts[i];
		struct str rest;

		if (part->kind == INCOMING_RETURNED && b.n)
			break;
		if (part->kind != INCOMING_TEXT || part->html != html)
			continue;
		buf_add(&b, str_sub(notice_end(part->text, a, &rest), 0, NOTICE - b.n));
		returned_read(rest, a, &r->original, out);
		cut = rest.n > 0;
	}
	r->notice = buf_keep(&b, a);
}

/* A report that somebody passed on, with "> " before its lines. */
static struct str
unquoted(struct str text, struct arena *a)
{
	struct str line;
	struct buf b;

	buf_init(&b, NOTICE);
	while (str_line(&text, &line)) {
		if (str_starts(line, STR(">")))
			line = str_from(line, str_starts(line, STR("> ")) ? 2 : 1);
		buf_add(&b, line);
		buf_addc(&b, '\n');
	}
	return buf_keep(&b, a);
}

static void
add_actions(struct dsn *sum, struct dsn more)
{
	sum->failed += more.failed;
	sum->delayed += more.delayed;
	sum->delivered += more.delivered;
}

static bool
is_answer(const struct reading *r, struct arena *a, const struct report *out)
{
	enum report_sort sort = sorting_sort(&r->m, out->subject, r->notice, a);

	return sort == REPORT_AUTO_REPLY || sort == REPORT_CHALLENGE;
}

static void
read_statuses(struct reading *r, struct arena *a, struct report *out)
{
	for (size_t i = 0; i < r->m.part_count; i++)
		if (r->m.parts[i].kind == INCOMING_STATUS) {
			add_actions(&r->actions, dsn_read(r->m.parts[i].text, r->notice, a, out));
			returned_read(r->m.parts[i].text, a, &r->original, out);
		}
	if (out->recipient_count || is_answer(r, a, out))
		return;
	/* A report that lost its MIME on the way, or never had any. */
	add_actions(&r->actions, dsn_read(r->notice, r->notice, a, out));
	if (out->recipient_count == 0)
		add_actions(&r->actions, dsn_read(unquoted(r->notice, a), r->notice, a, out));
}

static enum report_sort
sort_of(const struct dsn *actions)
{
	if (actions->failed)
		return REPORT_BOUNCE;
	return actions->delayed ? REPORT_DELAY : REPORT_DELIVERED;
}

/* There is one, or there should be: what stands in a second is not believed. */
static bool
read_feedback(struct reading *r, struct arena *a, struct report *out)
{
	for (size_t i = 0; i < r->m.part_count; i++)
		if (r->m.parts[i].kind == INCOMING_FEEDBACK) {
			returned_read(r->m.parts[i].text, a, &r->original, out);
			arf_read(r->m.parts[i].text, &r->original, a, out);
			return true;
		}
	return false;
}

/* What a line that was too long was broken by. */
static struct str
unbroken(struct str text, struct arena *a)
{
	struct str line;
	struct buf b;

	buf_init(&b, NOTICE);
	for (bool first = true; str_line(&text, &line); first = false)
		buf_add(&b, first || !str_starts(line, STR(" ")) ? line : str_from(line, 1));
	return buf_keep(&b, a);
}

/* SNS sends what SES says by mail as well, as JSON with a footer. Unsigned: no more than any mail. */
static bool
read_json(struct reading *r, struct arena *a, struct report *out)
{
	struct webhook_keys none = { 0 };
	struct str text = str_trim(r->notice);
	ptrdiff_t footer = str_find_str(text, STR("\n--\n"));
	struct report **reports;
	struct err e;
	size_t n;

	text = str_trim(unbroken(str_sub(text, 0, footer < 0 ? text.n : (size_t)footer), a));
	if (!webhook_is_ses(text) ||
		webhook_read(WEBHOOK_SES, (struct str){ 0 }, text, &none, a, &reports, &n, &e) <
			0 ||
		n != 1)
		return false;
	reports[0]->subject = out->subject;
	reports[0]->from = out->from;
	*out = *reports[0];
	return true;
}

/* -- complaints without a feedback part --------------------------------------------------------- */

/* Hotmail's: the message as it was, with the reader's address in a field of its own. */
static bool
read_plain_complaint(struct reading *r, struct arena *a, struct report *out)
{
	struct str who = { 0 };

	for (size_t i = 0; i < r->m.part_count && !who.n; i++)
		if (r->m.parts[i].kind == INCOMING_RETURNED)
			who = spot_mailbox(
				fields_find(r->m.parts[i].text, "X-HmXmrOriginalRecipient", a));
	if (!who.n && !str_starts(text_fold(out->subject, a), STR("complaint about message from")))
		return false;
	if (!who.n && r->original.to_count == 0)
		return false;
	arf_plain(&r->original, who, out->subject, a, out);
	return true;
}

/* A mail program wrote to List-Unsubscribe's address. With our token in it, it is that and no more. */
static bool
read_opt_out(struct reading *r, struct arena *a, struct report *out)
{
	if (out->asked.n || !str_ieq(incoming_field(&r->m, "X-Apple-Unsubscribe", a), STR("true")))
		return false;
	arf_plain(&r->original, out->from, STR("opt-out by the reader's mail program"), a, out);
	return out->recipient_count > 0;
}

/* -- the whole -------------------------------------------------------------------------------- */

/* Nobody's kind is worse than that. */
static void
spare_all(struct report *out, enum report_kind most)
{
	for (size_t i = 0; i < out->recipient_count; i++)
		if (out->recipients[i].kind > most)
			out->recipients[i].kind = most;
}

/* A receipt (RFC 8098). Sieve's "reject" and Dovecot's full mailboxes come as one: deleted unread, with the
 * reason in the notice. It may be one rule of one reader's, so it is soft. */
static bool
read_receipt(struct reading *r, struct arena *a, struct report *out)
{
	struct report_recipient *to;
	struct str part = { 0 }, what, who;

	if (!str_eqz(r->m.report_type, "disposition-notification"))
		return false;
	for (size_t i = 0; i < r->m.part_count; i++)
		if (r->m.parts[i].kind == INCOMING_RECEIPT)
			part = r->m.parts[i].text;
	out->sort = REPORT_DELIVERED;
	what = text_fold(fields_find(part, "Disposition", a), a);
	who = spot_mailbox(fields_find(part, "Final-Recipient", a));
	if (str_find_str(what, STR("deleted")) < 0 ||
		str_find_str(what, STR("automatic-action")) < 0 || who.n == 0)
		return true;
	out->sort = REPORT_BOUNCE;
	to = report_recipient_for(out, who);
	to->how = REPORT_BY_STATUS;
	judge_failure(to, (struct str){ 0 }, str_trim(r->notice), (struct str){ 0 }, a);
	spare_all(out, REPORT_SOFT);
	return true;
}

static void
read_prose(struct reading *r, struct arena *a, struct report *out)
{
	out->sort = sorting_sort(&r->m, out->subject, r->notice, a);
	if (out->sort != REPORT_BOUNCE && out->sort != REPORT_DELAY)
		return;
	prose_read(
		r->notice, incoming_field(&r->m, "X-Failed-Recipients", a), &r->original, a, out);
	if (out->sort == REPORT_DELAY)
		spare_all(out, REPORT_NONE);
	else if (sorting_is_weak(&r->m, out->subject, r->notice, a))
		spare_all(out, REPORT_SOFT);
}

static void
read_all(struct reading *r, struct arena *a, struct report *out)
{
	read_head(r, a, out);
	gather_notice(r, false, a, out);
	if (str_trim(r->notice).n == 0)
		gather_notice(r, true, a, out);
	read_returned(r, a, out);
	if (read_json(r, a, out) || read_feedback(r, a, out) || read_plain_complaint(r, a, out) ||
		read_opt_out(r, a, out))
		return;
	if (read_receipt(r, a, out))
		return;
	read_statuses(r, a, out);
	if (out->recipient_count)
		out->sort = sort_of(&r->actions);
	else
		read_prose(r, a, out);
}

void
reading_report(struct str bytes, struct arena *a, struct report *out)
{
	struct reading *r = arena_new(a, struct reading);

	*out = (struct report){ 0 };
	incoming_read(str_sub(bytes, 0, READING_MAX), a, &r->m);
	read_all(r, a, out);
}

/* -- apart ------------------------------------------------------------------------------------ */

enum { PACKED = 4 * 1000 * 1000, MEMORY = 256 * 1024 * 1024, SECONDS = 10 };

static void
work_apart(struct str bytes, struct buf *out)
{
	struct arena a = { 0 };
	struct report *r = arena_new(&a, struct report);

	reading_report(bytes, &a, r);
	report_pack(r, out);
	arena_free(&a);
}

int
reading_report_apart(struct str bytes, struct arena *a, struct report *out, struct err *e)
{
	static const struct jail jail = { .memory = MEMORY, .seconds = SECONDS, .ceiling = PACKED };
	struct buf packed;
	int status;

	buf_init(&packed, PACKED);
	status = jail_run(&jail, work_apart, bytes, &packed, e);
	if (status == 0 && !report_unpack(buf_str(&packed), a, out))
		status = err_set(e, ERR_DATA, "it cannot be read: who read it made no sense");
	buf_free(&packed);
	return status;
}

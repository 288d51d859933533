#include "people/returned.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mail/address.h"
#include "mail/message_id.h"
#include "mail/token.h"
#include "mail/verp.h"
#include "people/wish.h"
#include "store/delivery.h"
#include "store/event.h"
#include "store/subscriber.h"

enum {
	NAME = 16, /* octets of a report's name, written in hex */
	PACKED = 4 << 20,
	ISSUES = 400, /* so far back a Message-ID is looked for */
};

const char *
returned_how_name(enum returned_how how)
{
	static const char *const names[] = {
		[RETURNED_BY_VERP] = "verp",
		[RETURNED_BY_MESSAGE_ID] = "message-id",
		[RETURNED_BY_TOKEN] = "token",
		[RETURNED_BY_WORD] = "word",
		[RETURNED_UNPROVED] = "unproved",
	};

	return names[how];
}

/* A report's name, by which it is known again: its own id, or all that it says. */
static struct str
name_of(const struct report *report, struct arena *a)
{
	uint8_t hash[NAME];
	struct buf packed, hex;

	buf_init(&packed, PACKED);
	if (report->id.n == 0)
		report_pack(report, &packed);
	sign_hash(report->id.n ? report->id : buf_str(&packed), hash, sizeof hash);
	buf_free(&packed);
	buf_init(&hex, 2 * NAME + 1);
	sign_hex((struct str){ (const char *)hash, sizeof hash }, &hex);
	return buf_keep(&hex, a);
}

/* -- whose it is ------------------------------------------------------------------------------ */

struct match {
	enum returned_how how;
	struct subscriber who;
	int64_t issue; /* 0: a note, or not known */
};

/* Each of these: 1 it is proved and *m says whose it is, 0 not. */
typedef int match_fn(const struct returning *r, const struct report *report, struct arena *a,
	struct match *m, struct err *e);

static int
match_verp(const struct returning *r, const struct report *report, struct arena *a, struct match *m,
	struct err *e)
{
	struct str bounce = str_of(r->publication->settings.sender.bounce);
	uint64_t subscriber;
	uint32_t issue;

	for (size_t i = 0; i < report->envelopes.n && bounce.n; i++) {
		int got;

		if (!verp_check(report->envelopes.p[i], bounce, r->keys->mac, &subscriber, &issue))
			continue;
		got = subscriber_get(r->db, (int64_t)subscriber, a, &m->who, e);
		m->issue = issue;
		if (got != 0)
			return got;
	}
	return 0;
}

/* Is one of the report's Message-IDs what this copy had? */
static bool
is_copy(const struct returning *r, const struct report *report, const char *what, int64_t who)
{
	const char *from = r->publication->settings.sender.from_email;
	char made[MESSAGE_ID_MAX];
	size_t n = message_id_make(
		str_of(what), (uint64_t)who, str_of(strchr(from, '@') + 1), r->keys->mac, made);
	/* Without the brackets around it. */
	struct str id = { made + 1, n > 2 ? n - 2 : 0 };

	for (size_t i = 0; i < report->message_ids.n; i++)
		if (id.n && str_ieq(report->message_ids.p[i], id))
			return true;
	return false;
}

/* Was it one of the issues or notes that they were sent? */
static int
match_copies(const struct returning *r, const struct report *report, struct match *m, struct err *e)
{
	struct bounce_copy copies[ISSUES];
	size_t n;

	if (bounce_copies(r->db, m->who.id, copies, ISSUES, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (is_copy(r, report, copies[i].what, m->who.id)) {
			m->issue = copies[i].issue;
			return 1;
		}
	return 0;
}

/* Somebody on the list by an address that stands in a report. */
static int
find_named(const struct returning *r, struct str address, struct arena *a, struct subscriber *out,
	struct err *e)
{
	struct address parsed;
	const char *why;

	if (address.n == 0 || address_parse(address, a, &parsed, &why) == ADDRESS_BAD)
		return 0;
	return subscriber_find(r->db, parsed.key, a, out, e);
}

/* The Message-ID tells nobody whose it is: so it is made again for whom the report names. */
static int
match_message_id(const struct returning *r, const struct report *report, struct arena *a,
	struct match *m, struct err *e)
{
	for (size_t i = 0; i < report->recipient_count && report->message_ids.n; i++) {
		const struct str named[] = { report->recipients[i].original,
			report->recipients[i].address };

		for (size_t k = 0; k < sizeof named / sizeof named[0]; k++) {
			int got = find_named(r, named[k], a, &m->who, e);

			if (got > 0)
				got = match_copies(r, report, m, e);
			if (got != 0)
				return got;
		}
	}
	return 0;
}

static struct wish_desk
desk_of(const struct returning *r)
{
	return (struct wish_desk){
		.db = r->db, .publication = r->publication, .keys = r->keys, .now = r->now
	};
}

static int
match_token(const struct returning *r, const struct report *report, struct arena *a,
	struct match *m, struct err *e)
{
	const struct wish_desk desk = desk_of(r);
	const unsigned kinds = 1U << TOKEN_MEMBER | 1U << TOKEN_CONFIRM;
	enum wish_outcome outcome;
	struct token token;

	m->issue = 0;
	for (size_t i = 0; i < report->tokens.n; i++) {
		if (wish_identify(
			    &desk, report->tokens.p[i], kinds, a, &outcome, &token, &m->who, e) < 0)
			return -1;
		/* Whose it is is known then, whatever name was struck out: and perhaps which copy. */
		if (outcome == WISH_GRANTED)
			return match_copies(r, report, m, e) < 0 ? -1 : 1;
	}
	return 0;
}

static int
match_word(const struct returning *r, const struct report *report, struct arena *a, struct match *m,
	struct err *e)
{
	m->issue = 0;
	if (!r->trust && !report->is_signed)
		return 0;
	for (size_t i = 0; i < report->recipient_count; i++) {
		int got = find_named(r, report->recipients[i].original, a, &m->who, e);

		if (got == 0)
			got = find_named(r, report->recipients[i].address, a, &m->who, e);
		if (got != 0)
			return got;
	}
	return 0;
}

static int
match(const struct returning *r, const struct report *report, struct arena *a, struct match *m,
	struct err *e)
{
	static match_fn *const ways[] = {
		[RETURNED_BY_VERP] = match_verp,
		[RETURNED_BY_MESSAGE_ID] = match_message_id,
		[RETURNED_BY_TOKEN] = match_token,
		[RETURNED_BY_WORD] = match_word,
	};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		int got = ways[i](r, report, a, m, e);

		m->how = (enum returned_how)i;
		if (got != 0)
			return got;
	}
	return 0;
}

/* -- what it says of them --------------------------------------------------------------------- */

static bool
is_theirs(struct str address, const struct subscriber *who, struct arena *a)
{
	struct address parsed;
	const char *why;

	return address.n && address_parse(address, a, &parsed, &why) != ADDRESS_BAD &&
	       str_eq(parsed.key, who->email_key);
}

/*
 * The recipient in it that they are: by address; else, as their mail may be forwarded, the one that
 * is hit least. A note may have gone to a new address that is not theirs yet: then it must be theirs by
 * address. NULL: it says nothing of them.
 */
static const struct report_recipient *
recipient_of(const struct report *report, const struct match *m, struct arena *a)
{
	const struct report_recipient *least = NULL;
	bool is_note = m->how == RETURNED_BY_VERP && m->issue == 0;

	for (size_t i = 0; i < report->recipient_count; i++) {
		const struct report_recipient *rr = &report->recipients[i];

		if (is_theirs(rr->address, &m->who, a) || is_theirs(rr->original, &m->who, a))
			return rr;
		if (!least || rr->kind < least->kind)
			least = rr;
	}
	return is_note ? NULL : least;
}

static bool
bounce_kind_of(enum report_kind kind, enum bounce_kind *out)
{
	switch (kind) {
	case REPORT_NONE:
		return false;
	case REPORT_SOFT:
		*out = BOUNCE_SOFT;
		break;
	case REPORT_HARD:
		*out = BOUNCE_HARD;
		break;
	case REPORT_COMPLAINT:
		*out = BOUNCE_COMPLAINT;
		break;
	}
	return true;
}

/* What bounced had been delivered to the relay: no doubt about that any more. */
static int
settle_doubt(const struct returning *r, const struct match *m, struct arena *a, struct err *e)
{
	const struct delivery_outcome sent = { .to = DELIVERY_SENT,
		.words = STR("settled by a bounce: a relay had taken it") };
	struct delivery_row row;
	int got = m->issue ? delivery_get(r->db, m->issue, m->who.id, a, &row, e) : 0;

	if (got <= 0 || row.state != DELIVERY_IN_DOUBT)
		return got < 0 ? -1 : 0;
	return delivery_record(r->db, m->issue, m->who.id, &sent, r->now, e);
}

static int
record(const struct returning *r, const struct report *report, const struct match *m,
	const struct report_recipient *rr, struct arena *a, struct returned *out, struct err *e)
{
	struct bounce b = { .subscriber = m->who.id,
		.issue = m->issue,
		.source = r->source,
		.report = name_of(report, a),
		.code = (int)rr->code,
		.status = rr->status,
		.words = rr->reason };
	int added;

	if (!bounce_kind_of(rr->kind, &b.kind))
		return 0;
	added = bounce_add(r->db, &b, r->now, e);
	out->what = added == 0 ? RETURNED_BEFORE : RETURNED_RECORDED;
	if (added <= 0)
		return added;
	b.id = db_last_id(r->db);
	return standing_judge(
		r->db, &r->publication->settings.bounce, &b, r->now, &out->standing, e);
}

static int
take_report(const struct returning *r, const struct report *report, struct arena *a,
	struct returned *out, struct err *e)
{
	struct match m = { .how = RETURNED_UNPROVED };
	const struct report_recipient *rr;
	int got = match(r, report, a, &m, e);

	out->what = RETURNED_UNMATCHED;
	if (got <= 0)
		return got;
	out->what = RETURNED_NOTHING;
	out->how = m.how;
	out->email = m.who.email;
	rr = recipient_of(report, &m, a);
	if (!rr)
		return 0;
	out->kind = rr->kind;
	out->status = rr->status;
	out->reason = rr->reason;
	return settle_doubt(r, &m, a, e) < 0 ? -1 : record(r, report, &m, rr, a, out, e);
}

/* -- asking to leave by mail ------------------------------------------------------------------ */

/* 1 it is such a mail and was dealt with. */
static int
take_leave(const struct returning *r, const struct report *report, struct arena *a,
	struct returned *out, struct err *e)
{
	const struct wish_desk desk = desk_of(r);
	struct wish wish = { .kind = WISH_LEAVE, .at = r->now, .how = STR("mail") };
	enum wish_outcome outcome;
	struct subscriber who;
	const char *why;

	for (size_t i = 0; i < report->asked.n; i++) {
		wish.token = report->asked.p[i];
		if (wish_grant_in(&desk, &wish, a, &outcome, &who, &why, e) < 0)
			return -1;
		if (outcome != WISH_GRANTED && outcome != WISH_HAD_BEEN && outcome != WISH_TEST)
			continue;
		out->what = outcome == WISH_TEST ? RETURNED_NOTHING : RETURNED_LEFT;
		out->how = RETURNED_BY_TOKEN;
		out->email = who.email;
		return 1;
	}
	return 0;
}

/* -- both ------------------------------------------------------------------------------------- */

static int
take(const struct returning *r, const struct report *report, struct arena *a, struct returned *out,
	struct err *e)
{
	int left = 0;

	switch (report->sort) {
	case REPORT_BOUNCE:
	case REPORT_ABUSE:
		return take_report(r, report, a, out, e);
	case REPORT_OTHER:
	case REPORT_AUTO_REPLY:
		/* There are clients that call an unsubscribe of theirs an automatic answer. */
		left = take_leave(r, report, a, out, e);
		if (left == 0 && report->sort == REPORT_OTHER)
			out->what = RETURNED_UNMATCHED;
		break;
	case REPORT_DELAY:
	case REPORT_DELIVERED:
	case REPORT_CHALLENGE:
	case REPORT_FEEDBACK:
		break;
	}
	return left < 0 ? -1 : 0;
}

int
returned_take(const struct returning *r, const struct report *report, struct arena *a,
	struct returned *out, struct err *e)
{
	*out = (struct returned){ .what = RETURNED_NOTHING, .how = RETURNED_UNPROVED };
	if (db_begin(r->db, e) < 0)
		return -1;
	if (take(r, report, a, out, e) == 0 && db_commit(r->db, e) == 0)
		return 0;
	db_rollback(r->db);
	return -1;
}

/* cmd_why.c: `morningpost why`: every fact about one person and one issue, and what follows from
 * them. */
#include <getopt.h>

#include "cmd/command.h"
#include "cmd/desk.h"
#include "cmd/options.h"
#include "mail/address.h"
#include "store/attempt.h"
#include "store/bounce.h"
#include "store/canary.h"
#include "store/delivery.h"
#include "store/event.h"
#include "store/relay.h"
#include "store/subscriber.h"

const char cmd_why_help[] = "  EMAIL       who asks\n"
			    "  --date D    the issue of that day (default: today)\n";

static int
print_event(void *context, const struct event *ev, struct err *e)
{
	struct out *o = context;
	char when[24];

	(void)e;
	clock_rfc3339(ev->at, when);
	out_object(o, NULL);
	out_time(o, "at", ev->at);
	out_str(o, "kind", ev->kind);
	out_str(o, "detail", ev->detail);
	out_end(o);
	out_line(o, "  %s  %.*s %.*s", when, STR_ARG(ev->kind), STR_ARG(ev->detail));
	return 0;
}

static int
print_attempt(void *context, const struct attempt *at, struct err *e)
{
	struct out *o = context;
	char when[24];

	(void)e;
	clock_rfc3339(at->at, when);
	out_object(o, NULL);
	out_int(o, "n", at->n);
	out_time(o, "at", at->at);
	out_str(o, "state", at->state);
	out_str(o, "relay", at->relay);
	out_int(o, "code", at->code);
	out_str(o, "status", at->status);
	out_str(o, "words", at->words);
	out_end(o);
	out_line(o, "  %s  %.*s at %.*s: %d %.*s", when, STR_ARG(at->state), STR_ARG(at->relay),
		at->code, STR_ARG(at->words));
	return 0;
}

static int
print_bounce(void *context, const struct bounce *b, struct err *e)
{
	struct out *o = context;
	char when[24];

	(void)e;
	clock_rfc3339(b->at, when);
	out_object(o, NULL);
	out_time(o, "at", b->at);
	out_strz(o, "kind", bounce_kind_name(b->kind));
	out_strz(o, "by", bounce_source_name(b->source));
	out_int(o, "code", b->code);
	out_str(o, "status", b->status);
	out_str(o, "words", b->words);
	out_end(o);
	out_line(o, "  %s  %s by %s: %.*s %.*s", when,
		b->kind == BOUNCE_COMPLAINT ? "a complaint"
		: b->kind == BOUNCE_HARD    ? "a hard bounce"
					    : "a soft bounce",
		bounce_source_name(b->source), STR_ARG(b->status), STR_ARG(b->words));
	return 0;
}

/* All that the answer is made of. */
struct facts {
	const struct publication *p;
	struct db *db;
	struct arena *a;
	struct day day;
	struct subscriber s;
	bool begun, has_row;
	struct issue issue;
	struct delivery_row row;
};

/* Why somebody in this state is not on the way; NULL: they are active. */
static const char *
why_not_active(const struct subscriber *s)
{
	switch (s->state) {
	case SUBSCRIBER_PENDING:
		return "they have not confirmed their address yet: they are pending";
	case SUBSCRIBER_UNSUBSCRIBED:
		return "they have left the list";
	case SUBSCRIBER_BOUNCED:
		return "their address bounced: they get no mail";
	case SUBSCRIBER_COMPLAINED:
		return "they complained: they get no mail";
	case SUBSCRIBER_ACTIVE:
		break;
	}
	return NULL;
}

/* Why there is no row for them: the first reason that holds. */
static const char *
why_no_row(const struct facts *f)
{
	const struct subscriber *s = &f->s;
	const struct issue *issue = &f->issue;
	const char *why = why_not_active(s);
	char text[11];

	clock_print_day(f->day, text);
	if (why)
		return why;
	if (s->paused_until.n && str_cmp(s->paused_until, str_of(text)) > 0)
		return arena_printf(
			f->a, "they paused: no issue before %.*s", STR_ARG(s->paused_until));
	if (str_eqz(s->frequency, "saturday") && clock_weekday(f->day) != 6)
		return "they take Saturday's issue only";
	if (!f->begun)
		return "the issue has not been begun";
	if (issue->state == ISSUE_PLANNING && s->id > issue->planned_to)
		return "the issue is being planned and has not come to them yet";
	if (s->created_at > issue->started_at || s->state_at > issue->started_at)
		return "they came onto the list after it was planned; 'send --only-missed' is not "
		       "for them, the next issue is";
	return "it was sent to a part of the list (--tag) that they are not in; 'send "
	       "--only-missed' serves them";
}

/* The relay that keeps all of them waiting: NULL when one can be had, or nothing is known. */
static const char *
why_no_relay(const struct facts *f, struct err *e, bool *failed)
{
	const struct settings *s = &f->p->settings;
	const char *why = NULL;
	char when[24];

	for (size_t i = 0; i < s->relay_count; i++) {
		struct peer p;
		int got = peer_find(f->db, PEER_RELAY, str_of(s->relays[i].url), f->a, &p, e);

		*failed = got < 0;
		if (got <= 0 || (p.sick_until <= clock_now() && p.refused_at == 0))
			return NULL;
		if (p.sick_until > clock_now()) {
			clock_rfc3339(p.sick_until, when);
			why = arena_printf(f->a, "relay %s is left alone until %s: %.*s",
				s->relays[i].url, when, STR_ARG(p.words));
		} else {
			clock_rfc3339(p.refused_at, when);
			why = arena_printf(f->a, "relay %s took nothing in the run of %s: %.*s",
				s->relays[i].url, when, STR_ARG(p.words));
		}
	}
	return why;
}

static const char *
why_no_domain(const struct facts *f, struct err *e, bool *failed)
{
	struct peer p;
	int got = peer_find(f->db, PEER_DOMAIN, f->s.domain, f->a, &p, e);
	char when[24];

	*failed = got < 0;
	if (got <= 0 || p.sick_until <= clock_now())
		return NULL;
	clock_rfc3339(p.sick_until, when);
	return arena_printf(f->a, "their domain keeps putting off and is left alone until %s: %.*s",
		when, STR_ARG(p.words));
}

static int
waits_for_canary(const struct facts *f, bool *waits, struct err *e)
{
	struct canary_tally t;
	int is_one = canary_has(f->db, f->issue.id, f->s.id, e);

	if (is_one < 0 || canary_count(f->db, &f->issue, &t, e) < 0)
		return -1;
	*waits = t.all && !t.passed_at && !is_one;
	return 0;
}

/* What keeps somebody who is queued or deferred: the first that holds. -1 and e. */
static int
why_not_yet(const struct facts *f, const char **why, struct err *e)
{
	bool failed = false, waits = false;

	*why = why_not_active(&f->s);
	if (*why)
		return 0;
	if (f->issue.state == ISSUE_STALE)
		*why = "the issue's last moment is past";
	else if (f->issue.state == ISSUE_HELD)
		*why = arena_printf(f->a, "the issue is held: %.*s", STR_ARG(f->issue.held_why));
	if (*why)
		return 0;
	if (waits_for_canary(f, &waits, e) < 0)
		return -1;
	if (waits) {
		*why = "others go first: the canary (send.canary) has not let the rest go yet";
		return 0;
	}
	*why = why_no_domain(f, e, &failed);
	if (!*why && !failed)
		*why = why_no_relay(f, e, &failed);
	if (failed)
		return -1;
	if (!*why)
		*why = f->row.state == DELIVERY_DEFERRED ? "it is tried again at the time above"
							 : "the next send serves them";
	return 0;
}

static int
what_follows(const struct facts *f, const char **so, struct err *e)
{
	switch (f->row.state) {
	case DELIVERY_QUEUED:
	case DELIVERY_DEFERRED:
		return why_not_yet(f, so, e);
	case DELIVERY_SENDING:
		*so = "a send has it in hand, or ended with it on the wire: then the next one "
		      "treats it as in doubt";
		break;
	case DELIVERY_SENT:
		*so = "nothing: a relay has taken it";
		break;
	case DELIVERY_FAILED:
		*so = "nothing: it is not tried again for this issue";
		break;
	case DELIVERY_IN_DOUBT:
		if (f->row.relay.n && !settings_find_relay(&f->p->settings, f->row.relay)) {
			*so = "the relay that may have it is not in the settings, and no other "
			      "sends it on a guess: it stays so until that one is back, or "
			      "'morningpost resolve' settles it";
			break;
		}
		*so = f->p->settings.send.in_doubt == SETTINGS_RESEND
			      ? "the next send sends it again (send.in_doubt: resend)"
			      : "it stays so (send.in_doubt: hold) until 'morningpost resolve' "
				"settles it";
		break;
	case DELIVERY_SKIPPED:
		*so = "nothing: they left before it was sent";
		break;
	}
	return 0;
}

static void
print_row(struct out *o, const struct delivery_row *row)
{
	out_strz(o, "delivery", delivery_state_name(row->state));
	out_int(o, "attempts", row->attempts);
	out_int(o, "doubts", row->doubts);
	out_time(o, "changed_at", row->changed_at);
	out_time(o, "next_at", row->next_at);
	if (row->relay.n)
		out_str(o, "relay", row->relay);
	if (row->code)
		out_int(o, "code", row->code);
	if (row->status.n)
		out_str(o, "status", row->status);
	if (row->words.n)
		out_str(o, "words", row->words);
}

static int
print_facts(struct out *o, const struct facts *f, struct err *e)
{
	const char *so = NULL;
	int status = 0;

	out_strz(o, "state", subscriber_state_name(f->s.state));
	out_time(o, "since", f->s.state_at);
	if (f->s.state_why.n)
		out_str(o, "because", f->s.state_why);
	if (f->has_row) {
		print_row(o, &f->row);
		status = what_follows(f, &so, e);
	} else {
		so = why_no_row(f);
	}
	if (status == 0)
		out_strz(o, "so", so);
	out_array(o, "attempts_made");
	if (status == 0 && f->has_row)
		status = attempt_each(f->db, f->issue.id, f->s.id, print_attempt, o, e);
	out_end(o);
	out_array(o, "returned");
	if (status == 0)
		status = bounce_each(f->db, f->s.id, print_bounce, o, e);
	out_end(o);
	out_array(o, "events");
	if (status == 0)
		status = event_each(f->db, f->s.id, print_event, o, e);
	out_end(o);
	return status;
}

static int
explain(struct context *c, struct desk *d, struct day day, const char *email, struct err *e)
{
	struct facts f = { .p = &d->publication, .db = d->db, .a = &d->arena, .day = day };
	struct address address;
	const char *why;
	char text[11];
	int known, begun, has_row = 0, status;

	if (address_parse(str_trim(str_of(email)), &d->arena, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_DATA, "'%s' is no address: %s", email, why);
	known = subscriber_find(d->db, address.key, &d->arena, &f.s, e);
	begun = known < 0 ? -1 : issue_find(d->db, day, &d->arena, &f.issue, e);
	if (known == 1 && begun == 1)
		has_row = delivery_get(d->db, f.issue.id, f.s.id, &d->arena, &f.row, e);
	if (known < 0 || begun < 0 || has_row < 0)
		return -1;
	f.begun = begun == 1;
	f.has_row = has_row == 1;
	clock_print_day(day, text);
	out_object(&c->out, NULL);
	out_str(&c->out, "email", address.envelope);
	out_strz(&c->out, "issue", text);
	if (known == 0) {
		out_null(&c->out, "state");
		out_strz(&c->out, "so", "they are not on the list");
		out_end(&c->out);
		return err_set(e, ERR_NOINPUT, "%s: not on the list", email);
	}
	status = print_facts(&c->out, &f, e);
	out_end(&c->out);
	return status;
}

int
cmd_why(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date;
	struct day day;
	struct desk d;
	int status;

	if (options_only_date("why", argc, argv, &date, e) < 0)
		return -1;
	if (argc - optind != 1)
		return command_usage("why", e, "it takes one EMAIL");
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = options_day("why", date, &d.publication, &day, e);
	if (status == 0)
		status = explain(c, &d, day, argv[optind], e);
	desk_close(&d);
	return status;
}

#include "cmd/report.h"

#include <string.h>

#include "base/clock.h"
#include "cmd/approving.h"
#include "cmd/drafting.h"
#include "cmd/known.h"
#include "store/canary.h"
#include "store/edition.h"
#include "store/relay.h"
#include "store/tally.h"

enum { TOP = 10, PEERS = 1000 };

/* What an issue is before its sending begins: a file, or one that waits for somebody's word. */
static int
state_of_file(const struct publication *p, struct db *db, struct day day, const struct approving *f,
	struct arena *a, const char **state, const char **why, struct err *e)
{
	bool file = drafting_has_file(p, day),
	     approved = f->state == APPROVING_SAME || f->state == APPROVING_FIGURES;
	int hand = known_hand(p, db, day, e);
	const char *held = hand < 0 ? NULL : known_why_held(p, (enum known_hand)hand);

	*why = held ? arena_printf(a, "it is %s", held)
	       : file && p->settings.send.approval_required && !approved
		       ? "it is not approved (send.approval: required)"
		       : NULL;
	*state = *why ? "held" : file ? "composed" : "none";
	return hand < 0 ? -1 : 0;
}

/* Of an issue that was begun: what those who are served now get. */
static int
begun_edition(struct db *db, const struct issue *issue, struct arena *a, char hash[static SIGN_HEX],
	struct approving *out, struct err *e)
{
	struct edition ed;
	int got = edition_get(db, issue->edition_id, a, &ed, e);

	hash[0] = '\0';
	if (got == 1 && ed.hash.n == 64)
		memcpy(hash, arena_strz(a, ed.hash), 65);
	return got < 0 ? -1
		       : approving_look(db, issue->day, str_of(hash), (struct str){ 0 }, a, out, e);
}

static void
write_edition(struct out *o, const char *hash, const struct approving *f)
{
	out_strz(o, "edition", *hash ? hash : NULL);
	if (f->state != APPROVING_SAME && f->state != APPROVING_FIGURES)
		return;
	out_str(o, "approved_by", f->approval.by);
	out_time(o, "approved_at", f->approval.at);
}

/* Left alone, or took nothing in the last run: with the words that it said. */
static void
write_health(struct out *o, const struct peer *p, int64_t now)
{
	char when[24];

	if (!p || (p->sick_until <= now && p->refused_at == 0))
		return;
	if (p->sick_until > now) {
		clock_rfc3339(p->sick_until, when);
		out_time(o, "rests_until", p->sick_until);
	} else {
		clock_rfc3339(p->refused_at, when);
		out_time(o, "refused_at", p->refused_at);
	}
	out_str(o, "words", p->words);
	out_line(o, "    %s %s: %.*s",
		p->sick_until > now ? "left alone until" : "took nothing in the run of", when,
		STR_ARG(p->words));
}

static const struct peer *
peer_of(const struct peer *peers, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(peers[i].name, name))
			return &peers[i];
	return NULL;
}

static int
write_peers(struct out *o, const struct publication *p, struct db *db, enum peer_kind kind,
	const struct tally_peer *rows, size_t n, struct err *e)
{
	const char *one = kind == PEER_RELAY ? "relay" : "domain";
	int64_t now = clock_now();
	struct arena a = { 0 };
	struct peer *peers;
	size_t peer_count;
	int status = peer_all(db, kind, PEERS, &a, &peers, &peer_count, e);

	out_array(o, kind == PEER_RELAY ? "relays" : "domains");
	for (size_t i = 0; status == 0 && i < n; i++) {
		const struct tally_peer *r = &rows[i];

		out_object(o, NULL);
		out_str(o, one, r->name);
		out_int(o, "recipients", r->all);
		out_int(o, "sent", r->counts[DELIVERY_SENT]);
		out_int(o, "failed", r->counts[DELIVERY_FAILED]);
		out_int(o, "deferred", r->counts[DELIVERY_DEFERRED]);
		out_int(o, "in_doubt", r->counts[DELIVERY_IN_DOUBT]);
		out_line(o, "  %s %.*s: %lld, %lld sent, %lld failed, %lld deferred, %lld in doubt",
			one, STR_ARG(r->name), (long long)r->all,
			(long long)r->counts[DELIVERY_SENT], (long long)r->counts[DELIVERY_FAILED],
			(long long)r->counts[DELIVERY_DEFERRED],
			(long long)r->counts[DELIVERY_IN_DOUBT]);
		write_health(o, peer_of(peers, peer_count, r->name), now);
		if (kind == PEER_RELAY && r->counts[DELIVERY_IN_DOUBT] &&
			!settings_find_relay(&p->settings, r->name)) {
			out_bool(o, "gone", true);
			out_line(o, "    not in the settings: who is in doubt stays so until it is "
				    "back, or 'morningpost resolve' settles it");
		}
		out_end(o);
	}
	out_end(o);
	arena_free(&a);
	return status;
}

static void
write_refusals(struct out *o, const struct tally *t)
{
	out_array(o, "refusals");
	for (size_t i = 0; i < t->refusal_count; i++) {
		const struct tally_refusal *r = &t->refusals[i];

		out_object(o, NULL);
		out_int(o, "count", r->count);
		out_strz(o, "state", delivery_state_name(r->state));
		out_int(o, "code", r->code);
		out_str(o, "words", r->words);
		out_end(o);
		out_line(o, "  %lld %s: %d %.*s", (long long)r->count,
			delivery_state_name(r->state), r->code, STR_ARG(r->words));
	}
	out_end(o);
}

/* Messages a second over the last minute, and how long the queue lasts at that. */
static void
write_rate(struct out *o, const struct issue *issue, const struct tally *t, int64_t now)
{
	int64_t span = now - t->lately_since,
		left = t->counts[DELIVERY_QUEUED] + t->counts[DELIVERY_SENDING];
	double rate;
	char text[32];

	if (t->lately == 0 || issue->state != ISSUE_SENDING || left == 0) {
		out_null(o, "rate");
		out_null(o, "time_left");
		return;
	}
	rate = (double)t->lately * (double)CLOCK_SECOND /
	       (double)(span > CLOCK_SECOND ? span : CLOCK_SECOND);
	clock_print_span((int64_t)((double)left / rate) * CLOCK_SECOND, text);
	out_real(o, "rate", rate, 1);
	if (o->json)
		out_int(o, "time_left", (int64_t)((double)left / rate));
	else
		out_strz(o, "time_left", text);
}

static int
write_canary(struct out *o, struct db *db, const struct issue *issue, struct err *e)
{
	struct canary_tally t;
	const char *state;
	int64_t unknown;

	if (canary_count(db, issue, &t, e) < 0)
		return -1;
	if (t.all == 0)
		return 0;
	unknown = t.going + t.waiting;
	state = t.passed_at                  ? "passed"
		: issue->state == ISSUE_HELD ? "held"
		: t.going                    ? "going"
					     : "waiting";
	out_object(o, "canary");
	out_strz(o, "state", state);
	out_int(o, "recipients", t.all);
	out_int(o, "refused", t.failed);
	out_int(o, "unknown", unknown);
	out_end(o);
	out_line(o, "  canary %s: %lld, %lld refused, %lld not known yet", state, (long long)t.all,
		(long long)t.failed, (long long)unknown);
	return 0;
}

static int
write_details(struct out *o, const struct publication *p, struct db *db, const struct issue *issue,
	const struct tally *t, struct err *e)
{
	if (issue->state == ISSUE_HELD)
		out_str(o, "held_why", issue->held_why);
	out_time(o, "started_at", issue->started_at);
	out_time(o, "finished_at", issue->finished_at);
	out_time(o, "last_moment", issue->last_moment);
	write_rate(o, issue, t, clock_now());
	if (write_canary(o, db, issue, e) < 0 ||
		write_peers(o, p, db, PEER_RELAY, t->relays, t->relay_count, e) < 0 ||
		write_peers(o, p, db, PEER_DOMAIN, t->domains, t->domain_count, e) < 0)
		return -1;
	write_refusals(o, t);
	return 0;
}

/* The issue as the ledger has it. */
static int
report_begun(struct out *o, const struct publication *p, struct db *db, struct issue *issue,
	struct arena *a, struct err *e)
{
	struct tally t = { 0 };
	struct approving f;
	char text[11], hash[SIGN_HEX];
	int status;

	if (tally_issue(db, issue->id, TOP, clock_now(), a, &t, e) < 0 ||
		begun_edition(db, issue, a, hash, &f, e) < 0)
		return -1;
	clock_print_day(issue->day, text);
	out_object(o, NULL);
	out_strz(o, "issue", text);
	out_strz(o, "state", issue_state_name(issue->state));
	write_edition(o, hash, &f);
	out_int(o, "recipients", t.all);
	for (int i = 0; i < DELIVERY_STATES; i++)
		out_int(o, delivery_state_name((enum delivery_state)i), t.counts[i]);
	status = write_details(o, p, db, issue, &t, e);
	out_end(o);
	return status;
}

/* The issue as its file stands. */
static int
report_file(struct out *o, const struct publication *p, struct db *db, struct day day,
	struct arena *a, struct err *e)
{
	const char *state, *why;
	struct approving f = { 0 };
	char text[11], hash[SIGN_HEX] = "";

	if ((drafting_has_file(p, day) && approving_ask(p, db, day, a, hash, &f, e) < 0) ||
		state_of_file(p, db, day, &f, a, &state, &why, e) < 0)
		return -1;
	clock_print_day(day, text);
	out_object(o, NULL);
	out_strz(o, "issue", text);
	out_strz(o, "state", state);
	write_edition(o, hash, &f);
	out_int(o, "recipients", 0);
	for (int i = 0; i < DELIVERY_STATES; i++)
		out_int(o, delivery_state_name((enum delivery_state)i), 0);
	if (why)
		out_strz(o, "held_why", why);
	out_end(o);
	return 0;
}

int
report_issue(
	struct out *o, const struct publication *p, struct db *db, struct day day, struct err *e)
{
	struct arena a = { 0 };
	struct issue issue;
	int found = issue_find(db, day, &a, &issue, e), status = -1;

	if (found == 1)
		status = report_begun(o, p, db, &issue, &a, e);
	else if (found == 0)
		status = report_file(o, p, db, day, &a, e);
	arena_free(&a);
	return status;
}

#include "deliver/gate.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "deliver/run.h"
#include "store/event.h"

enum gate
gate_judge(const struct canary_tally *t, const struct gate_rule *rule, int64_t now, int64_t *until)
{
	int64_t unknown = t->going + t->waiting + (rule->resends ? t->in_doubt : 0), last = t->last;

	*until = 0;
	if (t->all == 0 || t->passed_at)
		return GATE_OPEN;
	if ((double)t->failed > rule->max_failed * (double)t->all)
		return GATE_HOLDS;
	if (t->going && !rule->idle)
		return GATE_CANARY;
	if (unknown * 2 > t->all)
		return GATE_WAITS;
	/* A clock that stepped back does not make the wait longer than it is. */
	if (last > now)
		last = now;
	*until = last + rule->wait;
	return now >= *until ? GATE_OPEN : GATE_WAITS;
}

/* -- in a run --------------------------------------------------------------------------------- */

static int
open_gate(struct run *r, struct db *db, bool canary, struct err *e)
{
	if (db_begin(db, e) == 0 &&
		(!canary || (canary_pass(db, r->issue->id, clock_now(), e) == 0 &&
				    event_add(db, clock_now(), "canary-passed", 0, r->issue->id,
					    (struct str){ 0 }, e) == 0)) &&
		(r->issue->state != ISSUE_HELD ||
			issue_set_state(db, r->issue->id, ISSUE_SENDING, (struct str){ 0 },
				clock_now(), e) == 0) &&
		db_commit(db, e) == 0) {
		if (r->issue->state == ISSUE_HELD)
			r->issue->state = ISSUE_SENDING;
		return 0;
	}
	db_rollback(db);
	return -1;
}

static int
hold(struct run *r, struct db *db, const struct canary_tally *t, struct err *e)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	struct arena a = { 0 };
	struct str words = { 0 };
	char code_text[16] = "";
	int code = 0, status;

	status = canary_words(db, r->issue, &a, &words, &code, e);
	if (code)
		snprintf(code_text, sizeof code_text, "%d ", code);
	snprintf(r->out->why, sizeof r->out->why,
		"the canary: %lld of %lld were refused, and send.canary.max_failed is %g%%; most "
		"with: %s%.*s",
		(long long)t->failed, (long long)t->all, s->canary_max_failed * 100, code_text,
		(int)(words.n < 700 ? words.n : 700), words.n ? words.p : "");
	arena_free(&a);
	if (status < 0)
		return -1;
	if (db_begin(db, e) == 0 &&
		issue_set_state(
			db, r->issue->id, ISSUE_HELD, str_of(r->out->why), clock_now(), e) == 0 &&
		(r->issue->state == ISSUE_HELD ||
			event_add(db, clock_now(), "held", 0, r->issue->id, (struct str){ 0 }, e) ==
				0) &&
		db_commit(db, e) == 0) {
		r->issue->state = ISSUE_HELD;
		return 0;
	}
	db_rollback(db);
	return -1;
}

/* From the ledger as it stands; the clerk's work while the loop runs and waits for it. */
static int
judge(struct db *db, void *context, struct err *e)
{
	struct run *r = context;
	const struct settings_send *s = &r->o->publication->settings.send;
	const struct gate_rule rule = { .max_failed = s->canary_max_failed,
		.wait = s->canary_wait,
		.resends = s->in_doubt == SETTINGS_RESEND,
		.idle = r->gate_asked != 0 };
	struct canary_tally t;

	if (canary_count(db, r->issue, &t, e) < 0)
		return -1;
	r->gate = gate_judge(&t, &rule, clock_now(), &r->gate_until);
	if (r->o->force || s->canary_count == 0)
		r->gate = GATE_OPEN;
	if (r->gate == GATE_HOLDS)
		return hold(r, db, &t, e);
	if (r->gate == GATE_OPEN)
		return t.passed_at && r->issue->state != ISSUE_HELD
			       ? 0
			       : open_gate(r, db, t.all && !t.passed_at, e);
	return 0;
}

int
gate_start(struct run *r)
{
	const struct settings_send *s = &r->o->publication->settings.send;

	if (s->canary_count && !r->o->force &&
		canary_choose(r->db, r->issue->id, s->canary_count, r->e) < 0)
		return -1;
	return judge(r->db, r, r->e);
}

int
gate_turn(struct run *r)
{
	enum gate before = r->gate;

	if (r->gate_asked && clock_steady() - r->gate_asked < CLOCK_SECOND &&
		(r->gate_until == 0 || clock_now() < r->gate_until))
		return 0;
	r->gate_asked = clock_steady();
	if (clerk_do(r->clerk, judge, r, r->e) < 0)
		return -1;
	if (r->gate == GATE_WAITS && before == GATE_CANARY)
		log_info("the canary has gone; the rest waits for what comes of it");
	if (r->gate == GATE_OPEN)
		queue_put_back(r, 1);
	return 0;
}

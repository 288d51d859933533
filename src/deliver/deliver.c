#include "deliver/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "deliver/run.h"
#include "store/event.h"

enum {
	PLAN_CHUNK = 5000, /* rows a transaction: some 20 ms */
	EVENTS = 256,
	DOUBT_PASSES = 1, /* of sending again, in one run */
};

#define DRAIN_TIME (30 * CLOCK_SECOND)
#define QUIT_TIME (5 * CLOCK_SECOND)
#define GRACE (CLOCK_SECOND / 2) /* of a deadline: for what is on the wire, and for QUIT */

/* A run with a deadline begins to end before it: what is on the wire shall have its reply. */
static int64_t
stop_at(const struct run *r)
{
	int64_t ending = r->o->deadline / 4;

	if (!r->o->deadline)
		return INT64_MAX;
	return r->began + r->o->deadline - (ending < DRAIN_TIME ? ending : DRAIN_TIME);
}

void
run_drain(struct run *r)
{
	if (r->draining)
		return;
	r->draining = true;
	r->drain_until = clock_steady() + DRAIN_TIME;
	if (r->o->deadline && r->began + r->o->deadline + GRACE < r->drain_until)
		r->drain_until = r->began + r->o->deadline + GRACE;
	relay_drain(r->relays.loop);
}

/* -- the run ---------------------------------------------------------------------------------- */

static void
tell(struct run *r, bool now)
{
	if (!r->o->progress || (!now && clock_steady() - r->told < CLOCK_SECOND))
		return;
	r->told = clock_steady();
	r->progress.sent = r->out->sent;
	r->progress.failed = r->out->failed;
	r->progress.deferred = r->out->deferred;
	r->o->progress(r->o->context, &r->progress);
}

static bool
all_refused(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_usable(r->relays.relay[i]) ||
			relay_rests_until(r->relays.relay[i]) > clock_steady())
			return false;
	return true;
}

static bool
any_usable(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_usable(r->relays.relay[i]))
			return true;
	return false;
}

static bool
must_stop(const struct run *r)
{
	return (r->o->stop && *r->o->stop) || clock_steady() >= stop_at(r) || r->policy_stop ||
	       r->limit != LIMIT_KEPT || (!r->o->force && clock_now() > r->issue->last_moment);
}

/* In doubt and to be sent again: after all others, and not for ever in one run. */
static int
requeue_doubts(struct db *db, void *context, struct err *e)
{
	const struct run *r = context;
	int64_t n;

	if (db_begin(db, e) < 0 ||
		delivery_requeue_doubt(
			db, r->issue->id, buf_str(&r->relays.urls), clock_now(), &n, e) < 0 ||
		db_commit(db, e) < 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

static int
resend_doubts(struct run *r)
{
	if (r->o->publication->settings.send.in_doubt != SETTINGS_RESEND || !r->doubts ||
		r->doubt_passes >= DOUBT_PASSES)
		return 0;
	r->doubts = false;
	r->doubt_passes++;
	if (clerk_do(r->clerk, requeue_doubts, r, r->e) < 0)
		return -1;
	queue_put_back(r, 1);
	return 0;
}

/* Until the next of those who are put off can be tried: when they are due, and when their domain
 * has rested. -1: there is none. */
static int64_t
time_left(const struct run *r)
{
	int64_t now = clock_steady(), wakes = health_wakes_at(&r->health, now), left = -1;

	if (r->next_due)
		left = r->next_due > clock_now() ? r->next_due - clock_now() : 0;
	if (wakes && (left < 0 || wakes - now < left))
		left = wakes - now;
	return left;
}

/* Is there anything that this run should still wait for? */
static int
is_finished(struct run *r, bool *finished)
{
	int64_t waited = clock_steady() - r->began, left;

	*finished = false;
	if (r->in_hand || relay_in_hand(r->relays.loop) || !turn_is_idle(r))
		return 0;
	if (r->draining || all_refused(r) || r->gate == GATE_HOLDS ||
		(r->o->most && r->taken >= r->o->most)) {
		*finished = true;
		return 0;
	}
	if (!queue_is_empty(r) || r->later_count || r->sealing_count || r->passed_over ||
		r->apart_until) {
		/* Rows there are, but no relay to be had: not for longer than we are told to wait.
		 * One that is at its rate, or busy with what was withdrawn, will take them. */
		*finished = !r->later_count &&
			    (!any_usable(r) || (queue_is_empty(r) && !r->sealing_count)) &&
			    waited >= r->o->wait && clock_steady() >= r->first_try;
		return 0;
	}
	if (r->gate != GATE_OPEN) {
		if (gate_turn(r) < 0)
			return -1;
		*finished = r->gate == GATE_HOLDS;
		if (r->gate == GATE_OPEN || *finished || (r->gate == GATE_WAITS && r->gate_until))
			return 0;
	}
	if (r->doubts && r->o->publication->settings.send.in_doubt == SETTINGS_RESEND &&
		r->doubt_passes < DOUBT_PASSES)
		return resend_doubts(r);
	left = time_left(r);
	*finished = (left < 0 || waited >= r->o->wait || left > r->o->wait - waited) &&
		    clock_steady() >= r->first_try;
	return 0;
}

static void
bring_forward(int64_t *until, int64_t at, int64_t now)
{
	if (at > now && at < *until)
		*until = at;
}

/* A relay, a domain, or one that is in trouble may be given to again. */
static void
wait_for_rates(const struct run *r, int64_t steady, int64_t *until)
{
	for (size_t i = 0; i < r->relays.count; i++) {
		bring_forward(until, pace_next(&r->relays.pace[i], steady), steady);
		bring_forward(until, relay_rests_until(r->relays.relay[i]), steady);
	}
	if (r->later_count == 0)
		return;
	for (size_t i = 0; i < r->o->publication->settings.domain_count; i++)
		bring_forward(until, pace_next(&r->domains[i].pace, steady), steady);
	for (size_t i = 0; i < r->health.count; i++)
		bring_forward(until, pace_next(&r->health.table[i].pace, steady), steady);
}

static int64_t
until_when(const struct run *r)
{
	int64_t steady = clock_steady(), wall = clock_now(), until = steady + CLOCK_SECOND, wakes;
	bool room = offer_may_take(r) && choose_any_room(r) && sealing_has_room(r);

	/* Rows at hand and room for them: no sleep at all. */
	if (room && queue_has_rows(r))
		return steady;
	if (turn_until(r) < until)
		until = turn_until(r);
	if (!r->draining && stop_at(r) < until)
		until = stop_at(r);
	if (r->draining && r->drain_until < until)
		until = r->drain_until;
	if (r->apart_until && r->apart_until < until)
		until = r->apart_until;
	wait_for_rates(r, steady, &until);
	wakes = health_wakes_at(&r->health, steady);
	if (wakes && wakes < until)
		until = wakes;
	/* Due, and no relay to be had for them: its rest is above. */
	if (r->next_due && (room || r->next_due > wall) && steady + r->next_due - wall < until)
		until = steady + r->next_due - wall;
	if (r->gate == GATE_WAITS && r->gate_until && steady + r->gate_until - wall < until)
		until = steady + r->gate_until - wall;
	return until;
}

/* What the relays said, and what follows from it; then as much again as there is room for. */
static int
turn_once(struct run *r)
{
	struct relay_event events[EVENTS];
	size_t n = relay_wait(r->relays.loop, until_when(r), events, EVENTS);

	if (turn_settle(r) < 0)
		return -1;
	if (must_stop(r))
		run_drain(r);
	for (size_t i = 0; i < n; i++)
		verdict_record(r, &events[i]);
	learn_tick(r);
	if (limit_tick(r) < 0 || offer_rows(r) < 0)
		return -1;
	/* The clerk begins before we write: the disk and the wire take their time together. */
	relay_prepare(r->relays.loop);
	turn_collect(r);
	if (turn_until(r) <= clock_steady())
		turn_submit(r);
	relay_write(r->relays.loop);
	FAULT("after-flush");
	return 0;
}

static int
do_nothing(struct db *db, void *context, struct err *e)
{
	(void)db;
	(void)context;
	(void)e;
	return 0;
}

/* Nothing that came is left unwritten. */
static int
write_rest(struct run *r)
{
	while (!turn_is_idle(r)) {
		if (clerk_do(r->clerk, do_nothing, NULL, r->e) < 0 || turn_settle(r) < 0)
			return -1;
		turn_submit(r);
	}
	return 0;
}

static int
run_loop(struct run *r)
{
	bool finished = false;
	int status = 0;

	while (status == 0 && !finished) {
		status = turn_once(r);
		tell(r, false);
		if (r->draining && clock_steady() > r->drain_until) {
			/* In doubt, from now on. */
			relay_give_up(r->relays.loop, "the run had to end");
			while (status == 0 && relay_in_hand(r->relays.loop))
				status = turn_once(r);
			break;
		}
		if (status == 0)
			status = is_finished(r, &finished);
	}
	return status < 0 ? -1 : write_rest(r);
}

static int
run_with_clerk(struct run *r)
{
	int status;

	r->clerk = clerk_start(r->db, r->e);
	if (!r->clerk)
		return -1;
	relay_wake_by(r->relays.loop, clerk_fd(r->clerk));
	status = sealing_start(r);
	r->next_due = 1; /* nobody has looked yet */
	if (status == 0)
		status = run_loop(r);
	r->refused = all_refused(r);
	r->usable = any_usable(r);
	if (status == 0)
		relay_quit(r->relays.loop, r->o->deadline ? GRACE : QUIT_TIME);
	relay_wake_by(r->relays.loop, -1);
	sealing_stop(r);
	clerk_stop(r->clerk);
	return status;
}

static int
plan(struct run *r)
{
	int got = 1;

	while (got == 1) {
		if (r->o->stop && *r->o->stop)
			return 0;
		got = delivery_plan(r->db, r->issue, &r->o->choice, PLAN_CHUNK, clock_now(), r->e);
		FAULT("after-plan-chunk");
	}
	return got;
}

/* What an earlier run left on the wire: in doubt from now on. */
static int
recover(struct run *r)
{
	int64_t n = 0, again = 0, stranded = 0;
	struct str relays = buf_str(&r->relays.urls);
	bool resend = r->o->publication->settings.send.in_doubt == SETTINGS_RESEND;

	if (db_begin(r->db, r->e) < 0 ||
		delivery_doubt(r->db, r->issue->id, clock_now(), &n, r->e) < 0 ||
		delivery_strand(r->db, r->issue->id, relays, clock_now(), &stranded, r->e) < 0 ||
		(resend && delivery_requeue_doubt(
				   r->db, r->issue->id, relays, clock_now(), &again, r->e) < 0) ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	if (n)
		log_warn("%lld were on the wire when the last run ended: in doubt%s", (long long)n,
			resend ? ", and sent again" : "; see 'morningpost resolve'");
	return 0;
}

/* How it ended is part of the record, as its beginning is. */
static int
note_end(struct run *r, const int64_t counts[DELIVERY_STATES])
{
	static const enum delivery_state told[] = { DELIVERY_SENT, DELIVERY_FAILED,
		DELIVERY_IN_DOUBT, DELIVERY_SKIPPED };
	struct buf detail;
	int status;

	buf_init(&detail, 512);
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		buf_printf(&detail, "%s\"%s\":%lld", i ? "," : "{", delivery_state_name(told[i]),
			(long long)counts[told[i]]);
	buf_addc(&detail, '}');
	status = event_add(
		r->db, clock_now(), "send-ended", 0, r->issue->id, buf_str(&detail), r->e);
	buf_free(&detail);
	return status;
}

static int
expire(struct run *r, int64_t *n)
{
	int64_t counts[DELIVERY_STATES];

	if (db_begin(r->db, r->e) < 0 ||
		delivery_expire(r->db, r->issue->id, clock_now(), n, r->e) < 0 ||
		delivery_counts(r->db, r->issue->id, counts, r->e) < 0 || note_end(r, counts) < 0 ||
		issue_set_state(r->db, r->issue->id, ISSUE_STALE, (struct str){ 0 }, clock_now(),
			r->e) < 0 ||
		db_commit(r->db, r->e) < 0) {
		db_rollback(r->db);
		return -1;
	}
	return 0;
}

static bool
any_reached(const struct run *r)
{
	for (size_t i = 0; i < r->relays.count; i++)
		if (relay_is_reached(r->relays.relay[i]))
			return true;
	return false;
}

static enum deliver_end
ending(const struct run *r, const int64_t counts[DELIVERY_STATES], int64_t stranded)
{
	bool resend = r->o->publication->settings.send.in_doubt == SETTINGS_RESEND;
	int64_t left = counts[DELIVERY_QUEUED] + counts[DELIVERY_DEFERRED] +
		       counts[DELIVERY_SENDING] +
		       (resend ? counts[DELIVERY_IN_DOUBT] - stranded : 0);

	if (left == 0)
		return DELIVER_DONE;
	if (r->gate == GATE_HOLDS || r->limit != LIMIT_KEPT)
		return DELIVER_HELD;
	if (r->policy_stop || (r->refused && !r->draining))
		return DELIVER_REFUSED;
	if (r->draining || (r->o->most && r->taken >= r->o->most))
		return DELIVER_INTERRUPTED;
	/* Not reached because none was tried, for their domains' sake, is no matter of relays. */
	return counts[DELIVERY_QUEUED] && !r->reached && !any_reached(r) && (r->taken || !r->usable)
		       ? DELIVER_UNREACHABLE
		       : DELIVER_LEFT;
}

static int
set_sent(struct run *r, const int64_t counts[DELIVERY_STATES])
{
	if (db_begin(r->db, r->e) == 0 &&
		issue_set_state(r->db, r->issue->id, ISSUE_SENT, (struct str){ 0 }, clock_now(),
			r->e) == 0 &&
		note_end(r, counts) == 0 && db_commit(r->db, r->e) == 0)
		return 0;
	db_rollback(r->db);
	return -1;
}

static int
finish(struct run *r)
{
	int64_t counts[DELIVERY_STATES], expired = 0, stranded = 0;
	bool stale = !r->o->force && clock_now() > r->issue->last_moment;

	if (delivery_counts(r->db, r->issue->id, counts, r->e) < 0 ||
		(counts[DELIVERY_IN_DOUBT] &&
			delivery_count_stranded(r->db, r->issue->id, buf_str(&r->relays.urls),
				&stranded, r->e) < 0))
		return -1;
	if (stranded)
		log_warn("%lld are in doubt at a relay that is not in the settings: none other "
			 "sends it again; see 'morningpost resolve'",
			(long long)stranded);
	if (stale && counts[DELIVERY_QUEUED] + counts[DELIVERY_DEFERRED] > 0) {
		if (expire(r, &expired) < 0)
			return -1;
		r->out->end = DELIVER_STALE;
		snprintf(r->out->why, sizeof r->out->why,
			"the issue's last moment is past: %lld were not served",
			(long long)expired);
		return 0;
	}
	r->out->end = ending(r, counts, stranded);
	if (r->disk_full && r->out->end != DELIVER_DONE) {
		r->out->end = DELIVER_REFUSED;
		r->out->code = ERR_IO;
		snprintf(r->out->why, sizeof r->out->why,
			"the disk is full: what was under way is recorded, the rest stays queued; "
			"make room and run this again");
	}
	if (r->policy_stop)
		r->out->code = ERR_UNAVAILABLE;
	if (r->out->end == DELIVER_HELD && r->limit != LIMIT_KEPT)
		return limit_hold(r);
	if (r->out->end != DELIVER_DONE || r->issue->state == ISSUE_SENT)
		return 0;
	return set_sent(r, counts);
}

static void
init_domains(struct run *r)
{
	const struct settings *s = &r->o->publication->settings;

	r->domains = mem_alloc((s->domain_count + 1) * sizeof *r->domains);
	for (size_t i = 0; i < s->domain_count; i++) {
		r->domains[i] = (struct domain_pace){ 0 };
		pace_init(&r->domains[i].pace, s->domains[i].rate.count, s->domains[i].rate.span,
			clock_steady());
	}
	health_init(&r->health,
		s->send.retry_first < CLOCK_DAY / 1440 ? s->send.retry_first : CLOCK_DAY / 1440);
}

static void
free_run(struct run *r)
{
	for (size_t i = 0; i < RUN_HANDS; i++)
		while (r->hands[i])
			hand_free(r, r->hands[i]);
	for (size_t i = 0; i < RUN_EDITIONS; i++) {
		seal_free(r->editions[i].seal);
		arena_free(&r->editions[i].arena);
	}
	for (int i = 0; i < 2; i++) {
		arena_free(&r->batches[i].arena);
		turn_free(&r->turns[i]);
	}
	health_free(&r->health);
	free(r->watch);
	free(r->domains);
	free(r);
}

static int
carry(struct run *r)
{
	int64_t counts[DELIVERY_STATES];
	int status;

	if (r->issue->state == ISSUE_PLANNING && plan(r) < 0)
		return -1;
	if (r->issue->state == ISSUE_PLANNING) {
		r->out->end = DELIVER_INTERRUPTED;
		return 0;
	}
	if (reserve_take(&r->reserve, r->o->publication->dir, r->e) < 0)
		return -1;
	if (recover(r) < 0 || delivery_counts(r->db, r->issue->id, counts, r->e) < 0)
		return -1;
	for (int i = 0; i < DELIVERY_STATES; i++)
		r->progress.planned += counts[i];
	r->progress.done =
		r->progress.planned - counts[DELIVERY_QUEUED] - counts[DELIVERY_DEFERRED];
	r->progress.started = r->began;
	if (limit_start(r) < 0 || (r->limit == LIMIT_KEPT && gate_start(r) < 0) ||
		remember_load(r) < 0)
		return -1;
	status = r->gate == GATE_HOLDS || r->limit != LIMIT_KEPT ? 0 : run_with_clerk(r);
	if (status == 0)
		status = remember_last(r);
	tell(r, true);
	return status < 0 ? -1 : finish(r);
}

int
deliver_issue(struct db *db, struct issue *issue, const struct deliver_options *o,
	struct deliver_result *out, struct err *e)
{
	struct run *r = mem_alloc(sizeof *r);
	int status;

	memset(r, 0, sizeof *r);
	*out = (struct deliver_result){ .code = ERR_UNAVAILABLE };
	r->db = db;
	r->issue = issue;
	r->o = o;
	r->out = out;
	r->e = e;
	r->began = clock_steady();
	init_domains(r);
	clock_rfc5322(issue->dated_at, o->publication->settings.publication.timezone, r->dated);
	message_id_issue(issue->day, r->what);
	status = relays_open(o->publication, &r->relays, e);
	if (status == 0) {
		learn_start(r);
		status = carry(r);
		relays_close(&r->relays);
	}
	reserve_give(&r->reserve);
	free_run(r);
	return status;
}

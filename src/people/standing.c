#include "people/standing.h"

#include "store/event.h"
#include "store/subscriber.h"

enum {
	GAP = 21,    /* days without a soft bounce end a run of them: it was a passing trouble */
	CHUNK = 200, /* judged in one transaction: some milliseconds */
};

/* Kept as state_why and told in the event: words of ours alone. */
static const char *
why_of(const struct bounce *b)
{
	switch (b->kind) {
	case BOUNCE_COMPLAINT:
		return "complaint";
	case BOUNCE_HARD:
		return b->source == BOUNCE_SMTP ? "refused by their server" : "hard bounce";
	case BOUNCE_SOFT:
		break;
	}
	return "soft bounces";
}

/* Since when they are on the list as they are: they came (back) then, or with the address that is theirs
 * now. What bounced of mail that went out before says nothing of that. */
static int
as_they_are(struct db *db, const struct subscriber *s, int64_t *since, struct err *e)
{
	if (event_moved_at(db, s->id, since, e) < 0)
		return -1;
	if (s->state_at > *since)
		*since = s->state_at;
	return 0;
}

/* Is it about mail that went out before? 1 yes, 0 no, or it is not known. */
static int
is_stale(struct db *db, const struct bounce *b, int64_t since, struct err *e)
{
	int64_t sent;
	int got = b->issue ? bounce_sent_at(db, b->issue, b->subscriber, &sent, e) : 0;

	return got <= 0 ? got : sent < since;
}

/* Does it take them off the list? Not with what is from before `since`. 1 yes, 0 no. */
static int
is_enough(struct db *db, const struct settings_bounce *rules, const struct bounce *b, int64_t since,
	struct err *e)
{
	int64_t days = rules->soft_days;
	struct bounce_run run;

	if (b->kind == BOUNCE_COMPLAINT)
		return 1;
	if (!bounce_blames_address(b->status))
		return 0;
	if (b->kind == BOUNCE_HARD)
		return 1;
	if (bounce_soft_run(db, b->subscriber, since, days > GAP ? days : GAP, &run, e) < 0)
		return -1;
	return run.count >= rules->soft_count && run.days >= days &&
	       run.issues >= rules->soft_issues;
}

static int
move(struct db *db, const struct bounce *b, const struct subscriber *s, enum subscriber_state to,
	int64_t now, struct err *e)
{
	char detail[EVENT_BY];

	if (subscriber_move(db, s->id, 1U << s->state, to, str_of(why_of(b)), now, e) < 0)
		return -1;
	return event_add(db, now, subscriber_state_name(to), s->id, b->issue,
		event_by(detail, why_of(b), "from", subscriber_state_name(s->state)), e);
}

static int
decide(struct db *db, const struct settings_bounce *rules, const struct bounce *b,
	const struct subscriber *s, int64_t now, enum standing *outcome, struct err *e)
{
	bool complaint = b->kind == BOUNCE_COMPLAINT;
	bool in = s->state == SUBSCRIBER_ACTIVE || s->state == SUBSCRIBER_PENDING;
	int64_t since;
	int enough, stale;

	*outcome = STANDING_OUT_BEFORE;
	/* Who left and complains is not to be brought back either. */
	if (s->state == SUBSCRIBER_COMPLAINED || (!in && !complaint))
		return 0;
	*outcome = STANDING_KEPT;
	if (as_they_are(db, s, &since, e) < 0)
		return -1;
	enough = is_enough(db, rules, b, since, e);
	if (enough <= 0)
		return enough;
	stale = complaint ? 0 : is_stale(db, b, since, e);
	*outcome = stale ? STANDING_STALE : complaint ? STANDING_COMPLAINED : STANDING_BOUNCED;
	if (stale != 0)
		return stale < 0 ? -1 : 0;
	return move(db, b, s, complaint ? SUBSCRIBER_COMPLAINED : SUBSCRIBER_BOUNCED, now, e);
}

int
standing_judge(struct db *db, const struct settings_bounce *rules, const struct bounce *b,
	int64_t now, enum standing *outcome, struct err *e)
{
	struct arena a = { 0 };
	struct subscriber s;
	int status = subscriber_get(db, b->subscriber, &a, &s, e);

	*outcome = STANDING_KEPT;
	if (status > 0)
		status = decide(db, rules, b, &s, now, outcome, e);
	arena_free(&a);
	return status < 0 ? -1 : bounce_judged(db, b->id, now, e);
}

/* The next of them behind *after. 1 there may be more. */
static int
judge_chunk(struct db *db, const struct settings_bounce *rules, int64_t now, int64_t *after,
	struct standing_tally *out, struct err *e)
{
	struct bounce chunk[CHUNK];
	enum standing outcome;
	struct arena a = { 0 };
	size_t n;
	int status = bounce_take_open(db, *after, CHUNK, &a, chunk, &n, e);

	for (size_t i = 0; status == 0 && i < n; i++) {
		status = standing_judge(db, rules, &chunk[i], now, &outcome, e);
		*after = chunk[i].id;
		out->judged++;
		out->bounced += outcome == STANDING_BOUNCED;
		out->complained += outcome == STANDING_COMPLAINED;
	}
	arena_free(&a);
	return status < 0 ? -1 : n == CHUNK;
}

int
standing_judge_open(struct db *db, const struct settings_bounce *rules, int64_t now,
	struct standing_tally *out, struct err *e)
{
	int64_t after = 0;
	int status;

	*out = (struct standing_tally){ 0 };
	do {
		if (db_begin(db, e) < 0)
			return -1;
		status = judge_chunk(db, rules, now, &after, out, e);
		if (status >= 0 && db_commit(db, e) < 0)
			status = -1;
		db_rollback(db);
	} while (status > 0);
	return status;
}

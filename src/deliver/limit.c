#include "deliver/limit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "deliver/run.h"
#include "store/event.h"

#define LOOK (2 * CLOCK_SECOND) /* for what came by mail */

static bool
passes(int64_t n, int64_t least, double most, const struct answered *a)
{
	int64_t of = a->all < LIMIT_FIRST ? a->all : LIMIT_FIRST;

	if (a->served > of)
		of = a->served;
	return most > 0 && n >= least && (double)n > most * (double)of;
}

enum limit
limit_judge(const struct answered *a, const struct settings_send *s)
{
	if (passes(a->refused + a->bounced, LIMIT_LEAST_BOUNCED, s->max_bounced, a))
		return LIMIT_BOUNCED;
	if (passes(a->complained, LIMIT_LEAST_COMPLAINED, s->max_complained, a))
		return LIMIT_COMPLAINED;
	return LIMIT_KEPT;
}

const char *
limit_name(enum limit limit)
{
	return limit == LIMIT_COMPLAINED ? "max_complained" : "max_bounced";
}

void
limit_words(enum limit limit, const struct answered *a, const struct settings_send *s, char *out,
	size_t room)
{
	bool complained = limit == LIMIT_COMPLAINED;
	int64_t n = complained ? a->complained : a->refused + a->bounced;

	snprintf(out, room, "%lld of %lld %s (%.3g%%), and send.%s is %g%%", (long long)n,
		(long long)a->served, complained ? "complained" : "bounced",
		a->served ? 100.0 * (double)n / (double)a->served : 100.0, limit_name(limit),
		100 * (complained ? s->max_complained : s->max_bounced));
}

/* -- in a run ---------------------------------------------------------------------------------- */

/* What the relays refused in this run is counted as it comes, and may not be written yet. */
static int
look(struct db *db, void *context, struct err *e)
{
	struct run *r = context;
	struct answered now = { 0 };

	if (answered_returned(db, r->issue->id, &now, e) < 0)
		return -1;
	r->answered.bounced = now.bounced;
	r->answered.complained = now.complained;
	return 0;
}

static void
judge(struct run *r)
{
	const struct settings_send *s = &r->o->publication->settings.send;

	if (!r->o->force)
		r->limit = limit_judge(&r->answered, s);
}

int
limit_start(struct run *r)
{
	if (answered_count(r->db, r->issue->id, &r->answered, r->e) < 0 ||
		answered_returned(r->db, r->issue->id, &r->answered, r->e) < 0)
		return -1;
	r->limit_asked = clock_steady();
	judge(r);
	return 0;
}

void
limit_note(struct run *r, enum reply_meaning meaning)
{
	r->answered.served++;
	r->answered.refused += meaning == REPLY_FAIL_RCPT;
	if (r->limit == LIMIT_KEPT)
		judge(r);
}

int
limit_tick(struct run *r)
{
	if (r->o->force || r->limit != LIMIT_KEPT || clock_steady() - r->limit_asked < LOOK)
		return 0;
	r->limit_asked = clock_steady();
	if (clerk_do(r->clerk, look, r, r->e) < 0)
		return -1;
	judge(r);
	return 0;
}

static int
explain(struct run *r, struct db *db, struct err *e)
{
	const struct settings_send *s = &r->o->publication->settings.send;
	char why[200], detail[64];
	struct arena a = { 0 };
	struct str words = { 0 };
	int got = r->limit == LIMIT_BOUNCED ? answered_words(db, r->issue->id, &a, &words, e) : 0;

	limit_words(r->limit, &r->answered, s, why, sizeof why);
	snprintf(r->out->why, sizeof r->out->why, "%s%s%.*s", why, words.n ? "; most with: " : "",
		(int)(words.n < 700 ? words.n : 700), words.n ? words.p : "");
	arena_free(&a);
	if (got < 0)
		return -1;
	snprintf(detail, sizeof detail, "{\"by\":\"%s\"}", limit_name(r->limit));
	return issue_set_state(db, r->issue->id, ISSUE_HELD, str_of(r->out->why), clock_now(), e) <
				       0 ||
			       (r->issue->state != ISSUE_HELD &&
				       event_add(db, clock_now(), "held", 0, r->issue->id,
					       str_of(detail), e) < 0)
		       ? -1
		       : 0;
}

int
limit_hold(struct run *r)
{
	if (db_begin(r->db, r->e) == 0 && explain(r, r->db, r->e) == 0 &&
		db_commit(r->db, r->e) == 0) {
		r->issue->state = ISSUE_HELD;
		return 0;
	}
	db_rollback(r->db);
	return -1;
}

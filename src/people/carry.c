#include "people/carry.h"

#include "people/suppress.h"
#include "store/event.h"
#include "store/subscriber.h"

struct carry {
	struct db *to;
	int64_t now, n;
};

static int
take_off(struct carry *c, const struct subscriber *was, const struct subscriber *is, struct err *e)
{
	char detail[EVENT_BY];

	if (subscriber_move(c->to, is->id, 1U << is->state, was->state, was->state_why, c->now, e) <
		0)
		return -1;
	c->n++;
	return event_add(c->to, c->now, "unsubscribed", is->id, 0,
		event_by(detail, "restore", "from", subscriber_state_name(is->state)), e);
}

/* Were they on the list still, by what was known before they left? */
static bool
left_since(const struct subscriber *was, const struct subscriber *is)
{
	return (is->state == SUBSCRIBER_PENDING || is->state == SUBSCRIBER_ACTIVE) &&
	       is->state_at < was->state_at;
}

static int
carry_one(void *context, const struct subscriber *was, struct err *e)
{
	struct carry *c = context;
	struct arena a = { 0 };
	struct subscriber is;
	int status;

	if (db_begin(c->to, e) < 0)
		return -1;
	status = subscriber_find(c->to, was->email_key, &a, &is, e);
	if (status > 0)
		status = left_since(was, &is) ? take_off(c, was, &is, e) : 0;
	if (status == 0)
		status = db_commit(c->to, e);
	db_rollback(c->to);
	arena_free(&a);
	return status;
}

int
people_carry_over(struct db *from, struct db *to, int64_t now, int64_t *n, struct err *e)
{
	struct carry c = { .to = to, .now = now };
	int status = 0;

	for (int state = SUBSCRIBER_UNSUBSCRIBED; state <= SUBSCRIBER_COMPLAINED && status == 0;
		state++)
		status = subscriber_each(from, state, STR(""), carry_one, &c, e);
	*n = c.n;
	return status;
}

static int
carry_suppression(void *context, const struct suppression *was, struct err *e)
{
	struct carry *c = context;

	if (db_begin(c->to, e) == 0 &&
		suppression_add(c->to, was->hash, was->email, was->why, was->at, e) == 0 &&
		db_commit(c->to, e) == 0)
		return 0;
	db_rollback(c->to);
	return -1;
}

int
people_carry_suppressed(struct db *from, struct db *to, const struct keys *keys, int64_t now,
	int64_t *off, struct err *e)
{
	struct carry c = { .to = to, .now = now };

	*off = 0;
	if (suppression_each(from, carry_suppression, &c, e) < 0)
		return -1;
	return suppress_sweep(to, keys, now, off, e);
}

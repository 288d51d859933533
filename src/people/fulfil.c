/* fulfil.c: what the link in a confirming mail does (granting.h): the mail was the proof that it is
 * the owner of the mailbox who asks. */
#include "base/clock.h"
#include "people/erase.h"
#include "people/granting.h"
#include "people/subscribe.h"
#include "people/suppress.h"
#include "store/event.h"
#include "store/owed.h"

/* A stranger's mailbox is asked once a day and three times in thirty (RELIABILITY O1). */
#define ADDRESS_DAYS (30 * CLOCK_DAY)
enum { ASKED_A_DAY = 1, ASKED_A_MONTH = 3 };

/* The page that grants it answers with what is held (store/person.h); here it is recorded. */
int
fulfil_export(struct granting *g, struct err *e)
{
	g->outcome = WISH_GRANTED;
	return event_add(
		g->desk->db, g->desk->now, "exported", g->who.id, 0, STR("{\"by\":\"page\"}"), e);
}

int
fulfil_erase(struct granting *g, struct err *e)
{
	g->outcome = WISH_GRANTED;
	return people_erase(g->desk->db, g->desk->keys, &g->who, "page", g->desk->now, e);
}

/* -- a new address ---------------------------------------------------------------------------- */

/* May the mailbox of this address be asked? 1 yes, 0 no. */
static int
may_ask(const struct granting *g, const struct address *new, struct err *e)
{
	struct db *db = g->desk->db;
	int suppressed = people_suppressed(db, g->desk->keys, new->key, e), known;
	int64_t now = g->desk->now, today, month;
	struct subscriber other;

	if (suppressed != 0)
		return suppressed < 0 ? -1 : 0;
	known = subscriber_find(db, new->key, g->arena, &other, e);
	if (known < 0 || owed_count_to(db, new->key, now - CLOCK_DAY, &today, e) < 0 ||
		owed_count_to(db, new->key, now - ADDRESS_DAYS, &month, e) < 0)
		return -1;
	if (known && (other.state == SUBSCRIBER_BOUNCED || other.state == SUBSCRIBER_COMPLAINED))
		return 0;
	return today < ASKED_A_DAY && month < ASKED_A_MONTH;
}

/* A link names its note by the second in which it was owed: within one there is one. */
static int64_t
later_than(const struct owed *owed, int64_t now)
{
	return owed->owed_at / CLOCK_SECOND == now / CLOCK_SECOND ? now + CLOCK_SECOND : now;
}

/* The old mailbox has agreed. The answer is the same whether the new one is asked or not: it would
 * tell who is on the list. */
static int
ask_new_address(struct granting *g, const struct address *new, struct err *e)
{
	const struct owed_wish owed = { .subscriber = g->who.id,
		.kind = OWED_ADDRESS,
		.email = new->envelope,
		.detail = g->owed.detail };
	int may = may_ask(g, new, e);

	g->outcome = WISH_GRANTED;
	if (may <= 0)
		return may;
	return owed_add(g->desk->db, &owed, later_than(&g->owed, g->desk->now), NULL, e);
}

/* The new mailbox has agreed too. */
static int
move(struct granting *g, const struct address *new, struct err *e)
{
	struct subscriber is = g->who;
	enum people_change outcome;

	is.email = new->envelope;
	is.email_key = new->key;
	is.domain = new->domain;
	is.smtputf8 = new->smtputf8;
	if (people_alter(g->desk->db, g->desk->keys, &g->who, &is, "page", g->desk->now, &outcome,
		    e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_CHANGED:
		g->outcome = WISH_GRANTED;
		break;
	case PEOPLE_CHANGED_NOTHING:
		g->outcome = WISH_HAD_BEEN;
		break;
	case PEOPLE_ADDRESS_TAKEN:
	case PEOPLE_ADDRESS_SUPPRESSED:
		g->outcome = WISH_REFUSED;
		break;
	}
	return 0;
}

/* First the link in the old mailbox, then the one in the new: the note of that goes there. */
int
fulfil_address(struct granting *g, struct err *e)
{
	struct address new;
	struct str email;
	const char *why;

	if (owed_detail(g->desk->db, g->owed.id, "$.email", g->arena, &email, e) < 0)
		return -1;
	if (g->who.state != SUBSCRIBER_ACTIVE ||
		address_parse(email, g->arena, &new, &why) == ADDRESS_BAD) {
		g->outcome = WISH_REFUSED;
		return 0;
	}
	if (str_eq(new.envelope, g->who.email)) {
		g->outcome = WISH_HAD_BEEN;
		return 0;
	}
	return g->owed.email.n ? move(g, &new, e) : ask_new_address(g, &new, e);
}

/* preferences.c: what readers wish for by their own link, besides leaving (granting.h). */
#include <stdio.h>

#include "base/clock.h"
#include "people/granting.h"
#include "people/subscribe.h"
#include "people/suppress.h"
#include "store/event.h"
#include "store/owed.h"
#include "store/reason.h"

/* A pause is at most so long: who wants none for longer leaves. */
enum { PAUSE_DAYS = 366 };

/* So often somebody is written to about one thing: the link stands in every issue, and whoever was
 * forwarded one could press the button for fun. */
#define ASKED_LATELY (10 * 60 * CLOCK_SECOND)
enum { ASKED_A_DAY = 3, TOLD_A_DAY = 3 };

static int
malformed(struct granting *g, const char *word)
{
	g->outcome = WISH_MALFORMED;
	g->why = word;
	return 0;
}

/* -- saving ----------------------------------------------------------------------------------- */

/* A day from today on, in UTC: what day it is where they are is not known for sure, and a pause that
 * ends today has no effect either way. */
static bool
pause_ok(struct str pause, int64_t at)
{
	struct day day, today = clock_numbered_day((int)(at / CLOCK_DAY));

	return clock_parse_day(pause, &day) && clock_day_cmp(day, today) >= 0 &&
	       clock_day_cmp(day, clock_add_days(today, PAUSE_DAYS)) <= 0;
}

/* Take over what was given. NULL, or the word that says what is wrong. */
static const char *
take_over(const struct wish *w, struct arena *a, struct subscriber *s)
{
	const char *why;

	if (w->name.p && !people_clean_name(w->name, a, &s->name, &why))
		return "preferences_long_name";
	if (w->timezone.n && !people_timezone_ok(w->timezone))
		return "preferences_no_zone";
	if (w->frequency.p && !str_eqz(w->frequency, "daily") && !str_eqz(w->frequency, "saturday"))
		return "preferences_no_frequency";
	if (w->paused_until.n && !pause_ok(w->paused_until, w->at))
		return "preferences_no_pause";
	if (w->timezone.p)
		s->timezone = w->timezone;
	if (w->frequency.p)
		s->frequency = w->frequency;
	if (w->paused_until.p)
		s->paused_until = w->paused_until;
	return NULL;
}

const char *
save_fault(const struct wish *w, struct arena *a)
{
	struct subscriber nobody = { 0 };

	return take_over(w, a, &nobody);
}

/* Does the paper come rarer by it? */
static bool
comes_rarer(const struct subscriber *was, const struct subscriber *is)
{
	return (str_eqz(was->frequency, "daily") && str_eqz(is->frequency, "saturday")) ||
	       str_cmp(is->paused_until, was->paused_until) > 0;
}

/* A stranger who was forwarded an issue could pause it for a year, so its owner is told; not only of
 * the first change in a day, for that may have been their own. */
static int
tell_owner(struct granting *g, const struct subscriber *is, struct err *e)
{
	const struct owed_wish owed = { .subscriber = is->id, .kind = OWED_CHANGED };
	int64_t today;

	if (is->state != SUBSCRIBER_ACTIVE || !comes_rarer(&g->who, is))
		return 0;
	if (owed_count(g->desk->db, is->id, OWED_CHANGED, g->desk->now - CLOCK_DAY, &today, e) < 0)
		return -1;
	return today >= TOLD_A_DAY ? 0 : owed_add(g->desk->db, &owed, g->desk->now, NULL, e);
}

int
grant_save(struct granting *g, struct err *e)
{
	struct subscriber is = g->who;
	const char *wrong = take_over(g->wish, g->arena, &is);
	enum people_change outcome;

	if (wrong)
		return malformed(g, wrong);
	if (people_alter(g->desk->db, g->desk->keys, &g->who, &is, "page", g->desk->now, &outcome,
		    e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_CHANGED:
		g->outcome = WISH_GRANTED;
		return tell_owner(g, &is, e);
	case PEOPLE_CHANGED_NOTHING:
	case PEOPLE_ADDRESS_TAKEN: /* the last two cannot be: the address is the same */
	case PEOPLE_ADDRESS_SUPPRESSED:
		g->outcome = WISH_HAD_BEEN;
		break;
	}
	return 0;
}

/* -- asking for what takes a mail first ------------------------------------------------------- */

/* Is no mail to be sent to them, though they ask for it? 1 yes, 0 no. */
static int
is_unreachable(const struct granting *g, struct err *e)
{
	switch (g->who.state) {
	case SUBSCRIBER_PENDING:
	case SUBSCRIBER_ACTIVE:
	case SUBSCRIBER_UNSUBSCRIBED:
		return people_suppressed(g->desk->db, g->desk->keys, g->who.email_key, e);
	case SUBSCRIBER_BOUNCED:
	case SUBSCRIBER_COMPLAINED:
		break;
	}
	return 1;
}

/* Have they been written to about it lately? 1 yes, 0 no. Another address, now that the first was mistyped, is
 * not the same; but a link names its note by the second in which it was owed. */
static int
was_asked(const struct granting *g, const struct owed_wish *w, struct err *e)
{
	struct db *db = g->desk->db;
	int64_t now = g->desk->now, just_now, lately, today;

	if (owed_count(db, w->subscriber, w->kind, now - 2 * CLOCK_SECOND, &just_now, e) < 0 ||
		owed_count_alike(db, w, now - ASKED_LATELY, &lately, e) < 0 ||
		owed_count(db, w->subscriber, w->kind, now - CLOCK_DAY, &today, e) < 0)
		return -1;
	return just_now > 0 || lately > 0 || today >= ASKED_A_DAY;
}

static int
owe(struct granting *g, const struct owed_wish *w, struct err *e)
{
	char what[EVENT_BY];

	g->outcome = WISH_GRANTED;
	return owed_add(g->desk->db, w, g->desk->now, NULL, e) < 0
		       ? -1
		       : event_add(g->desk->db, g->desk->now, "asked", g->who.id, 0,
				 event_by(what, "page", "what", owed_kind_name(w->kind)), e);
}

/* One mail is enough: who asks again is told the same. */
static int
ask_by_mail(struct granting *g, enum owed_kind kind, struct str detail, struct err *e)
{
	const struct owed_wish w = { .subscriber = g->who.id, .kind = kind, .detail = detail };
	int unreachable = is_unreachable(g, e), asked = was_asked(g, &w, e);

	if (unreachable < 0 || asked < 0)
		return -1;
	if (!unreachable && !asked)
		return owe(g, &w, e);
	g->outcome = unreachable ? WISH_REFUSED : WISH_HAD_BEEN;
	return 0;
}

int
grant_export(struct granting *g, struct err *e)
{
	return ask_by_mail(g, OWED_EXPORT, (struct str){ 0 }, e);
}

int
grant_erase(struct granting *g, struct err *e)
{
	return ask_by_mail(g, OWED_ERASE, (struct str){ 0 }, e);
}

const char *
readdress_fault(const struct wish *w, struct arena *a)
{
	struct address address;
	const char *why;

	return address_parse(str_trim(w->email), a, &address, &why) == ADDRESS_BAD
		       ? "preferences_no_address"
		       : NULL;
}

/* Whether the new address is known, suppressed or the very one they have makes no difference here:
 * whoever holds a forwarded issue could find it out by asking. */
int
grant_readdress(struct granting *g, struct err *e)
{
	struct address address;
	const char *why;

	if (address_parse(str_trim(g->wish->email), g->arena, &address, &why) == ADDRESS_BAD)
		return malformed(g, "preferences_no_address");
	if (g->who.state != SUBSCRIBER_ACTIVE) {
		g->outcome = WISH_REFUSED;
		return 0;
	}
	/* An envelope form has no quote and no backslash (mail/address.h). */
	return ask_by_mail(g, OWED_ADDRESS,
		str_of(arena_printf(g->arena, "{\"email\":\"%.*s\"}", STR_ARG(address.envelope))),
		e);
}

/* -- why they left ---------------------------------------------------------------------------- */

const char *
reason_fault(const struct wish *w, struct arena *a)
{
	enum reason reason;

	(void)a;
	return reason_parse(w->reason, &reason) ? NULL : "reason_none";
}

/* Once each time that they leave, or one reader could be a hundred. That they said something is
 * recorded, what it was is only counted. */
int
grant_reason(struct granting *g, struct err *e)
{
	struct db *db = g->desk->db;
	enum reason reason;
	int said;

	if (!reason_parse(g->wish->reason, &reason))
		return malformed(g, "reason_none");
	if (g->who.state != SUBSCRIBER_UNSUBSCRIBED) {
		g->outcome = WISH_REFUSED;
		return 0;
	}
	said = event_came_after(db, g->who.id, "gave-reason", "unsubscribed", e);
	if (said < 0)
		return -1;
	g->outcome = said ? WISH_HAD_BEEN : WISH_GRANTED;
	if (said)
		return 0;
	return reason_count(db, reason, e) < 0 ? -1
					       : event_add(db, g->desk->now, "gave-reason",
							 g->who.id, 0, (struct str){ 0 }, e);
}

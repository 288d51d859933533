/* signup.c: subscribing by a form and confirming by the note (granting.h): a double opt-in. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "people/granting.h"
#include "people/subscribe.h"
#include "people/suppress.h"
#include "store/consent.h"

/*
 * Anybody can write anybody's address into a form; what a stranger can make us send is one note a day
 * and three in thirty (RELIABILITY O1), and one "you have left" a day.
 */
#define MONTH (30 * CLOCK_DAY)
enum { ASKED_A_DAY = 1, ASKED_A_MONTH = 3, WORDS_LIMIT = 1000 };

/* What somebody agreed to, when and from where. */
static int
keep_evidence(struct granting *g, enum consent_step step, struct err *e)
{
	const struct wish *w = g->wish;
	const struct consent c = { .subscriber = g->who.id,
		.at = w->at,
		.step = step,
		.words = text_cut(w->words, WORDS_LIMIT, g->arena),
		.address = w->address,
		.via = w->how.n ? w->how : STR("page") };

	return consent_add(g->desk->db, &c, e);
}

/* -- asking ----------------------------------------------------------------------------------- */

struct signup {
	struct address address;
	struct str name, timezone;
};

/* Has it the shape of an address, so that whoever typed it meant one? The answer tells nobody which
 * of those are taken. */
static bool
is_plausible(struct str email)
{
	ptrdiff_t at = str_find(email, '@');

	return at > 0 && (size_t)at + 1 < email.n &&
	       str_find(str_from(email, (size_t)at + 1), '@') < 0 && text_is_clean(email) &&
	       str_find(email, ' ') < 0;
}

const char *
signup_fault(const struct wish *w, struct arena *a)
{
	struct str email = str_trim(w->email), name;
	struct address address;
	const char *why;

	if (!people_clean_name(w->name, a, &name, &why))
		return "subscribe_long_name";
	if (address_parse(email, a, &address, &why) == ADDRESS_BAD && !is_plausible(email))
		return "subscribe_no_address";
	return NULL;
}

/* 1 it can be put on the list; 0 it is refused, which is told where it is plainly no address. */
static int
read_form(struct granting *g, struct signup *s)
{
	const struct wish *w = g->wish;
	const char *why;

	g->why = signup_fault(w, g->arena);
	if (g->why)
		g->outcome = WISH_MALFORMED;
	/* The browser says it, or somebody else; what is none is none. */
	if (people_timezone_ok(w->timezone))
		s->timezone = w->timezone;
	return !g->why && people_clean_name(w->name, g->arena, &s->name, &why) &&
	       address_parse(str_trim(w->email), g->arena, &s->address, &why) != ADDRESS_BAD;
}

/* Who is new is pending until they confirm. What is known of others is changed by their own hand
 * only: the form's words wait in the note's row. 1 they may be asked, 0 not. */
static int
find_or_add(struct granting *g, const struct signup *s, struct err *e)
{
	const struct people_entry entry = { .address = s->address,
		.name = s->name,
		.timezone = s->timezone,
		.state = SUBSCRIBER_PENDING,
		.why = "page" };
	struct db *db = g->desk->db;
	enum people_outcome outcome;
	int found = subscriber_find(db, s->address.key, g->arena, &g->who, e);

	if (found == 0 && people_put(db, g->desk->keys, &entry, g->desk->now, g->arena, NULL,
				  &outcome, e) < 0)
		return -1;
	if (found == 0)
		found = subscriber_find(db, s->address.key, g->arena, &g->who, e);
	return found < 0 ? -1
			 : found && (g->who.state == SUBSCRIBER_PENDING ||
					    g->who.state == SUBSCRIBER_UNSUBSCRIBED);
}

static int
was_asked(const struct granting *g, struct err *e)
{
	int64_t now = g->desk->now, today, month;

	if (owed_count(g->desk->db, g->who.id, OWED_CONFIRM, now - CLOCK_DAY, &today, e) < 0 ||
		owed_count(g->desk->db, g->who.id, OWED_CONFIRM, now - MONTH, &month, e) < 0)
		return -1;
	return today >= ASKED_A_DAY || month >= ASKED_A_MONTH;
}

/* They are clean, so that nothing but these two has to be escaped. */
static void
add_member(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "%s\"%s\":\"", b->n > 1 ? "," : "", name);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, text.p[i]);
	}
	buf_addc(b, '"');
}

static struct str
detail_of(const struct signup *s, struct arena *a)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_addc(&b, '{');
	if (s->name.n)
		add_member(&b, "name", s->name);
	if (s->timezone.n)
		add_member(&b, "timezone", s->timezone);
	buf_addc(&b, '}');
	return buf_keep(&b, a);
}

static int
ask(struct granting *g, const struct signup *s, struct err *e)
{
	const struct owed_wish owed = {
		.subscriber = g->who.id, .kind = OWED_CONFIRM, .detail = detail_of(s, g->arena)
	};

	if (owed_add(g->desk->db, &owed, g->desk->now, NULL, e) < 0)
		return -1;
	return keep_evidence(g, CONSENT_ASKED, e);
}

/* A commit takes longer than all the rest. With this fact there is one whatever is known of the
 * address, so that the time of the answer tells nothing either (RELIABILITY W10). */
static int
note_post(struct granting *g, struct err *e)
{
	return db_set_fact(g->desk->db, "form_posted_at",
		str_of(arena_printf(g->arena, "%lld", (long long)g->desk->now)), e);
}

/* Whatever is known of the address, the outcome is the same. */
int
grant_subscribe(struct granting *g, struct err *e)
{
	struct signup s = { 0 };
	int may;

	g->outcome = WISH_GRANTED;
	may = read_form(g, &s);
	if (g->outcome == WISH_GRANTED && note_post(g, e) < 0)
		return -1;
	if (!may)
		return 0;
	may = people_suppressed(g->desk->db, g->desk->keys, s.address.key, e);
	if (may != 0)
		return may < 0 ? -1 : 0;
	may = find_or_add(g, &s, e);
	if (may <= 0)
		return may;
	may = was_asked(g, e);
	return may < 0 ? -1 : may ? 0 : ask(g, &s, e);
}

/* -- confirming ------------------------------------------------------------------------------- */

/* What the form said and nothing is known of yet. */
static int
fill_in(struct granting *g, struct err *e)
{
	struct subscriber is = g->who;
	struct str name, timezone;

	if (owed_detail(g->desk->db, g->owed.id, "$.name", g->arena, &name, e) < 0 ||
		owed_detail(g->desk->db, g->owed.id, "$.timezone", g->arena, &timezone, e) < 0)
		return -1;
	if (name.n)
		is.name = name;
	if (timezone.n)
		is.timezone = timezone;
	return subscriber_update(g->desk->db, &is, g->desk->now, e);
}

int
fulfil_confirm(struct granting *g, struct err *e)
{
	int suppressed = people_suppressed(g->desk->db, g->desk->keys, g->who.email_key, e);

	if (suppressed < 0)
		return -1;
	g->outcome = suppressed ? WISH_NOBODY : WISH_GRANTED;
	if (suppressed)
		return 0;
	return people_confirm(g->desk->db, &g->who, "page", g->desk->now, e) < 0 ||
			       fill_in(g, e) < 0 || keep_evidence(g, CONSENT_CONFIRMED, e) < 0
		       ? -1
		       : 0;
}

/* -- having left ------------------------------------------------------------------------------ */

/*
 * Whoever was forwarded an issue can press its button again once its owner has come back. They are
 * told of that too, a day after they were told last: otherwise the second time would be a silent one.
 */
int
owe_left(struct granting *g, struct err *e)
{
	struct owed_wish owed = { .subscriber = g->who.id, .kind = OWED_LEFT };
	int64_t last;
	bool waits;

	if (g->who.state != SUBSCRIBER_ACTIVE)
		return 0;
	if (owed_last(g->desk->db, g->who.id, OWED_LEFT, &last, &waits, e) < 0)
		return -1;
	if (last)
		owed.not_before = last + CLOCK_DAY;
	return waits ? 0 : owed_add(g->desk->db, &owed, g->desk->now, NULL, e);
}

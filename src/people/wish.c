#include "people/wish.h"

#include <assert.h>

#include "base/clock.h"
#include "people/granting.h"
#include "people/subscribe.h"

#define BIT(kind) (1U << (kind))

/* -- whose token it is ------------------------------------------------------------------------ */

/* A token_key_fn over a pointer to keys that are only read. */
static bool
find_key(void *keys, uint8_t id, uint8_t public[static SIGN_PUBLIC])
{
	const struct keys *const *k = keys;

	return keys_public(*k, id, public);
}

static enum wish_outcome
check_token(const struct wish_desk *desk, struct str token, unsigned kinds, int64_t at,
	struct token *out)
{
	const struct keys *keys = desk->keys;

	if (token_check(token, desk->publication->settings.publication.list_id, at / CLOCK_SECOND,
		    find_key, &keys, out) != TOKEN_GOOD)
		return WISH_NOBODY;
	if (out->kind == TOKEN_TEST)
		return WISH_TEST;
	return kinds & BIT(out->kind) ? WISH_GRANTED : WISH_NOBODY;
}

/* Look up whom a good token names; with any other, as much work is done for nobody. */
static int
find_owner(const struct wish_desk *desk, const struct token *t, struct arena *a,
	enum wish_outcome *outcome, struct subscriber *who, struct err *e)
{
	bool named = *outcome == WISH_GRANTED;
	int found;

	if (!desk->db)
		return 0;
	found = subscriber_get(desk->db, named ? (int64_t)t->subscriber : 0, a, who, e);

	if (named && (found == 0 || who->epoch != t->epoch))
		*outcome = WISH_NOBODY;
	return found < 0 ? -1 : 0;
}

int
wish_identify(const struct wish_desk *desk, struct str token, unsigned kinds, struct arena *a,
	enum wish_outcome *outcome, struct token *t, struct subscriber *who, struct err *e)
{
	*who = (struct subscriber){ 0 };
	*outcome = check_token(desk, token, kinds, desk->now, t);
	return find_owner(desk, t, a, outcome, who, e);
}

/* -- leaving and coming back ------------------------------------------------------------------ */

/* `how` came with the wish; what is kept is a word of ours. */
static const char *
known_way(struct str how)
{
	static const char *const ways[] = { "one-click", "mail" };

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (str_eqz(how, ways[i]))
			return ways[i];
	return "page";
}

static int
leave(struct granting *g, struct err *e)
{
	enum people_leaving outcome;

	if (people_leave(
		    g->desk->db, g->who.id, known_way(g->wish->how), g->desk->now, &outcome, e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_LEFT:
		g->outcome = WISH_GRANTED;
		return owe_left(g, e);
	case PEOPLE_LEFT_BEFORE:
		g->outcome = WISH_HAD_BEEN;
		break;
	case PEOPLE_LEFT_UNKNOWN:
		g->outcome = WISH_NOBODY;
		break;
	}
	return 0;
}

static int
come_back(struct granting *g, struct err *e)
{
	enum people_return outcome;

	if (people_resubscribe(
		    g->desk->db, g->desk->keys, g->who.id, "page", g->desk->now, &outcome, e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_BACK:
		g->outcome = WISH_GRANTED;
		break;
	case PEOPLE_NEVER_LEFT:
		g->outcome = WISH_HAD_BEEN;
		break;
	case PEOPLE_BACK_REFUSED:
		g->outcome = WISH_REFUSED;
		break;
	case PEOPLE_BACK_UNKNOWN:
		g->outcome = WISH_NOBODY;
		break;
	}
	return 0;
}

/* -- what a note's link is for ---------------------------------------------------------------- */

static const struct {
	enum owed_kind note;
	grant_fn *fulfil;
} links[] = {
	[TOKEN_CONFIRM] = { OWED_CONFIRM, fulfil_confirm },
	[TOKEN_EXPORT] = { OWED_EXPORT, fulfil_export },
	[TOKEN_ERASE] = { OWED_ERASE, fulfil_erase },
	[TOKEN_ADDRESS] = { OWED_ADDRESS, fulfil_address },
};

static enum wish_outcome
foresee_confirm(const struct subscriber *who, const struct owed *note)
{
	switch (who->state) {
	case SUBSCRIBER_ACTIVE:
		return WISH_HAD_BEEN;
	case SUBSCRIBER_PENDING:
		return WISH_GRANTED;
	case SUBSCRIBER_UNSUBSCRIBED:
		/* Who left and asked again since may come back; who asked and left may not. */
		return who->state_at <= note->owed_at && !note->done_at ? WISH_GRANTED
									: WISH_NOBODY;
	case SUBSCRIBER_BOUNCED:
	case SUBSCRIBER_COMPLAINED:
		break;
	}
	return WISH_NOBODY;
}

int
wish_foresee(const struct wish_desk *desk, const struct token *t, const struct subscriber *who,
	struct arena *a, enum wish_outcome *outcome, struct owed *note, struct err *e)
{
	int found;

	assert((size_t)t->kind < sizeof links / sizeof links[0] && links[t->kind].fulfil);
	found = owed_find(desk->db, who->id, links[t->kind].note, t->expiry, a, note, e);
	*outcome = WISH_NOBODY;
	if (found <= 0)
		return found;
	if (t->kind == TOKEN_CONFIRM)
		*outcome = foresee_confirm(who, note);
	else
		*outcome = note->done_at ? WISH_HAD_BEEN : WISH_GRANTED;
	return 0;
}

static int
fulfil(struct granting *g, struct err *e)
{
	if (wish_foresee(g->desk, &g->token, &g->who, g->arena, &g->outcome, &g->owed, e) < 0)
		return -1;
	if (g->outcome != WISH_GRANTED)
		return 0;
	if (links[g->token.kind].fulfil(g, e) < 0)
		return -1;
	return g->outcome == WISH_GRANTED ? owed_done(g->desk->db, g->owed.id, g->desk->now, e) : 0;
}

/* -- granting --------------------------------------------------------------------------------- */

static const struct {
	grant_fn *grant;
	unsigned tokens; /* the kinds it takes; 0: it needs none */
	fault_fn *fault; /* NULL: there is nothing to fill in */
} kinds[WISH_KINDS] = {
	[WISH_SUBSCRIBE] = { grant_subscribe, 0, signup_fault },
	[WISH_CONFIRM] = { fulfil,
		BIT(TOKEN_CONFIRM) | BIT(TOKEN_EXPORT) | BIT(TOKEN_ERASE) | BIT(TOKEN_ADDRESS),
		NULL },
	[WISH_LEAVE] = { leave, BIT(TOKEN_MEMBER), NULL },
	[WISH_RETURN] = { come_back, BIT(TOKEN_MEMBER), NULL },
	[WISH_REASON] = { grant_reason, BIT(TOKEN_MEMBER), reason_fault },
	[WISH_SAVE] = { grant_save, BIT(TOKEN_MEMBER), save_fault },
	[WISH_EXPORT] = { grant_export, BIT(TOKEN_MEMBER), NULL },
	[WISH_ERASE] = { grant_erase, BIT(TOKEN_MEMBER), NULL },
	[WISH_READDRESS] = { grant_readdress, BIT(TOKEN_MEMBER), readdress_fault },
};

enum wish_outcome
wish_check(const struct wish_desk *desk, const struct wish *w, struct arena *a, const char **why)
{
	unsigned tokens = kinds[w->kind].tokens;
	enum wish_outcome outcome = WISH_GRANTED;
	struct token t;

	*why = kinds[w->kind].fault ? kinds[w->kind].fault(w, a) : NULL;
	if (*why)
		return WISH_MALFORMED;
	if (tokens)
		outcome = check_token(desk, w->token, tokens, w->at, &t);
	return outcome == WISH_GRANTED && tokens && t.kind == TOKEN_EXPORT ? WISH_REFUSED : outcome;
}

static int
grant_in(struct granting *g, struct err *e)
{
	const struct wish *w = g->wish;
	unsigned tokens = kinds[w->kind].tokens;

	assert(kinds[w->kind].grant);
	/* What was asked for in time is not too late because the spool was. */
	if (tokens) {
		g->outcome = check_token(g->desk, w->token, tokens, w->at, &g->token);
		if (find_owner(g->desk, &g->token, g->arena, &g->outcome, &g->who, e) < 0)
			return -1;
	}
	return g->outcome == WISH_GRANTED ? kinds[w->kind].grant(g, e) : 0;
}

int
wish_grant_in(const struct wish_desk *desk, const struct wish *w, struct arena *a,
	enum wish_outcome *outcome, struct subscriber *who, const char **why, struct err *e)
{
	struct granting g = { .desk = desk, .wish = w, .arena = a, .outcome = WISH_GRANTED };
	int status = grant_in(&g, e);

	*outcome = g.outcome;
	if (who)
		*who = g.who;
	if (why)
		*why = g.why;
	return status;
}

int
wish_grant(const struct wish_desk *desk, const struct wish *w, struct arena *a,
	enum wish_outcome *outcome, struct subscriber *who, const char **why, struct err *e)
{
	if (db_begin(desk->db, e) < 0)
		return -1;
	if (wish_grant_in(desk, w, a, outcome, who, why, e) == 0 &&
		(*outcome != WISH_GRANTED || db_commit(desk->db, e) == 0)) {
		db_rollback(desk->db);
		return 0;
	}
	db_rollback(desk->db);
	return -1;
}

#include "store/tally.h"

#include "store/named.h"

#define MINUTE (60 * CLOCK_SECOND)

enum {
	GIST = 512,
	GISTS = 4096, /* different refusals that are told apart; more are counted and not named */
};

/* -- words ------------------------------------------------------------------------------------ */

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '@' || c == '.' || c == '-' || c == '_' || c == '+' || c == '=' || c == '/';
}

/* An address, an id or a number: it differs from one refusal to the next that is the same. */
static bool
is_someones(struct str word)
{
	size_t digits = 0, dots = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '@')
			return true;
		digits += word.p[i] >= '0' && word.p[i] <= '9';
		dots += word.p[i] == '.';
	}
	/* An enhanced status, "4.7.28", is what makes it the same. */
	if (dots == 2 && digits + dots == word.n)
		return false;
	return digits >= 4 || (digits > 0 && word.n >= 8);
}

void
tally_gist(struct str words, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < words.n && n + 1 < room;) {
		size_t end = i;

		while (end < words.n && is_word(words.p[end]))
			end++;
		if (end == i) {
			out[n++] = words.p[i++];
			continue;
		}
		if (is_someones(str_sub(words, i, end - i)))
			out[n++] = '#';
		else
			for (size_t k = i; k < end && n + 1 < room; k++)
				out[n++] = words.p[k];
		i = end;
	}
	out[n] = '\0';
}

/* -- counting --------------------------------------------------------------------------------- */

struct counter {
	struct tally *out;
	struct arena *a;
	struct named relays, domains, gists;
	struct tally_peer *relay; /* the last row's */
	int64_t since;
};

static int
state_of(struct str word)
{
	for (int i = 0; i < DELIVERY_STATES; i++)
		if (str_eqz(word, delivery_state_name((enum delivery_state)i)))
			return i;
	return -1;
}

static void
count_peer(struct counter *c, struct named *t, struct tally_peer **last, struct str name, int state)
{
	if (!*last || !str_eq((*last)->name, name)) {
		*last = named_get(t, name, sizeof **last, c->a);
		if ((*last)->all == 0)
			(*last)->name = arena_str(c->a, name);
	}
	(*last)->counts[state]++;
	(*last)->all++;
}

static void
count_refusal(struct counter *c, int state, int code, struct str words)
{
	struct tally_refusal *r;
	char key[GIST + 16];

	key[0] = (char)('a' + state);
	key[1] = (char)('0' + code / 100 % 10);
	key[2] = (char)('0' + code / 10 % 10);
	key[3] = (char)('0' + code % 10);
	tally_gist(words, key + 4, GIST);
	if (c->gists.count >= GISTS)
		return;
	r = named_get(&c->gists, str_of(key), sizeof *r, c->a);
	if (r->count++ == 0) {
		r->state = (enum delivery_state)state;
		r->code = code;
		r->words = arena_str(c->a, words);
	}
}

static void
count_row(struct counter *c, struct stmt *s)
{
	int state = state_of(stmt_get_text(s, 0));
	struct str relay = stmt_get_text(s, 1);
	int64_t changed = stmt_get_int(s, 3);
	struct tally_peer *domain = NULL;

	if (state < 0)
		return;
	c->out->counts[state]++;
	c->out->all++;
	if (relay.n)
		count_peer(c, &c->relays, &c->relay, relay, state);
	count_peer(c, &c->domains, &domain, stmt_get_text(s, 2), state);
	if (changed > c->out->changed_at)
		c->out->changed_at = changed;
	if ((state == DELIVERY_SENT || state == DELIVERY_FAILED) && changed > c->since) {
		c->out->lately++;
		if (changed < c->out->lately_since)
			c->out->lately_since = changed;
	}
	if (!stmt_is_null(s, 4))
		count_refusal(c, state, (int)stmt_get_int(s, 5), stmt_get_text(s, 4));
}

static int64_t
trouble(const struct tally_peer *p)
{
	return p->counts[DELIVERY_FAILED] + p->counts[DELIVERY_DEFERRED] +
	       p->counts[DELIVERY_IN_DOUBT];
}

static int
by_trouble(const void *x, const void *y)
{
	const struct tally_peer *a = x, *b = y;

	if (trouble(a) != trouble(b))
		return trouble(a) < trouble(b) ? 1 : -1;
	if (a->all != b->all)
		return a->all < b->all ? 1 : -1;
	return str_cmp(a->name, b->name);
}

static int
by_count(const void *x, const void *y)
{
	const struct tally_refusal *a = x, *b = y;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return str_cmp(a->words, b->words);
}

int
tally_issue(struct db *db, int64_t issue, size_t most, int64_t now, struct arena *a,
	struct tally *out, struct err *e)
{
	/* CROSS JOIN: walk the ledger, look each subscriber up. Both lie in the same order. */
	struct stmt *s = db_prepare(db,
		"SELECT d.state, coalesce(d.relay, ''), s.domain, d.changed_at, CASE WHEN d.state "
		"IN ('failed', 'deferred', 'in_doubt') THEN coalesce(d.words, '') END, d.code FROM "
		"delivery d CROSS JOIN subscriber s ON s.id = d.subscriber_id WHERE d.issue_id = "
		"?1",
		e);
	struct counter c = { .out = out, .a = a, .since = now - MINUTE };
	int got;

	if (!s)
		return -1;
	*out = (struct tally){ .lately_since = now };
	stmt_int(s, 1, issue);
	while ((got = stmt_step(s, e)) == 1)
		count_row(&c, s);
	out->relay_count =
		named_ranked(&c.relays, sizeof *out->relays, SIZE_MAX, by_trouble, a, &out->relays);
	out->domain_count =
		named_ranked(&c.domains, sizeof *out->domains, most, by_trouble, a, &out->domains);
	out->refusal_count =
		named_ranked(&c.gists, sizeof *out->refusals, most, by_count, a, &out->refusals);
	named_free(&c.relays);
	named_free(&c.domains);
	named_free(&c.gists);
	return got;
}

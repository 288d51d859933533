#include "store/chain.h"

#include <stdio.h>
#include <string.h>

#include "base/sign.h"

enum { ROW = 128 * 1024 };

static void
add_number(struct buf *b, int64_t v, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		buf_addc(b, (char)((uint64_t)v >> (8 * i) & 0xff));
}

void
chain_hash(const uint8_t before[static EVENT_HASH], const struct event *ev,
	uint8_t out[static EVENT_HASH])
{
	struct buf b;

	buf_init(&b, ROW + ev->detail.n);
	buf_addz(&b, "morningpost/event/v1\n");
	buf_add(&b, (struct str){ (const char *)before, EVENT_HASH });
	add_number(&b, ev->id, 8);
	add_number(&b, ev->at, 8);
	add_number(&b, ev->subscriber, 8);
	add_number(&b, ev->issue, 8);
	add_number(&b, (int64_t)ev->kind.n, 4);
	buf_add(&b, ev->kind);
	buf_add(&b, ev->detail);
	sign_hash(buf_str(&b), out, EVENT_HASH);
	buf_free(&b);
}

/* -- the head ---------------------------------------------------------------------------------- */

void
chain_print_head(const struct chain_head *h, char out[static CHAIN_HEX + 24])
{
	int n = snprintf(out, 24, "%lld:", (long long)h->id);

	for (size_t i = 0; i < EVENT_HASH; i++)
		n += snprintf(out + n, 3, "%02x", h->hash[i]);
}

bool
chain_parse_head(struct str s, struct chain_head *out)
{
	char printed[CHAIN_HEX + 24];
	struct str rest = s, id;
	uint64_t n;

	if (!str_split(&rest, ':', &id) || !str_u64(id, INT64_MAX, &n) ||
		!sign_unhex(rest, out->hash, EVENT_HASH))
		return false;
	out->id = (int64_t)n;
	chain_print_head(out, printed);
	return str_eqz(s, printed);
}

/* A hash that is none is zeros, which no row has. */
static void
read_hash(struct stmt *s, int column, uint8_t out[static EVENT_HASH])
{
	struct str bytes = stmt_get_blob(s, column);

	memset(out, 0, EVENT_HASH);
	if (bytes.n == EVENT_HASH)
		memcpy(out, bytes.p, EVENT_HASH);
}

/* Of "id, at, kind, coalesce(subscriber_id, 0), coalesce(issue_id, 0), detail"; borrowed. */
static struct event
read_row(struct stmt *s)
{
	return (struct event){ .id = stmt_get_int(s, 0),
		.at = stmt_get_int(s, 1),
		.kind = stmt_get_text(s, 2),
		.subscriber = stmt_get_int(s, 3),
		.issue = stmt_get_int(s, 4),
		.detail = stmt_get_text(s, 5) };
}

int
chain_head(struct db *db, struct chain_head *out, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT event_id, hash FROM log_head", e);
	int got = s ? stmt_step(s, e) : -1;

	if (got < 0)
		return -1;
	*out = (struct chain_head){ 0 };
	if (got == 1) {
		out->id = stmt_get_int(s, 0);
		read_hash(s, 1, out->hash);
	}
	stmt_reset(s);
	return 0;
}

int
chain_set_head(struct db *db, const struct chain_head *h, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO log_head (one, event_id, hash) VALUES (1, ?1, ?2) "
		"ON CONFLICT (one) DO UPDATE SET event_id = ?1, hash = ?2",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, h->id);
	stmt_blob(s, 2, (struct str){ (const char *)h->hash, EVENT_HASH });
	return stmt_run(s, e);
}

/* -- verifying --------------------------------------------------------------------------------- */

struct walk {
	struct chain_head at; /* the row before, as it says itself */
	const struct chain_head *known;
	bool whole, met; /* met: the row that `known` is of was there */
	chain_fault_fn *fn;
	void *context;
};

static void
fault(struct walk *w, enum chain_fault fault, int64_t id, int64_t last)
{
	w->whole = false;
	w->fn(w->context, fault, id, last);
}

/* What a row says of itself is taken for the next, so that each fault is told once, where it is. */
static void
walk_row(struct walk *w, const struct event *ev, const uint8_t said[static EVENT_HASH])
{
	uint8_t is[EVENT_HASH];
	bool follows;

	chain_hash(w->at.hash, ev, is);
	follows = memcmp(is, said, EVENT_HASH) == 0;
	if (!follows && ev->id > w->at.id + 1)
		fault(w, CHAIN_MISSING, w->at.id + 1, ev->id - 1);
	else if (!follows)
		fault(w, CHAIN_CHANGED, ev->id, ev->id);
	w->at.id = ev->id;
	memcpy(w->at.hash, said, EVENT_HASH);
	if (!w->known || ev->id != w->known->id)
		return;
	w->met = true;
	if (memcmp(said, w->known->hash, EVENT_HASH) != 0)
		fault(w, CHAIN_NEW_PAST, ev->id, ev->id);
}

static int
walk_all(struct db *db, struct walk *w, int64_t *rows, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, at, kind, coalesce(subscriber_id, 0), coalesce(issue_id, 0), detail, "
		"hash FROM event ORDER BY id",
		e);
	uint8_t said[EVENT_HASH];
	int got;

	if (!s)
		return -1;
	while ((got = stmt_step(s, e)) == 1) {
		const struct event ev = read_row(s);

		read_hash(s, 6, said);
		walk_row(w, &ev, said);
		++*rows;
	}
	return got;
}

/* The end of the rows beside what was noted of it, in the database and outside. */
static void
compare_end(struct walk *w, const struct chain_head *head)
{
	int64_t last = head->id;

	if (w->known && !w->met && w->known->id > last)
		last = w->known->id;
	if (w->at.id < last)
		fault(w, CHAIN_CUT_OFF, w->at.id + 1, last);
	else if (w->at.id > head->id)
		fault(w, CHAIN_ADDED, head->id + 1, w->at.id);
	else if (memcmp(w->at.hash, head->hash, EVENT_HASH) != 0)
		fault(w, CHAIN_NEW_PAST, head->id, head->id);
}

int
chain_verify(struct db *db, const struct chain_head *known, chain_fault_fn *fn, void *context,
	struct chain_head *end, int64_t *rows, struct err *e)
{
	struct walk w = { .known = known,
		.whole = true,
		.met = !known || known->id == 0,
		.fn = fn,
		.context = context };
	struct chain_head head;
	int status;

	*rows = 0;
	if (db_begin_read(db, e) < 0)
		return -1;
	status = chain_head(db, &head, e);
	if (status == 0)
		status = walk_all(db, &w, rows, e);
	db_rollback(db);
	if (status < 0)
		return -1;
	compare_end(&w, &head);
	*end = w.at;
	return w.whole;
}

/* -- the first time ---------------------------------------------------------------------------- */

static int
move_rows(struct db *db, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT id, at, kind, coalesce(subscriber_id, 0), coalesce(issue_id, 0), detail "
		"FROM event_unchained ORDER BY id",
		e);
	int got;

	if (!s)
		return -1;
	while ((got = stmt_step(s, e)) == 1) {
		const struct event ev = read_row(s);

		if (event_chain(db, &ev, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return got;
}

int
chain_begin(struct db *db, struct err *e)
{
	return move_rows(db, e) < 0 ? -1 : db_exec(db, "DROP TABLE event_unchained", e);
}

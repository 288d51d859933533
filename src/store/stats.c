#include "store/stats.h"

#include <string.h>

#include "store/named.h"

struct counter {
	struct db *db;
	struct stats *out;
	const char *zone;
	struct arena *a;
	int64_t *starts; /* of the days, and of the one behind the last */
	int64_t later;   /* came, less those who left, after the last day */
	struct named domains;
	struct stats_domain *domain; /* the last row's */
};

/* The day that the moment is in; day_count: behind them all; -1: before them. */
static ptrdiff_t
day_of(const struct counter *c, int64_t at)
{
	size_t low = 0, high = c->out->day_count + 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c->starts[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

/* -- the people -------------------------------------------------------------------------------- */

/* What an event says of being on the list. */
static const struct {
	const char *kind;
	bool new_row; /* there was nobody before */
	bool stays;   /* active behind it, unless it names another state */
} moves[] = {
	{ "subscribed", true, true },
	{ "imported", true, true },
	{ "confirmed", false, true },
	{ "resubscribed", false, true },
	{ "unsubscribed", false, false },
	{ "bounced", false, false },
	{ "complained", false, false },
	{ "erased", false, false },
	{ "restored", false, true },
};

/* 1 they came, -1 they left, 0 neither. */
static int
move_of(struct str kind, struct str from, struct str to)
{
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		bool before, after;

		if (!str_eqz(kind, moves[i].kind))
			continue;
		before = !moves[i].new_row && str_eqz(from, "active");
		after = moves[i].stays && (to.n == 0 || str_eqz(to, "active"));
		return (int)after - (int)before;
	}
	return 0;
}

static void
count_move(struct counter *c, int64_t at, int move)
{
	ptrdiff_t i = day_of(c, at);

	if (i == (ptrdiff_t)c->out->day_count)
		c->later += move;
	else if (i >= 0 && move > 0)
		c->out->days[i].joined++;
	else if (i >= 0 && move < 0)
		c->out->days[i].left++;
}

/* Whom an import brought in that was undone has no row, and was never here. To group them SQL would
 * have to sort them. */
static int
count_moves(struct counter *c, struct err *e)
{
	struct stmt *s = db_prepare(c->db,
		"SELECT at, kind, coalesce(detail ->> '$.from', ''), coalesce(detail ->> "
		"'$.state', detail ->> '$.to', '') FROM event WHERE at >= ?1 AND subscriber_id IS "
		"NOT NULL AND (kind <> 'imported' OR EXISTS (SELECT 1 FROM subscriber p WHERE p.id "
		"= "
		"event.subscriber_id) OR EXISTS (SELECT 1 FROM event x WHERE x.subscriber_id = "
		"event.subscriber_id AND x.kind = 'erased'))",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, c->starts[0]);
	while ((got = stmt_step(s, e)) == 1) {
		int move = move_of(stmt_get_text(s, 1), stmt_get_text(s, 2), stmt_get_text(s, 3));

		if (move)
			count_move(c, stmt_get_int(s, 0), move);
	}
	return got;
}

/* From now back to the first day. */
static void
reckon_readers(struct counter *c)
{
	struct stats *out = c->out;
	int64_t readers = out->states[SUBSCRIBER_ACTIVE] - c->later;

	out->all.readers = readers;
	for (size_t i = out->day_count; i-- > 0;) {
		out->days[i].readers = readers;
		readers -= out->days[i].joined - out->days[i].left;
		out->all.joined += out->days[i].joined;
		out->all.left += out->days[i].left;
	}
	out->readers_before = readers;
}

/* -- the mail ---------------------------------------------------------------------------------- */

static void
count_row(struct stats_mail *m, struct str state)
{
	m->all++;
	if (str_eqz(state, "sent"))
		m->sent++;
	else if (str_eqz(state, "failed"))
		m->failed++;
	else if (!str_eqz(state, "skipped"))
		m->open++;
}

static struct stats_day *
day_named(struct counter *c, struct str name)
{
	struct day day;
	ptrdiff_t i;

	if (!clock_parse_day(name, &day))
		return NULL;
	i = clock_day_number(day) - clock_day_number(c->out->days[0].day);
	return i >= 0 && i < (ptrdiff_t)c->out->day_count ? &c->out->days[i] : NULL;
}

static void
bind_days(struct stmt *s, const struct counter *c)
{
	char text[11];

	clock_print_day(c->out->days[0].day, text);
	stmt_text(s, 1, arena_str(c->a, str_of(text)));
	clock_print_day(c->out->days[c->out->day_count - 1].day, text);
	stmt_text(s, 2, arena_str(c->a, str_of(text)));
}

static struct stats_domain *
domain_named(struct counter *c, struct str name)
{
	if (!c->domain || !str_eq(c->domain->name, name)) {
		c->domain = named_get(&c->domains, name, sizeof *c->domain, c->a);
		if (c->domain->name.n == 0)
			c->domain->name = arena_str(c->a, name);
	}
	return c->domain;
}

static int
count_ledger(struct counter *c, int64_t issue, struct stats_day *day, struct err *e)
{
	/* CROSS JOIN: walk the ledger, look each subscriber up. Both lie in the same order. */
	struct stmt *s = db_prepare(c->db,
		"SELECT d.state, p.domain FROM delivery d CROSS JOIN subscriber p ON p.id = "
		"d.subscriber_id WHERE d.issue_id = ?1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	while ((got = stmt_step(s, e)) == 1) {
		struct str state = stmt_get_text(s, 0);

		count_row(&day->mail, state);
		count_row(&domain_named(c, stmt_get_text(s, 1))->mail, state);
	}
	return got;
}

static int
count_issues(struct counter *c, struct err *e)
{
	struct stmt *s =
		db_prepare(c->db, "SELECT id, day FROM issue WHERE day BETWEEN ?1 AND ?2", e);
	int got;

	if (!s)
		return -1;
	bind_days(s, c);
	while ((got = stmt_step(s, e)) == 1) {
		struct stats_day *day = day_named(c, stmt_get_text(s, 1));

		if (!day)
			continue;
		day->has_issue = true;
		c->out->issues++;
		if (count_ledger(c, stmt_get_int(s, 0), day, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return got;
}

static void
count_answer(struct stats_mail *m, struct str kind, int64_t n)
{
	if (str_eqz(kind, "complaint"))
		m->complained += n;
	else
		m->bounced += n;
}

/* Each person once an issue, refused or reported. */
static int
count_answers(struct counter *c, struct err *e)
{
	struct stmt *s = db_prepare(c->db,
		"SELECT i.day, b.kind, count(DISTINCT b.subscriber_id) FROM issue i JOIN bounce b "
		"ON "
		"b.issue_id = i.id WHERE i.day BETWEEN ?1 AND ?2 AND b.kind <> 'soft' GROUP BY "
		"i.id, "
		"b.kind",
		e);
	int got;

	if (!s)
		return -1;
	bind_days(s, c);
	while ((got = stmt_step(s, e)) == 1) {
		struct stats_day *day = day_named(c, stmt_get_text(s, 0));

		if (day)
			count_answer(&day->mail, stmt_get_text(s, 1), stmt_get_int(s, 2));
	}
	return got;
}

/* Of no issue that is known: on the day that it came in. */
static int
count_strays(struct counter *c, struct err *e)
{
	struct stmt *s = db_prepare(c->db,
		"SELECT at, kind FROM bounce WHERE issue_id IS NULL AND at >= ?1 AND kind <> "
		"'soft'",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, c->starts[0]);
	while ((got = stmt_step(s, e)) == 1) {
		ptrdiff_t i = day_of(c, stmt_get_int(s, 0));

		if (i >= 0 && i < (ptrdiff_t)c->out->day_count)
			count_answer(&c->out->days[i].mail, stmt_get_text(s, 1), 1);
	}
	return got;
}

static void
add_up(struct stats *out)
{
	struct stats_mail *all = &out->all.mail;

	for (size_t i = 0; i < out->day_count; i++) {
		const struct stats_mail *m = &out->days[i].mail;

		all->all += m->all;
		all->sent += m->sent;
		all->failed += m->failed;
		all->open += m->open;
		all->bounced += m->bounced;
		all->complained += m->complained;
	}
}

/* -- by domain --------------------------------------------------------------------------------- */

static int
count_readers(struct counter *c, struct err *e)
{
	struct stmt *s =
		db_prepare(c->db, "SELECT domain FROM subscriber WHERE state = 'active'", e);
	int got;

	if (!s)
		return -1;
	while ((got = stmt_step(s, e)) == 1)
		domain_named(c, stmt_get_text(s, 0))->readers++;
	return got;
}

static int
answers_by_domain(struct counter *c, struct err *e)
{
	struct stmt *s = db_prepare(c->db,
		"SELECT p.domain, b.kind, count(DISTINCT b.subscriber_id || ' ' || b.issue_id) "
		"FROM "
		"issue i JOIN bounce b ON b.issue_id = i.id JOIN subscriber p ON p.id = "
		"b.subscriber_id WHERE i.day BETWEEN ?1 AND ?2 AND b.kind <> 'soft' GROUP BY 1, 2",
		e);
	int got;

	if (!s)
		return -1;
	bind_days(s, c);
	while ((got = stmt_step(s, e)) == 1)
		count_answer(&domain_named(c, stmt_get_text(s, 0))->mail, stmt_get_text(s, 1),
			stmt_get_int(s, 2));
	return got;
}

static int
by_size(const void *x, const void *y)
{
	const struct stats_domain *a = x, *b = y;

	if (a->mail.all != b->mail.all)
		return a->mail.all < b->mail.all ? 1 : -1;
	if (a->readers != b->readers)
		return a->readers < b->readers ? 1 : -1;
	return str_cmp(a->name, b->name);
}

/* -- all of it --------------------------------------------------------------------------------- */

static void
lay_out(struct counter *c, struct day from, struct day to)
{
	struct stats *out = c->out;
	int days = clock_day_number(to) - clock_day_number(from) + 1;

	out->day_count = (size_t)days;
	out->days = arena_many(c->a, out->day_count, struct stats_day);
	c->starts = arena_many(c->a, out->day_count + 1, int64_t);
	for (size_t i = 0; i <= out->day_count; i++) {
		struct day day = clock_add_days(from, (int)i);

		c->starts[i] = clock_moment(day, 0, 0, c->zone);
		if (i < out->day_count)
			out->days[i].day = day;
	}
}

static int
count_all(struct counter *c, size_t most, struct err *e)
{
	struct stats *out = c->out;

	if (subscriber_counts(c->db, out->states, e) < 0 ||
		reason_counts(c->db, out->reasons, e) < 0 || count_moves(c, e) < 0 ||
		count_issues(c, e) < 0 || count_answers(c, e) < 0 || count_strays(c, e) < 0 ||
		count_readers(c, e) < 0 || answers_by_domain(c, e) < 0)
		return -1;
	out->domain_count =
		named_ranked(&c->domains, sizeof *out->domains, most, by_size, c->a, &out->domains);
	reckon_readers(c);
	add_up(out);
	return 0;
}

int
stats_read(struct db *db, struct day from, struct day to, const char *zone, size_t most_domains,
	struct arena *a, struct stats *out, struct err *e)
{
	struct counter c = { .db = db, .out = out, .zone = zone, .a = a };
	int status;

	*out = (struct stats){ 0 };
	lay_out(&c, from, to);
	if (db_begin_read(db, e) < 0)
		return -1;
	status = count_all(&c, most_domains, e);
	db_rollback(db);
	named_free(&c.domains);
	return status;
}

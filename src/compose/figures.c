#include "compose/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/entity.h"
#include "store/link.h"
#include "store/observation.h"
#include "store/packed.h"
#include "store/snapshot.h"

enum {
	DAYS_READ = 40, /* before the day itself */
	FLOOD_DAYS = 7,
	LINK_DAYS = 2, /* an older snapshot is stale */
};

/* Each chart, and the sources whose rows are its own, in the order that the first one wins. */
static const struct {
	const char *source, *also;
	enum trend_kind kind;
} charts[FIGURES_CHARTS] = {
	{ "github", NULL, TREND_GITHUB },
	{ "hf_models", "hf_models_pool", TREND_MODELS },
	{ "hf_datasets", NULL, TREND_DATASETS },
	{ "hf_spaces", NULL, TREND_SPACES },
};

static const struct {
	const char *source, *kind;
} link_sources[] = {
	{ "hf_papers", "paper" },
	{ "arxiv", "paper" },
	{ "feed", "feed" },
	{ "hackernews", "story" },
};

/* An entity that was met, by the store's number (0: none): its row, and what was counted of it. */
struct met {
	int64_t entity;
	int times, counted;
	struct trend_row *row;
	struct trend_count *days;
};

/* What is read of one chart. `met` is an open table; it grows. */
struct reading {
	struct db *db;
	struct arena *arena;
	struct arena scratch; /* what is needed until the rows are there */
	enum trend_kind kind;
	struct met *met;
	size_t room;
	int64_t *entities; /* in the order that they were met */
	size_t n, entity_room;
	struct trend_row *rows; /* one an entity, in that order */
	size_t row_count;
};

/* -- rows ------------------------------------------------------------------------------------- */

static struct met *
place_of(struct met *table, size_t room, int64_t entity)
{
	size_t at = hash_place(entity, room);

	while (table[at].entity && table[at].entity != entity)
		at = (at + 1) & (room - 1);
	return &table[at];
}

static void
grow(struct reading *r)
{
	size_t room = r->room ? r->room * 2 : 1024;
	struct met *bigger = arena_many(&r->scratch, room, struct met);

	for (size_t i = 0; i < r->room; i++)
		if (r->met[i].entity)
			*place_of(bigger, room, r->met[i].entity) = r->met[i];
	r->met = bigger;
	r->room = room;
}

/* A number that stands for what no rename changes: GitHub's own; of HuggingFace's, which is a word,
 * 63 bits of a hash of it. */
static int64_t
number_of(struct str stable, enum trend_kind kind)
{
	uint64_t n;

	if (stable.n == 0)
		return 0;
	if (kind == TREND_GITHUB)
		return str_u64(stable, INT64_MAX, &n) ? (int64_t)n : 0;
	return (int64_t)(hash_add(HASH_SEED, stable) >> 1 | 1);
}

static void
meet(struct reading *r, int64_t entity)
{
	struct met *m;

	if (r->n * 2 >= r->room)
		grow(r);
	m = place_of(r->met, r->room, entity);
	if (!m->entity) {
		m->entity = entity;
		r->entities = arena_grow(
			&r->scratch, r->entities, r->n, &r->entity_room, sizeof *r->entities);
		r->entities[r->n++] = entity;
	}
	m->times++;
}

static bool
is_of_last_day(const struct snapshot *list, size_t n, size_t i)
{
	return clock_day_cmp(list[i].day, list[n - 1].day) == 0;
}

/* First, who is met, and how often. */
static int
meet_all(struct reading *r, const struct snapshot *list, struct packed *packed, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (observation_read(r->db, list[i].id, is_of_last_day(list, n, i), &r->scratch,
			    &packed[i], e) < 0)
			return -1;
		for (size_t k = 0; k < packed[i].n; k++)
			meet(r, packed_entity(&packed[i], k));
	}
	return 0;
}

/* What they are. */
static int
describe(void *context, int64_t id, const struct entity *t, struct err *e)
{
	struct reading *r = context;
	struct met *m = place_of(r->met, r->room, id);

	(void)e;
	m->days = arena_many(r->arena, (size_t)m->times, struct trend_count);
	m->row = &r->rows[r->row_count++];
	*m->row = (struct trend_row){ .id = number_of(t->stable, r->kind),
		.name = t->name,
		.has_value = true,
		.task = t->task,
		.quantized = t->quantized,
		.created = t->has_created ? clock_day_number(t->created) : TREND_NO_DAY,
		.description = t->description,
		.language = t->language,
		.library = t->library,
		.fork = t->fork,
		.archived = t->archived,
		.days = m->days };
	return 0;
}

/* Then, the counters. Of what two sources say on a day the first wins, and what it lacks comes from
 * the later. */
static void
count(struct met *m, const struct packed *p, size_t i, int day, int order)
{
	struct trend_count *last = m->counted ? &m->days[m->counted - 1] : NULL;
	double score = packed_score(p, i);

	if (!last || last->day != day)
		m->days[m->counted++] =
			(struct trend_count){ packed_value(p, i), score, day, order };
	else if (last->score < 0)
		last->score = score;
}

static int
count_all(struct reading *r, const struct snapshot *list, const struct packed *packed, size_t n,
	struct err *e)
{
	int order = 0;

	for (size_t i = 0; i < n; i++) {
		int day = clock_day_number(list[i].day);

		for (size_t k = 0; k < packed[i].n; k++) {
			int64_t entity = packed_entity(&packed[i], k);
			struct met *m = place_of(r->met, r->room, entity);

			if (!m->row)
				return err_set(
					e, ERR_CONFIG, "entity %lld is missing", (long long)entity);
			count(m, &packed[i], k, day, order++);
		}
	}
	return 0;
}

/* Last, what is asked of the newest day only. */
static void
add_details(struct reading *r, const struct packed *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct observation o = packed_at(p, i);
		struct trend_row *row = place_of(r->met, r->room, o.entity)->row;

		if (!row->has_downloads && o.has_downloads) {
			row->downloads = o.downloads;
			row->has_downloads = true;
		}
		if (!row->has_forks && o.has_forks) {
			row->forks = o.forks;
			row->has_forks = true;
		}
	}
}

/* A row's own counters are those of its last day. */
static void
finish(struct met *m)
{
	const struct trend_count *last = &m->days[m->counted - 1];

	m->row->day_count = (size_t)m->counted;
	m->row->day = last->day;
	m->row->value = last->value;
	m->row->has_score = last->score >= 0;
	m->row->score = m->row->has_score ? last->score : 0;
}

/* The rows of all that the snapshots speak of. */
static int
read_rows(struct reading *r, const struct snapshot *list, size_t n, struct err *e)
{
	struct packed *packed = arena_many(&r->scratch, n + 1, struct packed);

	if (meet_all(r, list, packed, n, e) < 0)
		return -1;
	r->rows = arena_many(r->arena, r->n + 1, struct trend_row);
	if (entity_each(r->db, r->entities, r->n, r->arena, describe, r, e) < 0)
		return -1;
	if (count_all(r, list, packed, n, e) < 0)
		return -1;
	for (size_t i = 0; i < r->room; i++)
		if (r->met[i].entity)
			finish(&r->met[i]);
	for (size_t i = 0; i < n; i++)
		if (is_of_last_day(list, n, i))
			add_details(r, &packed[i]);
	return 0;
}

static size_t
list_days(const struct snapshot *list, size_t n, int *days)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		int day = clock_day_number(list[i].day);

		if (count == 0 || days[count - 1] != day)
			days[count++] = day;
	}
	return count;
}

/* -- a chart ---------------------------------------------------------------------------------- */

/* What the snapshots of one day say together, from *at on, which moves behind them. */
static struct snapshot
day_of_list(const struct snapshot *list, size_t n, size_t *at)
{
	struct snapshot day = list[(*at)++];

	for (; *at < n && clock_day_cmp(list[*at].day, day.day) == 0; (*at)++) {
		day.rows += list[*at].rows;
		day.rejected += list[*at].rejected;
		day.partial = day.partial || list[*at].partial;
	}
	return day;
}

/* More rows are asked for than before, or a source came back: what is new then is no news. */
static bool
grew(const struct snapshot *before, const struct snapshot *now, int asof)
{
	return before->rows && !before->partial && now->rows * 2 > before->rows * 3 &&
	       asof - clock_day_number(now->day) < FLOOD_DAYS;
}

static void
judge_days(struct figures_chart *c, const struct snapshot *list, size_t n)
{
	struct snapshot before = { 0 };
	int asof = c->report.asof;

	for (size_t i = 0; i < n;) {
		struct snapshot now = day_of_list(list, n, &i);
		int day = clock_day_number(now.day);

		if (day > asof)
			break;
		c->flooded = c->flooded || grew(&before, &now, asof);
		if (day == asof) {
			c->partial = now.partial;
			c->report.rejected += (int)now.rejected;
		}
		before = now;
	}
}

/* Nothing is said to have dropped out of what was not read whole. */
static void
derive(struct figures_chart *c, struct arena *a)
{
	if (c->partial)
		c->report.dropped_count = 0;
	trend_numbers(&c->report, a, &c->numbers);
	trend_fold(&c->report, a, &c->folded, &c->folded_count);
}

static int
read_chart(struct db *db, size_t i, struct day day, struct arena *a, struct figures_chart *c,
	struct err *e)
{
	struct reading r = { .db = db, .arena = a, .kind = charts[i].kind };
	int *days = arena_many(a, DAYS_READ + 1, int), earlier;
	struct snapshot *list;
	size_t n;
	int status;

	status = snapshot_list(db, charts[i].source, charts[i].also,
		clock_add_days(day, -DAYS_READ), day, a, &list, &n, e);
	if (status == 0)
		status = read_rows(&r, list, n, e);
	arena_free(&r.scratch);
	if (status < 0)
		return -1;
	trend_report(c->kind, r.rows, r.row_count, days, list_days(list, n, days),
		clock_day_number(day), a, &c->report);
	if (c->report.stale)
		return 0;
	judge_days(c, list, n);
	derive(c, a);
	earlier = snapshot_before(
		db, charts[i].source, charts[i].also, clock_numbered_day(c->report.asof), e);
	c->first = earlier == 0;
	return earlier < 0 ? -1 : 0;
}

/* -- links ------------------------------------------------------------------------------------ */

static void
add_links(
	struct figures *f, const char *kind, const struct link_row *rows, size_t n, struct arena *a)
{
	struct figures_link *all = arena_many(a, f->link_count + n + 1, struct figures_link);

	if (f->link_count)
		memcpy(all, f->links, f->link_count * sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[f->link_count++] = (struct figures_link){ .kind = kind,
			.title = rows[i].title,
			.url = rows[i].url,
			.note = rows[i].note,
			.source = rows[i].source,
			.day = rows[i].day,
			.weight = rows[i].weight };
	f->links = all;
}

static int
read_links(struct db *db, struct figures *f, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < sizeof link_sources / sizeof link_sources[0]; i++) {
		struct link_row *rows = NULL;
		size_t n;

		if (link_read(db, link_sources[i].source, clock_add_days(f->day, -LINK_DAYS),
			    f->day, a, &rows, &n, e) < 0)
			return -1;
		add_links(f, link_sources[i].kind, rows, n, a);
	}
	return 0;
}

/* -- gains ------------------------------------------------------------------------------------ */

struct gaining {
	struct db *db;
	struct arena *arena;
	struct figures *figures;
};

static int
add_gain(void *context, const struct observation *o, struct err *e)
{
	struct gaining *g = context;
	struct entity t;
	int status = entity_get(g->db, o->entity, g->arena, &t, e);

	if (status > 0)
		g->figures->gains[g->figures->gain_count++] = (struct figures_gain){ .name = t.name,
			.description = t.description,
			.language = t.language,
			.stars = o->value };
	return status < 0 ? -1 : 0;
}

static int
read_gains(struct db *db, struct figures *f, struct arena *a, struct err *e)
{
	struct gaining g = { db, a, f };
	struct snapshot *list;
	size_t n;

	if (snapshot_list(db, "ossinsight", NULL, clock_add_days(f->day, -LINK_DAYS), f->day, a,
		    &list, &n, e) < 0)
		return -1;
	if (n == 0)
		return 0;
	f->gain_day = list[n - 1].day;
	f->gains = arena_many(a, (size_t)list[n - 1].rows, struct figures_gain);
	return observation_each(db, list[n - 1].id, add_gain, &g, e);
}

static int
read_all(struct db *db, struct figures *f, struct arena *a, struct err *e)
{
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		if (read_chart(db, i, f->day, a, &f->charts[i], e) < 0)
			return -1;
	if (read_links(db, f, a, e) < 0 || read_gains(db, f, a, e) < 0)
		return -1;
	return shown_read(
		db, clock_add_days(f->day, -DAYS_READ), f->day, a, &f->shown, &f->shown_count, e);
}

int
figures_read(struct db *db, struct day day, struct arena *a, struct figures *out, struct err *e)
{
	bool ours = db && !db_in_transaction(db);
	int status;

	*out = (struct figures){ .day = day };
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		out->charts[i] = (struct figures_chart){ .source = charts[i].source,
			.kind = charts[i].kind,
			.report = { .stale = true, .kind = charts[i].kind } };
	if (!db)
		return 0;
	/* One state, also while a collect is writing. */
	if (ours && db_begin_read(db, e) < 0)
		return -1;
	status = read_all(db, out, a, e);
	if (ours)
		db_rollback(db);
	return status;
}

#include "compose/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/entity.h"
#include "store/link.h"
#include "store/observation.h"
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

/* An entity that was met, by the store's number (0: none): what is the same of it on all days. */
struct met {
	int64_t entity;
	struct trend_row *row;
};

/* What is read of one chart. `met` is an open table; it grows. */
struct reading {
	struct db *db;
	struct arena *arena;
	enum trend_kind kind;
	int day;
	struct trend_row *rows;
	size_t n;
	struct met *met;
	size_t met_count, met_room;
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
	size_t room = r->met_room ? r->met_room * 2 : 1024;
	struct met *bigger = arena_many(r->arena, room, struct met);

	for (size_t i = 0; i < r->met_room; i++)
		if (r->met[i].entity)
			*place_of(bigger, room, r->met[i].entity) = r->met[i];
	r->met = bigger;
	r->met_room = room;
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

static int
meet(struct reading *r, struct met *m, int64_t id, struct err *e)
{
	struct entity t;
	int status = entity_get(r->db, id, r->arena, &t, e);

	if (status <= 0)
		return status < 0 ? -1
				  : err_set(e, ERR_CONFIG, "entity %lld is missing", (long long)id);
	m->entity = id;
	m->row = arena_new(r->arena, struct trend_row);
	*m->row = (struct trend_row){ .id = number_of(t.stable, r->kind),
		.name = t.name,
		.has_value = true,
		.task = t.task,
		.quantized = t.quantized,
		.created = t.has_created ? clock_day_number(t.created) : TREND_NO_DAY,
		.description = t.description,
		.language = t.language,
		.library = t.library,
		.fork = t.fork,
		.archived = t.archived };
	r->met_count++;
	return 0;
}

static int
add_row(void *context, const struct observation *o, struct err *e)
{
	struct reading *r = context;
	struct trend_row *row = &r->rows[r->n];
	struct met *m;

	if (r->met_count * 2 >= r->met_room)
		grow(r);
	m = place_of(r->met, r->met_room, o->entity);
	if (!m->entity && meet(r, m, o->entity, e) < 0)
		return -1;
	*row = *m->row;
	row->day = r->day;
	row->value = o->value;
	row->has_score = o->has_score;
	row->score = o->score;
	row->has_downloads = o->has_downloads;
	row->downloads = o->downloads;
	row->has_forks = o->has_forks;
	row->forks = o->forks;
	r->n++;
	return 0;
}

static size_t
count_rows(const struct snapshot *list, size_t n)
{
	size_t rows = 0;

	for (size_t i = 0; i < n; i++)
		rows += (size_t)list[i].rows;
	return rows;
}

/* All rows of the snapshots, and the days there are. */
static int
read_rows(struct reading *r, const struct snapshot *list, size_t n, int *days, size_t *day_count,
	struct err *e)
{
	r->rows = arena_many(r->arena, count_rows(list, n) + 1, struct trend_row);
	for (size_t i = 0; i < n; i++) {
		r->day = clock_day_number(list[i].day);
		if (*day_count == 0 || days[*day_count - 1] != r->day)
			days[(*day_count)++] = r->day;
		if (observation_each(r->db, list[i].id, add_row, r, e) < 0)
			return -1;
	}
	return 0;
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
	size_t n, day_count = 0;

	if (snapshot_list(db, charts[i].source, charts[i].also, clock_add_days(day, -DAYS_READ),
		    day, a, &list, &n, e) < 0 ||
		read_rows(&r, list, n, days, &day_count, e) < 0)
		return -1;
	trend_report(c->kind, r.rows, r.n, days, day_count, clock_day_number(day), a, &c->report);
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

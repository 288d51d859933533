/* A body as it came, through the check, the view and the tables of a database: what is kept is typed,
 * clean and within its limits, and the figures of the day can be told. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slug.h"
#include "base/text.h"
#include "compose/figures.h"
#include "input.h"
#include "store/snapshot.h"

static const char *const sources[] = { "github", "hf_models", "hf_spaces", "ossinsight",
	"hf_papers", "feed" };
static const struct day day = { 2026, 2, 14 };

static struct db *
desk(void)
{
	static struct db *db;
	char path[] = "/tmp/morningpost-fuzz-XXXXXX";
	struct err e;
	int dir;

	if (db)
		return db;
	assert(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY);
	assert(dir >= 0 && mkdirat(dir, "var", 0700) == 0);
	assert(db_open(dir, DB_PATH, DB_CREATE, &db, &e) == 0);
	assert(db_exec(db, "PRAGMA synchronous = OFF", &e) == 0);
	/* It goes with the process. */
	unlinkat(dir, DB_PATH, 0);
	unlinkat(dir, DB_PATH "-wal", 0);
	unlinkat(dir, DB_PATH "-shm", 0);
	unlinkat(dir, "var", AT_REMOVEDIR);
	rmdir(path);
	close(dir);
	return db;
}

static int64_t
number(struct db *db, const char *sql)
{
	struct err e;
	struct stmt *s = db_prepare(db, sql, &e);
	int64_t n;

	assert(s && stmt_step(s, &e) == 1);
	n = stmt_get_int(s, 0);
	stmt_reset(s);
	return n;
}

static void
check_chart(const struct figures_chart *c)
{
	for (size_t i = 0; !c->report.stale && i < c->report.count; i++) {
		const struct trend_entity *t = &c->report.entities[i];

		assert(trend_name_ok(c->kind, t->name));
		assert(t->value >= 0 && t->value <= INT64_C(9007199254740991));
		assert(text_is_clean(t->info.description) &&
			text_width(t->info.description) <= 240);
		assert(text_is_clean(t->info.task) && text_is_clean(t->info.language));
		assert(t->info.quantized.n == 0 || slug_is_name(t->info.quantized, 0, 1));
		assert(t->info.created == TREND_NO_DAY || t->info.created <= clock_day_number(day));
	}
}

static void
check_links(const struct figures *f)
{
	for (size_t i = 0; i < f->link_count; i++) {
		assert(text_is_clean(f->links[i].title) && f->links[i].title.n);
		assert(text_is_clean(f->links[i].note) && text_is_ascii(f->links[i].url));
		assert(str_starts(f->links[i].url, STR("https://")) ||
			str_starts(f->links[i].url, STR("http://")));
		assert(clock_day_cmp(f->links[i].day, day) <= 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	const char *source = sources[size ? data[0] % (sizeof sources / sizeof sources[0]) : 0];
	bool items = strcmp(source, "feed") == 0;
	struct answer answer = { .source = source, .url = STR("u"), .status = 200 };
	struct arena a = { 0 };
	struct snapshot_result r;
	struct figures f;
	struct err e;

	answer.body = str_from(in, 1);
	answer.items = items ? answer.body : (struct str){ 0 };
	assert(snapshot_keep(desk(), source, day, &answer, 1, &r, &e) == 0 && r.kept);
	assert(r.rows == 0 || r.answered);
	assert(number(desk(), "SELECT count(*) FROM observation") +
			number(desk(), "SELECT count(*) FROM link") ==
		r.rows);
	assert(figures_read(desk(), day, &a, &f, &e) == 0);
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		check_chart(&f.charts[i]);
	check_links(&f);
	assert(db_exec(desk(), "DELETE FROM snapshot; DELETE FROM entity", &e) == 0);
	arena_free(&a);
	return 0;
}

#include "collect/recorded.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/feed.h"

/* Where each source's days lie, in the order they are taken. */
static const struct {
	const char *source, *folder, *extension;
	const char *feed; /* it is one: whose items are, that name nobody; else NULL */
} places[] = {
	{ "github", "github/search", ".json", NULL },
	{ "hf_models", "hf/models", ".json", NULL },
	{ "hf_models_pool", "hf/models-pool", ".json", NULL },
	{ "hf_datasets", "hf/datasets", ".json", NULL },
	{ "hf_spaces", "hf/spaces", ".json", NULL },
	{ "hf_papers", "hf/papers", ".json", NULL },
	{ "ossinsight", "ossinsight/past_week", ".json", NULL },
	{ "arxiv", "arxiv", ".atom", "arXiv" },
	{ "feed", "feeds", ".rss", "" },
};

enum { PLACES = sizeof places / sizeof places[0], LARGEST = 16 << 20, MOST_DAYS = 100000 };

struct taking {
	struct db *db;
	int dir;
	int64_t now;
	recorded_fn *fn;
	void *context;
	int *days; /* numbers of those that any source has */
	size_t n, room;
};

static bool
day_of_file(struct str name, const char *extension, struct day *out)
{
	struct str rest = str_from(name, 10);

	return str_eqz(rest, extension) && clock_parse_day(str_sub(name, 0, 10), out);
}

static void
add_day(struct taking *t, struct day day)
{
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->days = mem_grow(t->days, t->room * sizeof *t->days);
	}
	t->days[t->n++] = clock_day_number(day);
}

/* The days that one place has; a folder that is not there has none. */
static int
list_days(struct taking *t, const char *folder, const char *extension, struct err *e)
{
	struct dirent *entry;
	struct day day;
	DIR *d = file_open_entries(t->dir, folder, e);

	if (!d)
		return e->code == ERR_NOINPUT ? 0 : -1;
	while ((entry = readdir(d)) && t->n < MOST_DAYS)
		if (day_of_file(str_of(entry->d_name), extension, &day))
			add_day(t, day);
	closedir(d);
	return 0;
}

static int
by_number(const void *x, const void *y)
{
	int a = *(const int *)x, b = *(const int *)y;

	return (a > b) - (a < b);
}

static int
list_all_days(struct taking *t, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < PLACES; i++)
		if (list_days(t, places[i].folder, places[i].extension, e) < 0)
			return -1;
	if (t->n)
		qsort(t->days, t->n, sizeof *t->days, by_number);
	for (size_t i = 0; i < t->n; i++)
		if (kept == 0 || t->days[kept - 1] != t->days[i])
			t->days[kept++] = t->days[i];
	t->n = kept;
	return 0;
}

/* The body, and the items of a feed. */
static int
read_answer(struct taking *t, size_t place, const char *path, struct arena *a, struct answer *out,
	struct err *e)
{
	struct feed feed;

	*out = (struct answer){
		.source = places[place].source, .url = str_of(path), .status = 200, .at = t->now
	};
	if (file_read(t->dir, path, LARGEST, a, &out->body, e) < 0)
		return -1;
	if (!places[place].feed)
		return 0;
	if (feed_parse(out->body, (struct str){ 0 }, a, &feed, e) < 0)
		return err_wrap(e, "%s", path);
	out->items = feed_json(&feed, str_of(places[place].feed), a);
	return 0;
}

static int
keep(struct taking *t, struct day day, const struct answer *answer, struct err *e)
{
	struct snapshot_result result;

	if (snapshot_keep(t->db, answer->source, day, answer, 1, &result, e) < 0)
		return -1;
	return t->fn(t->context, answer->source, day, &result, NULL, e);
}

/* A file that is not there is no matter; one that cannot be read is told, and the others go on. */
static int
take_file(struct taking *t, size_t place, struct day day, struct err *e)
{
	const struct snapshot_result nothing = { 0 };
	struct answer answer;
	struct arena a = { 0 };
	char text[11], path[64];
	struct err why;
	int status = 0;

	clock_print_day(day, text);
	snprintf(path, sizeof path, "%s/%s%s", places[place].folder, text, places[place].extension);
	if (read_answer(t, place, path, &a, &answer, &why) == 0)
		status = keep(t, day, &answer, e);
	else if (why.code != ERR_NOINPUT)
		status = t->fn(t->context, places[place].source, day, &nothing, why.text, e);
	arena_free(&a);
	return status;
}

static int
take_day(struct taking *t, struct day day, struct err *e)
{
	for (size_t i = 0; i < PLACES; i++)
		if (take_file(t, i, day, e) < 0)
			return -1;
	return 0;
}

int
recorded_take(struct db *db, const char *path, const struct day *day, int64_t now, recorded_fn *fn,
	void *context, struct err *e)
{
	struct taking t = { .db = db,
		.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.now = now,
		.fn = fn,
		.context = context };
	int status = 0;

	if (t.dir < 0)
		return err_set(e, ERR_NOINPUT, "%s: %s", path, strerror(errno));
	if (day)
		add_day(&t, *day);
	else
		status = list_all_days(&t, e);
	for (size_t i = 0; i < t.n && status == 0; i++)
		status = take_day(&t, clock_numbered_day(t.days[i]), e);
	close(t.dir);
	free(t.days);
	return status;
}

#include "store/row.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "store/link.h"
#include "store/observation.h"

/*
 * json_each gives an array's elements in their order, and the answers come by the index on
 * (snapshot_id, n): nothing is sorted, so that the first row of an endless list comes at once and
 * the limit holds.
 */
#define MOST " LIMIT 20000"
#define CHART(view)                                                                                \
	"SELECT name, stable, value, score, downloads, forks, created, task, quantized, "          \
	"description, language, library, fork, archived, tracked FROM " view                       \
	" WHERE snapshot_id = ?1 ORDER BY n" MOST
#define LINKS(view)                                                                                \
	"SELECT key, title, url, note, source, published, weight FROM " view                       \
	" WHERE snapshot_id = ?1 ORDER BY n" MOST

static const struct row_source sources[] = {
	{ "github", CHART("github_row"), "github", 1, "$.items", "$.full_name" },
	{ "hf_models", CHART("hf_models_row"), "hf_models", 0, "$", "$.id" },
	{ "hf_models_pool", CHART("hf_models_pool_row"), "hf_models", 0, "$", "$.id" },
	{ "hf_datasets", CHART("hf_datasets_row"), "hf_datasets", 0, "$", "$.id" },
	{ "hf_spaces", CHART("hf_spaces_row"), "hf_spaces", 0, "$", "$.id" },
	{ "ossinsight", CHART("ossinsight_row"), "ossinsight", 1, "$.data.rows", NULL },
	{ "hf_papers", LINKS("hf_papers_row"), NULL, 0, "$", NULL },
	{ "arxiv", LINKS("arxiv_row"), NULL, 0, "$", NULL },
	{ "feed", LINKS("feed_row"), NULL, 0, "$", NULL },
	{ "hackernews", LINKS("hackernews_row"), NULL, 0, "$", "$.type" },
};

/* Longer than anything that is kept of a text; what lies behind is not looked at. */
enum { LONGEST_TEXT = 4000 };

const struct row_source *
row_source(const char *name)
{
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strcmp(sources[i].name, name) == 0)
			return &sources[i];
	return NULL;
}

int
row_keep(struct db *db, const struct row_source *source, int64_t snapshot, struct day day,
	struct row_count *out, struct err *e)
{
	*out = (struct row_count){ 0 };
	return source->chart ? observation_keep(db, source, snapshot, day, out, e)
			     : link_keep(db, source, snapshot, day, out, e);
}

struct str
row_text(struct str s, size_t columns, struct arena *a)
{
	return text_excerpt(s, LONGEST_TEXT, columns, a);
}

bool
row_day(struct str s, struct day today, struct day *out)
{
	int64_t when;

	if (!date_parse_rfc3339(s, &when))
		return false;
	*out = clock_numbered_day((int)(when / CLOCK_DAY));
	return clock_day_cmp(*out, today) <= 0;
}

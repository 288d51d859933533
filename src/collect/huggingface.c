/* huggingface.c: the Hub's charts of models, datasets and spaces, and its papers of the day. The
 * API answers all of it without a token; with one it grants more. */
#include "base/arena.h"
#include "collect/source.h"

enum { PAGE = 1000, POOL = 500, PAPERS = 100, FOLLOWED = 100 };

/* Only these members come back, and `id` and `_id`. */
#define MODEL                                                                                      \
	"&expand[]=author&expand[]=createdAt&expand[]=downloads&expand[]=lastModified"             \
	"&expand[]=library_name&expand[]=likes&expand[]=pipeline_tag&expand[]=tags"                \
	"&expand[]=trendingScore"
#define DATASET                                                                                    \
	"&expand[]=author&expand[]=createdAt&expand[]=description&expand[]=downloads"              \
	"&expand[]=lastModified&expand[]=likes&expand[]=tags&expand[]=trendingScore"
#define SPACE                                                                                      \
	"&expand[]=author&expand[]=cardData&expand[]=createdAt&expand[]=lastModified"              \
	"&expand[]=likes&expand[]=sdk&expand[]=tags&expand[]=trendingScore"

static void
ask_hub(struct asking *a, const struct question *q, struct answer **out)
{
	a->rules = (struct patience_rules){ .limit_wait = 5 * CLOCK_SECOND, .open = true };
	ask(a, q, out);
}

/* `rows` of a chart, strongest first. The hub takes no direction: descending is all it has. */
static void
chart(struct asking *a, const char *kind, const char *sort, uint32_t rows, const char *members)
{
	struct question q = { .accept = "application/json", .pages = (rows + PAGE - 1) / PAGE };

	q.url = arena_printf(a->arena, "%s/api/%s?sort=%s&limit=%u%s", a->settings->huggingface.url,
		kind, sort, rows < PAGE ? rows : PAGE, members);
	ask_hub(a, &q, NULL);
}

static void
follow(struct asking *a, const char *kind, const char *members)
{
	struct question q = { .accept = "application/json" };
	const char *base = arena_printf(a->arena, "%s/api/%s/", a->settings->huggingface.url, kind);

	ask_tracked(a, &q, base, arena_printf(a->arena, "?%s", members + 1), "id", FOLLOWED);
}

void
huggingface_models(struct asking *a)
{
	chart(a, "models", "trendingScore", a->settings->huggingface.models, MODEL);
	follow(a, "models", MODEL);
}

/* Those that many like or load are a base for the day they come back to the chart; and they need
 * not be followed one by one. */
void
huggingface_models_pool(struct asking *a)
{
	chart(a, "models", "likes", POOL, MODEL);
	chart(a, "models", "downloads", POOL, MODEL);
	ask_leave_names(a, "hf_models", "id");
}

void
huggingface_datasets(struct asking *a)
{
	chart(a, "datasets", "trendingScore", a->settings->huggingface.datasets, DATASET);
	follow(a, "datasets", DATASET);
}

void
huggingface_spaces(struct asking *a)
{
	chart(a, "spaces", "trendingScore", a->settings->huggingface.spaces, SPACE);
	follow(a, "spaces", SPACE);
}

/* Yesterday's: this morning's list has only begun. */
void
huggingface_papers(struct asking *a)
{
	struct question q = { .accept = "application/json" };
	char day[11];

	clock_print_day(clock_add_days(a->day, -1), day);
	q.url = arena_printf(a->arena, "%s/api/daily_papers?date=%s&limit=%d",
		a->settings->huggingface.url, day, PAPERS);
	ask_hub(a, &q, NULL);
}

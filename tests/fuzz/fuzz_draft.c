/* A draft of what strangers wrote: it stays an issue with the same departments, blocks that can be
 * read, and nothing of theirs is markup. The bytes are names, descriptions and titles, a line
 * each. */
#include <string.h>

#include "base/asset.h"
#include "base/text.h"
#include "base/yaml.h"
#include "compose/draft.h"
#include "compose/front.h"
#include "compose/markdown.h"
#include "compose/select_links.h"
#include "input.h"

enum { DEPARTMENTS = 9, MOST = 40, ASOF = 20000 };

/* Every block's body is YAML, whatever was put into it. */
static int
read_block(void *context, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e)
{
	struct yaml *doc;
	int status = yaml_parse(body, "block", line, context, &doc, e);

	(void)name;
	assert(status == 0);
	buf_addz(html, "<p>x</p>");
	buf_addz(text, "x\n");
	return 1;
}

static void
add_entity(struct trend_entity *e, struct str words, size_t i, struct arena *a)
{
	*e = (struct trend_entity){ .name = str_of(arena_printf(
					    a, "%c%c/r", 'a' + (int)i / 26, 'a' + (int)i % 26)),
		.value = 9000,
		.base = 1000,
		.base_day = ASOF - 7,
		.has_base = true,
		.how = TREND_GAIN,
		.momentum = 8000 - (double)i,
		.has_growth = true,
		.rank = (int)i + 1,
		.info = { .description = words, .task = words, .created = TREND_NO_DAY } };
	e->key = e->name;
}

static void
fill(struct str in, struct arena *a, struct figures *f)
{
	struct figures_chart *c = &f->charts[0];
	struct trend_report *r = &c->report;
	struct str words;

	f->day = (struct day){ 2024, 10, 4 };
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		f->charts[i] = (struct figures_chart){ .source = "hf_models",
			.report = { .stale = i > 0, .asof = ASOF, .base_day = ASOF - 7 } };
	c->source = "github";
	f->links = arena_many(a, MOST, struct figures_link);
	r->entities = arena_many(a, MOST, struct trend_entity);
	r->momentum = r->movers = arena_many(a, MOST, struct trend_entity *);
	while (r->count < MOST && str_split(&in, '\n', &words)) {
		struct figures_link *link = &f->links[f->link_count++];

		*link = (struct figures_link){ .kind = "feed",
			.title = text_clean(words, a),
			.note = text_clean(words, a),
			.url = str_of(arena_printf(a, "https://%zu.example/", r->count)) };
		add_entity(&r->entities[r->count], words, r->count, a);
		r->momentum[r->count] = &r->entities[r->count];
		r->count++;
	}
	r->momentum_count = r->mover_count = r->count;
	trend_fold(r, a, &c->folded, &c->folded_count);
}

static void
check(struct str text, struct arena *a)
{
	static struct arena house;
	static struct theme theme;
	struct markdown_options o = {
		.theme = &theme, .block = read_block, .context = a, .columns = 72
	};
	struct err e = { 0 };
	struct front front;
	struct markdown m;

	if (!theme.values)
		assert(theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", &house,
			       &theme, &e) == 0);
	assert(front_parse(text, "draft", a, &front, &e) == 0 && text_width(front.title) <= 78);
	assert(markdown_render(front.body, "draft", front.body_line, &o, a, &m, &e) == 0);
	assert(m.count == DEPARTMENTS);
	for (size_t i = 0; i < m.fault_count; i++)
		assert(strcmp(m.faults[i].code, "todo") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct draft_input in = { .text = asset_find("templates/draft.md")->bytes,
		.name = "templates/draft.md",
		.publication = STR("The Post") };
	struct figures f = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str text;

	fill(input_of(data, size), &a, &f);
	in.figures = &f;
	assert(draft_write(&in, &a, &text, &e) == 0);
	check(text, &a);
	arena_free(&a);
	return 0;
}

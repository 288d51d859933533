/* The data blocks of an issue: whatever the YAML in them says, and whatever strangers wrote that was
 * collected, is text in tags of ours. The first byte chooses the block; the rest is its body, and the
 * description, task, title and address of all that is known. */
#include <stdio.h>

#include "base/asset.h"
#include "compose/blocks.h"
#include "compose/figures.h"
#include "html.h"
#include "input.h"

static int
find(void *context, struct str name, struct str *text, struct err *e)
{
	char path[100];
	const struct asset *asset;

	(void)context, (void)e;
	snprintf(path, sizeof path, "templates/%.*s", STR_ARG(name));
	asset = asset_find(path);
	if (asset)
		*text = asset->bytes;
	return asset != NULL;
}

static void
make(struct arena *a, struct settings *s, struct theme *t)
{
	struct err e;

	assert(settings_parse(STR("publication:\n  name: The <Post>\n  url: https://post.example\n"
				  "  postal_address: x\nsender:\n  from: news@post.example\n"
				  "telegram: {url: https://t.me/post}\n"),
		       "f.yaml", a, s, &e) == 0);
	assert(theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", a, t, &e) == 0);
}

enum { TODAY = 20679, ROWS = 12 };

/* Six repositories or models of a week ago and today that say of themselves what came. */
static void
chart(struct figures_chart *c, const char *source, enum trend_kind kind, struct str said,
	struct arena *a)
{
	static const int days[] = { TODAY - 7, TODAY };
	struct trend_row *rows = arena_many(a, ROWS, struct trend_row);

	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct trend_row){ .day = days[i % 2],
			.name = str_of(arena_printf(a, "%c/x", 'a' + (int)(i / 2))),
			.has_value = true,
			.value = 5000 + (int64_t)(i * i * 100),
			.has_score = true,
			.score = 100 + (double)i,
			.task = said,
			.description = i % 4 ? said : (struct str){ 0 },
			.created = TREND_NO_DAY };
	*c = (struct figures_chart){ .source = source, .kind = kind };
	trend_report(kind, rows, ROWS, days, 2, TODAY, a, &c->report);
	trend_numbers(&c->report, a, &c->numbers);
	trend_fold(&c->report, a, &c->folded, &c->folded_count);
}

static void
know(struct figures *f, struct str said, struct arena *a)
{
	*f = (struct figures){ .day = { 2026, 8, 14 } };
	chart(&f->charts[0], "github", TREND_GITHUB, said, a);
	chart(&f->charts[1], "hf_models", TREND_MODELS, said, a);
	f->charts[2].report.stale = f->charts[3].report.stale = true;
	f->links = arena_many(a, 2, struct figures_link);
	f->links[0] = (struct figures_link){ "paper", said, said, said, said, f->day, 3 };
	f->links[1] = (struct figures_link){ "feed", STR("T"),
		str_of(arena_printf(a, "https://e.example/%.*s", STR_ARG(said))), said, said,
		f->day, 0 };
	f->link_count = 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "numbers", "tools", "reading", "subscribe", "movers",
		"trending" };
	static struct arena house;
	static struct settings settings;
	static struct theme theme;
	struct str in = input_of(data, size), name = str_of(names[input_byte(&in) % 6]);
	struct arena a = { 0 };
	struct blocks_record record = { 0 };
	struct figures figures;
	struct blocks b = { &settings, &theme, "fuzz.md", 72, &a, find, NULL, { 2026, 8, 14 },
		&figures, &record };
	struct buf html, text;
	struct err e = { 0 };
	int got;

	if (!theme.values)
		make(&house, &settings, &theme);
	know(&figures, in, &a);
	buf_init(&html, 1 << 20);
	buf_init(&text, 1 << 20);
	got = blocks_render(&b, name, in, 3, &html, &text, &e);
	if (got == 1) {
		html_check(buf_str(&html));
		html_check_text(buf_str(&html), "\n\t");
		html_check_text(buf_str(&text), "\n");
	} else {
		assert(got == -1 && e.code == ERR_DATA && e.text[0]);
	}
	buf_free(&html);
	buf_free(&text);
	arena_free(&a);
	return 0;
}

/* figures_made.h: a morning's figures made by hand, and a block rendered from them with the built-in
 * templates. */
#ifndef UNIT_FIGURES_MADE_H
#define UNIT_FIGURES_MADE_H

#include <stdio.h>
#include <string.h>

#include "base/asset.h"
#include "compose/blocks.h"
#include "compose/figures.h"
#include "test.h"

enum { MADE_TODAY = 20679, MADE_ROWS = 400 }; /* Friday, 14 August 2026 */

struct made {
	struct arena a;
	struct figures figures;
	struct blocks_record record;
	struct trend_row rows[MADE_ROWS]; /* of the chart that is being made */
	size_t n;
	struct str html, text;
	struct err e;
};

static inline void
made_begin(struct made *m)
{
	static const char *const sources[] = { "github", "hf_models", "hf_datasets", "hf_spaces" };

	*m = (struct made){ .figures = { .day = { 2026, 8, 14 } } };
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		m->figures.charts[i] = (struct figures_chart){ .source = sources[i],
			.kind = (enum trend_kind)i,
			.report = { .stale = true } };
}

/* One row of `back` days ago. */
static inline struct trend_row *
made_row(struct made *m, int back, const char *name, int64_t value)
{
	struct trend_row *r = &m->rows[m->n++];

	*r = (struct trend_row){ .day = MADE_TODAY - back,
		.name = str_of(arena_printf(&m->a, "%s", name)),
		.has_value = true,
		.value = value,
		.created = TREND_NO_DAY };
	return r;
}

/* A week ago and today. */
static inline struct trend_row *
made_pair(struct made *m, const char *name, int64_t before, int64_t now)
{
	made_row(m, 7, name, before);
	return made_row(m, 0, name, now);
}

/* n entities that gain little: so that it is a chart. */
static inline void
made_crowd(struct made *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char name[40];

		snprintf(name, sizeof name, "crowd%c%c/thing", 'a' + (int)(i / 26),
			'a' + (int)(i % 26));
		made_pair(m, name, 1000, 1001 + (int64_t)i);
	}
}

/* The rows made so far become the chart; the next one begins empty. */
static inline struct figures_chart *
made_chart(struct made *m, enum trend_kind kind)
{
	struct figures_chart *c = &m->figures.charts[kind];
	struct trend_row *rows = arena_many(&m->a, m->n + 1, struct trend_row);
	int days[41];
	size_t n = 0;

	memcpy(rows, m->rows, m->n * sizeof *rows);
	for (int day = MADE_TODAY - 40; day <= MADE_TODAY; day++)
		for (size_t i = 0; i < m->n; i++)
			if (rows[i].day == day && (n == 0 || days[n - 1] != day))
				days[n++] = day;
	trend_report(kind, rows, m->n, days, n, MADE_TODAY, &m->a, &c->report);
	if (!c->report.stale) {
		trend_numbers(&c->report, &m->a, &c->numbers);
		trend_fold(&c->report, &m->a, &c->folded, &c->folded_count);
	}
	m->n = 0;
	return c;
}

static inline int
made_find(void *context, struct str name, struct str *text, struct err *e)
{
	char path[100];
	const struct asset *found;

	(void)context, (void)e;
	snprintf(path, sizeof path, "templates/%.*s", STR_ARG(name));
	found = asset_find(path);
	if (found)
		*text = found->bytes;
	return found != NULL;
}

/* 1 or -1; what came of it is in m. */
static inline int
made_render(struct made *m, const char *block, const char *body)
{
	struct settings settings = { .publication = { .name = arena_strz(&m->a, STR("The Post")),
					     .url = arena_strz(
						     &m->a, STR("https://post.example")) } };
	struct theme theme;
	struct blocks b = { &settings, &theme, "f.md", 72, &m->a, made_find, NULL, m->figures.day,
		&m->figures, &m->record };
	struct buf html, text;
	int got;

	if (theme_parse(asset_find("templates/theme.yaml")->bytes, "theme.yaml", &m->a, &theme,
		    &m->e) < 0)
		fail_msg("%s", m->e.text);
	buf_init(&html, 1 << 20);
	buf_init(&text, 1 << 20);
	m->record = (struct blocks_record){ 0 };
	got = blocks_render(&b, str_of(block), str_of(body), 3, &html, &text, &m->e);
	m->html = arena_str(&m->a, buf_str(&html));
	m->text = arena_str(&m->a, buf_str(&text));
	buf_free(&html);
	buf_free(&text);
	return got;
}

static inline bool
made_has(struct str s, const char *what)
{
	return str_find_str(s, str_of(what)) >= 0;
}

#define assert_has(s, what)                                                                        \
	do {                                                                                       \
		if (!made_has((s), (what)))                                                        \
			fail_msg("no '%s' in:\n%.*s", what, STR_ARG(s));                           \
	} while (0)

/* Is there a note of that code? */
static inline bool
made_noted(const struct made *m, const char *code)
{
	for (size_t i = 0; i < m->record.note_count; i++)
		if (strcmp(m->record.notes[i].code, code) == 0)
			return true;
	return false;
}

#endif

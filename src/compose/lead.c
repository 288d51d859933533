#include "compose/lead.h"

#include <ctype.h>
#include <stdlib.h>

#include "compose/facts.h"
#include "compose/origin.h"

enum { LEADS = 20 };

static bool
is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Does the word end at s, so that it is no part of a longer name? */
static bool
ends_at(struct str s)
{
	if (s.n && s.p[0] == '.')
		s = str_from(s, 1);
	return s.n == 0 || !is_of_name(s.p[0]);
}

/* Where the name stands as a word of its own, or -1. */
static ptrdiff_t
find_word(struct str text, struct str name)
{
	for (size_t from = 0; name.n && from < text.n;) {
		ptrdiff_t at = str_find_str(str_from(text, from), name);
		size_t place = from + (size_t)at;

		if (at < 0)
			return -1;
		if ((place == 0 || !(is_of_name(text.p[place - 1]) || text.p[place - 1] == '.')) &&
			ends_at(str_from(text, place + name.n)))
			return (ptrdiff_t)place;
		from = place + 1;
	}
	return -1;
}

static const struct trend_folded *
row_of(const struct figures_chart *c, const struct trend_entity *e)
{
	for (size_t i = 0; i < c->folded_count; i++) {
		const struct trend_folded *row = &c->folded[i];

		if (row->lead == e)
			return row;
		for (size_t k = 0; k < row->family_count; k++)
			if (row->family[k] == e)
				return row;
	}
	return NULL;
}

struct search {
	struct str text;
	const struct figures_chart *c;
	struct lead *list;
	size_t n;
};

static void
add(struct search *s, const struct trend_entity *e, ptrdiff_t at)
{
	if (at >= 0 && s->n < LEADS)
		s->list[s->n++] = (struct lead){ .source = s->c->source,
			.entity = e,
			.row = row_of(s->c, e),
			.at = (size_t)at };
}

/* A name without a slash is a word like others. */
static void
search_names(struct search *s)
{
	const struct trend_report *r = &s->c->report;

	for (size_t i = 0; i < r->count; i++)
		if (str_find(r->entities[i].name, '/') >= 0)
			add(s, &r->entities[i], find_word(s->text, r->entities[i].name));
}

static void
search_owners(struct search *s, struct arena *a)
{
	const struct origin *o = origin_find(str_of(s->c->source));

	for (size_t i = 0; o && i < s->c->folded_count; i++) {
		const struct trend_entity *e = s->c->folded[i].lead;
		struct str owner = trend_author(e->name);
		struct str url = owner.n ? origin_owner_url(o, owner, a) : owner;
		ptrdiff_t at = find_word(s->text, url);

		/* The owner's page, and not a page below it. */
		if (at >= 0 &&
			((size_t)at + url.n == s->text.n || s->text.p[(size_t)at + url.n] != '/'))
			add(s, e, at);
	}
}

static int
by_place(const void *x, const void *y)
{
	const struct lead *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return str_cmp(str_of(a->source), str_of(b->source));
}

static bool
is_in_headline(const struct lead *l, struct str title)
{
	struct str name = l->entity->name;
	struct str behind = str_from(name, (size_t)(str_find(name, '/') + 1));

	return find_word(title, name) >= 0 || find_word(title, behind) >= 0 ||
	       find_word(title, trend_author(name)) >= 0;
}

void
lead_find(const struct figures *f, struct str title, struct str text, struct arena *a,
	struct lead **out, size_t *n)
{
	struct search s = { .text = text, .list = arena_many(a, LEADS, struct lead) };
	bool headline = false;

	for (size_t i = 0; i < FIGURES_CHARTS; i++) {
		s.c = &f->charts[i];
		if (s.c->report.stale)
			continue;
		search_names(&s);
		search_owners(&s, a);
	}
	qsort(s.list, s.n, sizeof *s.list, by_place);
	for (size_t i = 0; i < s.n; i++) {
		bool in = is_in_headline(&s.list[i], title);

		s.list[i].rank = in ? FACTS_HEADLINE : (int)i + FACTS_HEADLINE + 1;
		headline = headline || in;
	}
	if (!headline && s.n)
		s.list[0].rank = FACTS_HEADLINE;
	*out = s.list;
	*n = s.n;
}

struct shown
lead_shown(const struct lead *l, struct day day)
{
	return (struct shown){ .day = day,
		.place = STR("lead"),
		.source = str_of(l->source),
		.key = l->entity->key,
		.name = l->entity->name,
		.value = (double)l->entity->value,
		.momentum = l->entity->momentum,
		.rank = l->rank };
}

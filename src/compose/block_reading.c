#include "base/text.h"
#include "compose/amount.h"
#include "compose/block.h"
#include "compose/select_links.h"

enum { TITLE = 140, NOTE = 140, SOURCE = 60, TOOLS = 4, READING = 3 };

/* One thing to look at in the words that both parts print; all of it cleaned. */
struct entry {
	struct str title, url, note, source;
};

static const struct block_row row_keys = { "title|url|note|source", "title" };

static struct value *
entry_value(const struct block *k, const struct entry *t)
{
	struct value *v = template_object(k->b->arena);

	block_put(k, v, "title", t->title);
	block_put(k, v, "url", t->url);
	block_put(k, v, "note", t->note);
	block_put(k, v, "source", t->source);
	template_put(v, STR("words"), template_bool(k->b->arena, t->note.n || t->source.n));
	return v;
}

static void
entry_text(struct block *k, const struct entry *t)
{
	struct arena *a = k->b->arena;

	block_underline(k, t->title);
	block_wrap(k, 0,
		t->source.n ? str_of(arena_printf(a, "%.*s%s(%.*s)", STR_ARG(t->note),
				      t->note.n ? " " : "", STR_ARG(t->source)))
			    : t->note);
	if (t->url.n)
		buf_printf(k->text, "%.*s\n", STR_ARG(t->url));
}

static void
show_entry(struct block *k, const struct entry *t, double weight)
{
	struct str key = select_canonical_url(t->url, k->b->arena);
	const struct shown s = { .key = key, .name = t->title, .value = weight };

	if (key.n)
		block_show(k, k->name, "", &s);
}

/* Two beside each other for a template that wants pairs. */
static struct value *
pairs_of(const struct block *k, const struct entry *list, size_t n)
{
	struct value *rows = template_list(k->b->arena);

	for (size_t i = 0; i < n; i += 2) {
		struct value *row = template_object(k->b->arena),
			     *pair = template_list(k->b->arena);

		for (size_t m = i; m < n && m < i + 2; m++) {
			struct value *v = entry_value(k, &list[m]);

			block_put_int(k, v, "width", m == i ? 300 : 276);
			block_put_int(k, v, "gutter", m == i ? 24 : 0);
			template_append(pair, v);
		}
		template_put(row, STR("items"), pair);
		template_append(rows, row);
	}
	return rows;
}

static int
render(struct block *k, const struct entry *list, size_t n, struct err *e)
{
	struct value *data = template_object(k->b->arena), *items = template_list(k->b->arena);

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(k->text, '\n');
		template_append(items, entry_value(k, &list[i]));
		entry_text(k, &list[i]);
	}
	template_put(data, STR("items"), items);
	template_put(data, STR("rows"), pairs_of(k, list, n));
	return block_html(k, data, e);
}

static int
render_written(struct block *k, struct err *e)
{
	struct entry *list;
	size_t n = 0;

	if (block_check_list(k, &row_keys, k->doc, e) < 0)
		return -1;
	list = arena_many(k->b->arena, k->doc->count + 1, struct entry);
	for (const struct yaml *y = k->doc->child; y; y = y->next) {
		list[n] = (struct entry){ .title = block_word(k, y, "title"),
			.url = block_word(k, y, "url"),
			.note = block_word(k, y, "note"),
			.source = block_word(k, y, "source") };
		show_entry(k, &list[n++], 0);
	}
	return render(k, list, n, e);
}

/* "arXiv, 21 Aug, 42 upvotes": whose it is, of when, and what speaks for it, with its unit. */
static struct str
source_of(const struct block *k, const struct figures_link *l)
{
	static const struct {
		const char *kind, *one, *many;
	} units[] = { { "paper", "upvote", "upvotes" }, { "story", "point", "points" } };
	struct arena *a = k->b->arena;
	struct str s = text_cut(text_clean(l->source, a), SOURCE, a);

	if (l->day.year)
		s = str_of(arena_printf(a, "%.*s%s%.*s", STR_ARG(s), s.n ? ", " : "",
			STR_ARG(amount_day(clock_day_number(l->day), a))));
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (l->weight > 0 && str_eqz(str_of(l->kind), units[i].kind))
			s = str_of(arena_printf(a, "%.*s, %.*s", STR_ARG(s),
				STR_ARG(amount_count(
					(size_t)l->weight, units[i].one, units[i].many, a))));
	return s;
}

/* What strangers wrote: an address that is none loses its row. */
static int
render_links(struct block *k, const struct figures_link **links, size_t n, struct err *e)
{
	struct arena *a = k->b->arena;
	struct entry *list = arena_many(a, n + 1, struct entry);
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		const struct figures_link *l = links[i];
		struct entry *t = &list[used];

		*t = (struct entry){ .title = text_cut(text_clean(l->title, a), TITLE, a),
			.url = text_tidy_url(l->url, a),
			.note = text_cut(text_clean(l->note, a), NOTE, a),
			.source = source_of(k, l) };
		if (t->title.n == 0 || select_canonical_url(t->url, a).n == 0)
			continue;
		show_entry(k, t, l->weight);
		used++;
	}
	if (used == 0)
		block_note(k, "data-none", "write a list of your own, or take the block out",
			"nothing was collected that the last 30 days have not had; it is left out");
	return render(k, list, used, e);
}

int
block_tools(struct block *k, struct err *e)
{
	const struct figures_link **links = NULL;
	size_t n = 0;

	if (k->doc->kind != YAML_NULL)
		return render_written(k, e);
	if (k->b->figures)
		select_tools(k->b->figures, TOOLS, k->b->arena, &links, &n);
	return render_links(k, links, n, e);
}

int
block_reading(struct block *k, struct err *e)
{
	const struct figures_link **links = NULL;
	struct str *feeds = NULL;
	size_t n = 0, top, feed_count;

	if (k->doc->kind == YAML_LIST)
		return render_written(k, e);
	if (block_top(k, READING, &top, e) < 0 ||
		block_words(k, "feeds", &feeds, &feed_count, e) < 0)
		return -1;
	if (k->b->figures)
		select_links(k->b->figures, NULL, feeds, feed_count, top, k->b->arena, &links, &n);
	return render_links(k, links, n, e);
}

#include "compose/draft.h"

#include <ctype.h>
#include <string.h>

#include "base/template.h"
#include "base/text.h"
#include "compose/facts.h"
#include "compose/front.h"
#include "compose/quality.h"
#include "compose/select_links.h"

enum {
	FILE_MOST = 1 << 20,
	LINE = 64 << 10,
	FACTS = 6, /* the first three are the lead, the others help who writes the rest */
	LEAD = 3,
	TOOLS = 4,
	READING = 3,
	TITLE = 78,
	SUMMARY = 300,
	NOTE = 140,
};

static const double third_least = 0.5;

/* Escaped is what means something within a line, so that an editor can still read it: our own words
 * stand before a stranger's, and no line begins with these. */
void
draft_markdown(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : ' ';

		if ((c && strchr("\\`*_[]<", c)) ||
			(c == '&' && (next == '#' || isalnum((unsigned char)next))))
			buf_addc(out, '\\');
		buf_addc(out, c);
	}
}

void
draft_yaml(struct str s, struct buf *out)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

/* -- values ------------------------------------------------------------------------------------ */

static void
put(struct value *o, const char *name, struct str v, struct arena *a)
{
	template_put(o, str_of(name), v.n ? template_text(a, v) : template_null(a));
}

static struct str
yaml(struct str s, struct arena *a)
{
	struct buf b;

	if (s.n == 0)
		return s;
	buf_init(&b, LINE);
	draft_yaml(text_clean(s, a), &b);
	return buf_keep(&b, a);
}

/* Is there a chart that may be printed? */
static bool
has_figures(const struct figures *f)
{
	for (size_t i = 0; i < FIGURES_CHARTS; i++) {
		enum quality q = quality_of(&f->charts[i], f->day);

		if (q != QUALITY_STALE && q != QUALITY_FEW && f->charts[i].report.momentum_count)
			return true;
	}
	return false;
}

/* The fact's sentence in Markdown, whom it names as a link, and what that says of itself. */
static struct str
paragraph(const struct fact *f, struct arena *a)
{
	struct buf b;

	buf_init(&b, LINE);
	draft_markdown(str_sub(f->sentence, 0, f->name_at), &b);
	if (f->url.n) {
		buf_addc(&b, '[');
		draft_markdown(f->name, &b);
		buf_printf(&b, "](%.*s)", STR_ARG(f->url));
	} else {
		draft_markdown(f->name, &b);
	}
	draft_markdown(str_from(f->sentence, f->name_at + f->name.n), &b);
	if (f->says.n) {
		buf_addc(&b, ' ');
		draft_markdown(f->says, &b);
	}
	return buf_keep(&b, a);
}

static struct value *
facts_value(const struct fact *facts, size_t from, size_t to, const char *name, struct arena *a)
{
	struct value *list = template_list(a);

	for (size_t i = from; i < to; i++) {
		struct value *o = template_object(a);

		put(o, name, paragraph(&facts[i], a), a);
		template_append(list, o);
	}
	return list;
}

/* The lead's paragraphs. When everybody who could lead has led in these days there are figures all
 * the same, and an issue that nobody edits goes out with them. */
static struct value *
lead_value(const struct figures *f, const struct fact *facts, size_t n, struct arena *a)
{
	struct value *list = facts_value(facts, 0, n, "paragraph", a), *o;

	if (n || !has_figures(f))
		return list;
	o = template_object(a);
	put(o, "paragraph",
		STR("No single figure of this morning stands out; what was counted stands below."),
		a);
	template_append(list, o);
	return list;
}

/* {items: [...]}, or null where there is none. */
static struct value *
links_value(const struct figures_link **links, size_t n, struct arena *a)
{
	struct value *o = template_object(a), *items = template_list(a);

	if (n == 0)
		return template_null(a);
	for (size_t i = 0; i < n; i++) {
		struct value *item = template_object(a);

		put(item, "title", yaml(links[i]->title, a), a);
		put(item, "url", yaml(links[i]->url, a), a);
		put(item, "note", yaml(text_cut(text_clean(links[i]->note, a), NOTE, a), a), a);
		put(item, "source", yaml(links[i]->source, a), a);
		template_append(items, item);
	}
	template_put(o, STR("items"), items);
	return o;
}

/* Is it what the lead is about? Then it is no discovery further down. */
static bool
is_led_with(const struct figures_link *link, const struct fact *facts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(facts[i].url, link->url))
			return true;
	return false;
}

static struct value *
tools_value(const struct figures *f, const struct fact *facts, size_t lead, struct arena *a)
{
	const struct figures_link **links;
	size_t n, kept = 0;

	select_tools(f, TOOLS + lead, a, &links, &n);
	for (size_t i = 0; i < n && kept < TOOLS; i++)
		if (!is_led_with(links[i], facts, lead))
			links[kept++] = links[i];
	return links_value(links, kept, a);
}

/* The first two, and a third that is out of the ordinary. */
static size_t
count_lead(const struct fact *facts, size_t n)
{
	size_t lead = n < LEAD ? n : LEAD;

	return lead == LEAD && facts[LEAD - 1].score < third_least ? lead - 1 : lead;
}

/* -- title and summary ------------------------------------------------------------------------- */

static struct str
long_date(struct day d, struct arena *a)
{
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };

	return str_of(arena_printf(a, "%d %s %d", d.day, months[d.month - 1], d.year));
}

static struct str
title_of(const struct draft_input *in, const struct fact *facts, size_t n, struct arena *a)
{
	if (n)
		return text_cut(text_clean(facts[0].title, a), TITLE, a);
	return text_cut(str_of(arena_printf(a, "%.*s of %.*s", STR_ARG(in->publication),
				STR_ARG(long_date(in->figures->day, a)))),
		TITLE, a);
}

static struct str
summary_of(const struct figures *f, const struct fact *facts, size_t n, struct arena *a)
{
	if (n == 0 && has_figures(f))
		return STR("The figures of the morning.");
	if (n == 0)
		return STR("There are no figures of this morning: nothing could be collected.");
	if (n == 1)
		return text_cut(text_clean(facts[0].sentence, a), SUMMARY, a);
	return text_cut(text_clean(str_of(arena_printf(a, "Also this morning: %.*s%s%.*s.",
					   STR_ARG(facts[1].title), n > 2 ? "; " : "",
					   n > 2 ? (int)facts[2].title.n : 0,
					   n > 2 ? facts[2].title.p : "")),
				a),
		SUMMARY, a);
}

/* -- the file ---------------------------------------------------------------------------------- */

static struct value *
data_of(const struct draft_input *in, struct arena *a)
{
	const struct figures *f = in->figures;
	struct value *data = template_object(a);
	const struct figures_link **links;
	struct fact *facts;
	size_t n, lead, count;

	facts_find(f, FACTS, a, &facts, &n);
	lead = count_lead(facts, n);
	put(data, "title", yaml(title_of(in, facts, n, a), a), a);
	put(data, "summary", yaml(summary_of(f, facts, lead, a), a), a);
	put(data, "number",
		in->number ? str_of(arena_printf(a, "%d", in->number)) : (struct str){ 0 }, a);
	put(data, "publication", in->publication, a);
	put(data, "date", long_date(f->day, a), a);
	template_put(data, STR("saturday"), template_bool(a, clock_weekday(f->day) == 6));
	template_put(data, STR("lead"), lead_value(f, facts, lead, a));
	template_put(data, STR("more"), facts_value(facts, lead, n, "sentence", a));
	template_put(data, STR("tools"), tools_value(f, facts, lead, a));
	select_links(f, NULL, NULL, 0, READING, a, &links, &count);
	template_put(data, STR("reading"), links_value(links, count, a));
	return data;
}

int
draft_write(const struct draft_input *in, struct arena *a, struct str *out, struct err *e)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN, .strict = true };
	struct front front;
	struct buf b;
	int status;

	buf_init(&b, FILE_MOST);
	status = template_render(in->text, in->name, data_of(in, a), &options, &b, e);
	*out = buf_keep(&b, a);
	/* A template of the publication's own may have lost the front matter. */
	if (status == 0 && front_parse(*out, "the draft", a, &front, e) < 0)
		status = err_wrap(e, "%s", in->name);
	return status;
}

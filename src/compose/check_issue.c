/* check_issue.c: rules about the issue as it is written: its front matter and what stands under which
 * heading. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compose/check_desk.h"

static const struct {
	const char *code, *what, *remedy;
} faults[] = {
	{ "raw-html", "raw HTML, which is left out", "write it in Markdown" },
	{ "heading-level", "a heading of this level",
		"use ## for a department and ### for a story in it" },
	{ "heading-empty", "a heading without words", "write it, or take its marks out" },
	{ "empty-story", "a heading with nothing under it", "write the story, or take it out" },
	{ "table", "a table of pipes, which would come out as text",
		"write a list, or a numbers block" },
	{ "todo", "a prompt that nobody has filled", "write the text, or take the paragraph out" },
	{ "unknown-block", "a block that is not one of ours and is shown as code",
		"name it numbers, trending, movers, tools, reading or subscribe, or take its name "
		"away" },
	{ "control", "a control character, which is left out", "take it out" },
	{ "image-alt", "a picture without a description",
		"put one between the brackets: ![what it shows](…)" },
	{ "image-source", "a picture that is neither in pictures/ nor at an https address",
		"put it into pictures/ and name it pictures/..., or give its https:// address" },
	{ "image-size", "a picture on the web whose size is not said",
		"put it behind the address, in pixels: (https://... \"1152x630\")" },
	{ "picture-name", "a picture with a name that is not taken",
		"use letters, digits and -_.@ alone" },
	{ "picture-missing", "a picture that is not there",
		"put the file there; no link is followed to it" },
	{ "picture-file", "a picture that cannot be taken in",
		"make it a plain file of at most 100,000 bytes, or put it on the web and give its "
		"https:// address" },
	{ "picture-kind", "a picture that is no PNG, JPEG or GIF, or is damaged",
		"save it as one of these: others are not shown everywhere" },
	{ "picture-pixels", "a picture of more than 4,000,000 pixels",
		"scale it down: 1152 wide is as fine as a screen shows it" },
	{ "pictures-size", "more pictures than the 120,000 bytes that a message carries",
		"make them smaller, or put some on the web and give their https:// address" },
	{ "link-target", "a link that is not an address on the web", "begin it with https://" },
	{ "link-http", "a link without TLS", "use https:// if the site has it" },
	{ "link-tracking", "a link that tracks who follows it", "take the tracking parameter out" },
	{ "link-short", "a link that hides where it leads", "give the address that it leads to" },
	{ "link-odd", "a link to an address in digits, with a user or a port, or to no public host",
		"give the address that everybody can reach" },
	{ "link-mistyped",
		"a link with a character that has slipped in: a quotation mark, a blank, or a host "
		"that is not ASCII",
		"type it anew; write an international host as xn--..." },
	{ "link-text", "a link without a text", "put words between its brackets" },
	{ "link-heading", "a link in the heading of a department, which is left out",
		"put it into the text below" },
	{ "link-vague", "a link whose words say nothing on their own", "name what it leads to" },
};

void
check_faults(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->fault_count; i++)
		for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++)
			if (strcmp(m->faults[i].code, faults[k].code) == 0)
				check_find(d, m->faults[i].fail ? CHECK_FAIL : CHECK_WARN,
					faults[k].code, m->faults[i].line,
					str_of(arena_printf(d->a, "%s: %.*s", faults[k].what,
						STR_ARG(m->faults[i].detail))),
					faults[k].remedy);
}

void
check_draft(struct check_desk *d)
{
	if (d->c->front.draft)
		check_find(d, CHECK_FAIL, "draft", 1, STR("the issue says draft: true"),
			"take the line out when it is ready");
}

void
check_unedited(struct check_desk *d)
{
	if (d->o->unedited && !d->p->settings.daily.send_unedited)
		check_find(d, CHECK_WARN, "unedited", 0,
			STR("the issue is as draft wrote it, and daily holds such"),
			"edit it, or set daily: {unedited: send}");
	if (d->o->sample)
		check_find(d, CHECK_WARN, "sample", 0,
			STR("it is the sample that init wrote, and daily holds it"),
			"write your own in its place; 'send' delivers it if you want to see it "
			"arrive");
}

void
check_empty(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->count; i++) {
		const struct department *dep = &m->departments[i];

		if (!dep->empty)
			continue;
		if (i == 0)
			check_find(d, CHECK_FAIL, "no-lead", d->c->front.body_line + 1,
				STR("there is no lead story before the first ##"),
				"write one: it is what the headline is about");
		else
			check_find(d, CHECK_WARN, "empty-department", dep->line,
				str_of(arena_printf(d->a, "nothing under '%.*s'; it is left out",
					STR_ARG(dep->title))),
				"fill it, or take the heading out");
	}
}

struct titled {
	struct str folded;
	const struct department *department;
};

static int
by_title(const void *x, const void *y)
{
	const struct titled *a = x, *b = y;
	int order = str_cmp(a->folded, b->folded);

	return order ? order : a->department->line - b->department->line;
}

void
check_repeated(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;
	struct titled *all = arena_many(d->a, m->count + 1, struct titled);

	for (size_t i = 1; i < m->count; i++)
		all[i] = (struct titled){ text_fold(m->departments[i].title, d->a),
			&m->departments[i] };
	if (m->count > 2)
		qsort(all + 1, m->count - 1, sizeof *all, by_title);
	for (size_t i = 2; i < m->count; i++)
		if (str_eq(all[i].folded, all[i - 1].folded))
			check_find(d, CHECK_WARN, "department-twice", all[i].department->line,
				str_of(arena_printf(d->a, "a second department called '%.*s'",
					STR_ARG(all[i].department->title))),
				"put both under one heading");
}

void
check_subject(struct check_desk *d)
{
	struct str s = d->c->subject;
	size_t width = text_width(s), capitals = 0, letters = 0;
	int line = d->c->front.subject_line ? d->c->front.subject_line : d->c->front.title_line;

	for (size_t i = 0; i < s.n; i++) {
		capitals += s.p[i] >= 'A' && s.p[i] <= 'Z';
		letters += (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
	}
	if (width < 10 || width > 78)
		check_find(d, CHECK_WARN, "subject-length", line,
			str_of(arena_printf(d->a, "the subject has %zu characters", width)),
			"10 to 78 are shown whole");
	if ((letters > 8 && capitals == letters) || str_find_str(s, STR("!!")) >= 0)
		check_find(d, CHECK_WARN, "subject-shouts", line,
			STR("the subject is in capitals or has !!"),
			"say it calmly: filters count this");
	if (str_ieq(str_sub(s, 0, 3), STR("re:")) || str_ieq(str_sub(s, 0, 4), STR("fwd:")))
		check_find(d, CHECK_FAIL, "subject-reply", line,
			STR("the subject pretends to be a reply"), "take Re: or Fwd: away");
	if (text_mixes_scripts(s))
		check_find(d, CHECK_WARN, "subject-scripts", line,
			STR("the subject mixes Latin with Greek or Cyrillic letters"),
			"type it anew if that was not meant");
}

void
check_preheader(struct check_desk *d)
{
	const struct front *f = &d->c->front;
	size_t width = text_width(f->preheader);
	int line = f->preheader_line ? f->preheader_line : f->summary_line;

	if (width < 40 || width > 150)
		check_find(d, CHECK_WARN, "preheader-length", line,
			str_of(arena_printf(d->a, "the preheader has %zu characters", width)),
			"40 to 150 fill the line below the subject");
	if (str_eq(f->preheader, d->c->subject))
		check_find(d, CHECK_WARN, "preheader-same", line,
			STR("the preheader repeats the subject"), "say something more");
}

/* -- headings --------------------------------------------------------------------------------- */

/* 1 to 6, or 0. */
static int
heading_level(const struct page_node *n)
{
	return n->name.n == 2 && (n->name.p[0] | 32) == 'h' && n->name.p[1] >= '1' &&
			       n->name.p[1] <= '6' && !n->hidden
		       ? n->name.p[1] - '0'
		       : 0;
}

/* The line that is this heading, or 0: a template's. */
static int
line_of_heading(const struct check_desk *d, struct str words)
{
	struct str rest = d->c->front.body, line;

	if (str_eq(words, d->c->front.title))
		return d->c->front.title_line;
	for (int n = d->c->front.body_line + 1; str_line(&rest, &line); n++)
		if (line.n && line.p[0] == '#' && str_ends(str_trim(line), words))
			return n;
	return 0;
}

/* The issue's own have been told of, with their lines. */
static bool
issue_has_empty_heading(const struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->fault_count; i++)
		if (strcmp(m->faults[i].code, "heading-empty") == 0)
			return true;
	return false;
}

static void
check_heading(struct check_desk *d, int level, int before, struct str words)
{
	if (words.n == 0 && issue_has_empty_heading(d))
		return;
	if (words.n == 0)
		check_find(d, CHECK_FAIL, "heading-empty", 0,
			str_of(arena_printf(d->a, "a heading of level %d without words", level)),
			"write it, or take it out of the template");
	else if (level > before + 1)
		check_find(d, CHECK_WARN, "heading-order", line_of_heading(d, words),
			str_of(arena_printf(d->a,
				"'%.*s' is of level %d, and the one before it of %d",
				STR_ARG(words), level, before)),
			"who listens to the paper goes from heading to heading: leave out no "
			"level");
}

void
check_headings(struct check_desk *d)
{
	int before = 0, first = 0;

	for (size_t i = 0; i < d->page.count && !check_enough(d); i++) {
		int level = heading_level(&d->page.nodes[i]);
		struct buf b;

		if (!level)
			continue;
		buf_init(&b, d->c->html.n + 1);
		page_words(&d->page, (int)i, &b);
		check_heading(d, level, before, arena_str(d->a, buf_str(&b)));
		buf_free(&b);
		before = level;
		first += level == 1;
	}
	if (first != 1)
		check_find(d, CHECK_WARN, "heading-first", 0,
			str_of(arena_printf(d->a, "%d headings of level 1", first)),
			"a paper has one: its name, in templates/masthead.html");
}

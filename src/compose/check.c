#include "compose/check.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "compose/amount.h"
#include "compose/facts.h"
#include "compose/lead.h"

enum { FINDINGS = 300, HTML_FAIL = 102000, HTML_WARN = 90000, MESSAGE = 250 * 1000 };

struct desk {
	const struct publication *p;
	struct day day;
	const struct edition_options *o;
	const struct composed *c;
	const char *file;
	struct arena *a;
	struct check_finding *list;
	size_t n;
};

static void
find(struct desk *d, enum check_level level, const char *code, int line, struct str what,
	const char *remedy)
{
	struct str where = str_of(line ? arena_printf(d->a, "%s:%d", d->file, line) : d->file);

	if (d->n < FINDINGS)
		d->list[d->n++] = (struct check_finding){ level, code, where, what, remedy };
}

/* "PATH:LINE: words": the place is cut off; false when there is none. Templates are named without
 * their folder. */
static bool
cut_place(struct desk *d, struct str *sentence, struct str *where)
{
	ptrdiff_t colon = str_find(*sentence, ':'), end;
	struct str path = str_sub(*sentence, 0, colon < 0 ? 0 : (size_t)colon), rest;
	uint64_t line;

	if (colon <= 0 || str_find(path, ' ') >= 0)
		return false;
	rest = str_from(*sentence, (size_t)colon + 1);
	end = str_find(rest, ':');
	if (end <= 0 || !str_u64(str_sub(rest, 0, (size_t)end), INT_MAX, &line))
		return false;
	*where = str_of(
		arena_printf(d->a, "%s%.*s:%llu", str_find(path, '/') < 0 ? "templates/" : "",
			STR_ARG(path), (unsigned long long)line));
	*sentence = str_trim(str_from(rest, (size_t)end + 1));
	return true;
}

/* An error's sentence begins with its place, if it knows one. */
static void
find_error(struct desk *d, const char *code, const char *sentence, const char *remedy)
{
	struct str what = str_of(arena_printf(d->a, "%s", sentence)), where = str_of(d->file);
	struct str own = str_of(arena_printf(d->a, "%s: ", d->file));

	if (!cut_place(d, &what, &where) && str_starts(what, own))
		what = str_from(what, own.n);
	if (d->n < FINDINGS)
		d->list[d->n++] =
			(struct check_finding){ CHECK_FAIL, code, where, str_trim(what), remedy };
}

/* -- what the Markdown walk noticed ----------------------------------------------------------- */

static const struct {
	const char *code, *what, *remedy;
} faults[] = {
	{ "raw-html", "raw HTML, which is left out", "write it in Markdown" },
	{ "heading-level", "a heading of this level",
		"use ## for a department and ### for a story in it" },
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
	{ "link-text", "a link without a text", "put words between its brackets" },
	{ "link-heading", "a link in the heading of a department, which is left out",
		"put it into the text below" },
	{ "link-vague", "a link whose words say nothing on their own", "name what it leads to" },
};

static void
find_faults(struct desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->fault_count; i++)
		for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++)
			if (strcmp(m->faults[i].code, faults[k].code) == 0)
				find(d, m->faults[i].fail ? CHECK_FAIL : CHECK_WARN, faults[k].code,
					m->faults[i].line,
					str_of(arena_printf(d->a, "%s: %.*s", faults[k].what,
						STR_ARG(m->faults[i].detail))),
					faults[k].remedy);
}

/* -- rules: one function and one row each ------------------------------------------------------ */

static void
check_draft(struct desk *d)
{
	if (d->c->front.draft)
		find(d, CHECK_FAIL, "draft", 1, STR("the issue says draft: true"),
			"take the line out when it is ready");
}

static void
check_empty(struct desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->count; i++) {
		const struct department *dep = &m->departments[i];

		if (!dep->empty)
			continue;
		if (i == 0)
			find(d, CHECK_FAIL, "no-lead", d->c->front.body_line + 1,
				STR("there is no lead story before the first ##"),
				"write one: it is what the headline is about");
		else
			find(d, CHECK_WARN, "empty-department", dep->line,
				str_of(arena_printf(d->a, "nothing under '%.*s'; it is left out",
					STR_ARG(dep->title))),
				"fill it, or take the heading out");
	}
}

static void
check_repeated(struct desk *d)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 1; i < m->count; i++)
		for (size_t k = 1; k < i; k++)
			if (str_ieq(m->departments[i].title, m->departments[k].title))
				find(d, CHECK_WARN, "department-twice", m->departments[i].line,
					str_of(arena_printf(d->a,
						"a second department called '%.*s'",
						STR_ARG(m->departments[i].title))),
					"put both under one heading");
}

static void
check_subject(struct desk *d)
{
	struct str s = d->c->subject;
	size_t width = text_width(s), capitals = 0, letters = 0;
	int line = d->c->front.subject_line ? d->c->front.subject_line : d->c->front.title_line;

	for (size_t i = 0; i < s.n; i++) {
		capitals += s.p[i] >= 'A' && s.p[i] <= 'Z';
		letters += (s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z';
	}
	if (width < 10 || width > 78)
		find(d, CHECK_WARN, "subject-length", line,
			str_of(arena_printf(d->a, "the subject has %zu characters", width)),
			"10 to 78 are shown whole");
	if ((letters > 8 && capitals == letters) || str_find_str(s, STR("!!")) >= 0)
		find(d, CHECK_WARN, "subject-shouts", line,
			STR("the subject is in capitals or has !!"),
			"say it calmly: filters count this");
	if (str_ieq(str_sub(s, 0, 3), STR("re:")) || str_ieq(str_sub(s, 0, 4), STR("fwd:")))
		find(d, CHECK_FAIL, "subject-reply", line,
			STR("the subject pretends to be a reply"), "take Re: or Fwd: away");
	if (text_mixes_scripts(s))
		find(d, CHECK_WARN, "subject-scripts", line,
			STR("the subject mixes Latin with Greek or Cyrillic letters"),
			"type it anew if that was not meant");
}

static void
check_preheader(struct desk *d)
{
	const struct front *f = &d->c->front;
	size_t width = text_width(f->preheader);
	int line = f->preheader_line ? f->preheader_line : f->summary_line;

	if (width < 40 || width > 150)
		find(d, CHECK_WARN, "preheader-length", line,
			str_of(arena_printf(d->a, "the preheader has %zu characters", width)),
			"40 to 150 fill the line below the subject");
	if (str_eq(f->preheader, d->c->subject))
		find(d, CHECK_WARN, "preheader-same", line,
			STR("the preheader repeats the subject"), "say something more");
}

static void
check_size(struct desk *d)
{
	size_t html = d->c->html.n, whole = d->c->letter.frozen_size;

	if (html >= HTML_WARN)
		find(d, html >= HTML_FAIL ? CHECK_FAIL : CHECK_WARN, "html-size", 0,
			str_of(arena_printf(d->a, "%zu bytes of HTML", html)),
			"shorten it: from about 102,000 on Gmail cuts it off, the unsubscribe link "
			"first");
	/* Of a picture's 57 bytes base64 makes a line of 76 and its end. */
	if (whole > MESSAGE)
		find(d, CHECK_FAIL, "message-size", 0,
			str_of(arena_printf(d->a, "a message of %zu bytes, %zu of them pictures",
				whole, d->c->picture_bytes * 78 / 57)),
			"at most 250,000 are taken everywhere");
}

static void
check_parity(struct desk *d)
{
	const struct markdown *m = &d->c->markdown;

	if (d->c->text.n < 300)
		find(d, CHECK_WARN, "text-short", 0,
			STR("the text part has less than 300 characters"),
			"write more than a picture's worth");
	for (size_t i = 0; i < m->count; i++)
		if (!m->departments[i].empty && str_trim(m->departments[i].text).n == 0)
			find(d, CHECK_FAIL, "text-parity", m->departments[i].line,
				STR("the department is empty in the text part"),
				"not only pictures: write a sentence");
}

/* -- what the data say ------------------------------------------------------------------------- */

static void
check_unedited(struct desk *d)
{
	if (d->o->unedited && !d->p->settings.daily.send_unedited)
		find(d, CHECK_WARN, "unedited", 0,
			STR("the issue is as draft wrote it, and daily holds such"),
			"edit it, or set daily: {unedited: send}");
}

/* Why a block or a part of one was left out, or has a label. */
static void
check_notes(struct desk *d)
{
	for (size_t i = 0; i < d->c->note_count; i++) {
		const struct block_note *n = &d->c->notes[i];

		find(d, n->fail ? CHECK_FAIL : CHECK_WARN, n->code, n->line, n->what, n->remedy);
	}
}

/* The line of the issue's text that has it, or 0. */
static int
line_with(const struct desk *d, struct str words)
{
	struct str rest = d->c->front.body, line;

	for (int n = d->c->front.body_line + 1; str_line(&rest, &line); n++)
		if (str_find_str(line, words) >= 0)
			return n;
	return 0;
}

static void
check_lead(struct desk *d)
{
	const struct figures *f = d->o->figures;
	struct lead *leads;
	char day[11];
	size_t n = 0;

	if (f)
		lead_find(
			f, d->c->front.title, d->c->markdown.departments[0].text, d->a, &leads, &n);
	for (size_t i = 0; i < n; i++) {
		const struct trend_entity *e = leads[i].entity;
		const struct shown *led = facts_led(f, e, leads[i].row);

		if (leads[i].rank != FACTS_HEADLINE || !led)
			continue;
		clock_print_day(led->day, day);
		find(d, CHECK_WARN, "lead-repeated", d->c->front.title_line,
			str_of(arena_printf(d->a,
				"%.*s leads again: %.*s led on %s with %.*s a week, and now it is "
				"%.*s",
				STR_ARG(e->name), STR_ARG(led->name), day,
				STR_ARG(amount_gain(led->momentum, d->a)),
				STR_ARG(amount_gain(e->momentum, d->a)))),
			"lead with another: within 14 days only who has doubled is news again");
	}
}

static const struct shown *
shown_lately(const struct figures *f, const struct shown *link)
{
	enum { DAYS = 30 };
	struct day since = clock_add_days(f->day, -DAYS);

	for (size_t i = 0; i < f->shown_count; i++) {
		const struct shown *s = &f->shown[i];

		if ((str_eqz(s->place, "tools") || str_eqz(s->place, "reading")) &&
			str_eq(s->key, link->key) && clock_day_cmp(s->day, since) >= 0 &&
			clock_day_cmp(s->day, f->day) < 0)
			return s;
	}
	return NULL;
}

static void
check_links(struct desk *d)
{
	for (size_t i = 0; d->o->figures && i < d->c->shown_count; i++) {
		const struct shown *s = &d->c->shown[i], *before;
		char day[11];

		if ((!str_eqz(s->place, "tools") && !str_eqz(s->place, "reading")) ||
			!(before = shown_lately(d->o->figures, s)))
			continue;
		clock_print_day(before->day, day);
		find(d, CHECK_WARN, "link-repeated", line_with(d, s->name),
			str_of(arena_printf(d->a, "%s had '%.*s' already", day, STR_ARG(s->name))),
			"take another: readers notice a repeat within 30 days");
	}
}

/* -- what was approved -------------------------------------------------------------------------- */

/* Is it the approved text, and are only its figures others? Then the approved edition goes out. */
static bool
only_figures_differ(struct desk *d)
{
	struct err ignored;
	char bare[65];

	return edition_bare_hash(d->p, d->day, d->o, d->a, bare, &ignored) == 0 &&
	       str_eqz(d->o->approval->bare_hash, bare);
}

/* They warn: it is `send` that holds an issue for them, and says it with another exit code. */
static void
check_approval(struct desk *d)
{
	const struct approval *approval = d->o->approval;
	const char *remedy =
		arena_printf(d->a, "look at it, then run: morningpost approve %s", d->c->hash);
	char when[24];

	if (!approval && d->p->settings.send.approval_required)
		find(d, CHECK_WARN, "unapproved", 0,
			STR("nobody has approved it, and send.approval is required"), remedy);
	if (!approval || str_eqz(approval->hash, d->c->hash))
		return;
	clock_rfc3339(approval->at, when);
	if (only_figures_differ(d))
		find(d, CHECK_WARN, "approved-figures", 0,
			str_of(arena_printf(d->a, "figures came in since %.*s approved %.12s at %s",
				STR_ARG(approval->by), approval->hash.p, when)),
			arena_printf(d->a, "%s, or leave it: %s", remedy,
				d->p->settings.send.approval_required
					? "the approved edition goes out"
					: "no approval is required"));
	else
		find(d, CHECK_WARN, "not-approved", 0,
			str_of(arena_printf(d->a,
				"the letter differs from what %.*s approved at %s (%.12s)",
				STR_ARG(approval->by), when, approval->hash.p)),
			remedy);
}

static void (*const rules[])(struct desk *) = { check_draft, check_unedited, check_empty,
	check_repeated, check_subject, check_preheader, check_size, check_parity, check_notes,
	check_lead, check_links, check_approval };

int
check_run(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, struct composed *out, struct check_finding **list, size_t *n,
	struct err *e)
{
	char file[32];
	struct desk d = { .p = p,
		.day = day,
		.o = o,
		.c = out,
		.a = a,
		.list = arena_many(a, FINDINGS, struct check_finding) };

	publication_issue_path(day, file);
	d.file = arena_printf(a, "%s", file);
	if (edition_compose(p, day, o, a, out, e) < 0) {
		if (e->code != ERR_DATA)
			return -1;
		find_error(&d, "composition", e->text, "mend it there");
	} else {
		find_faults(&d);
		for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
			rules[i](&d);
	}
	*list = d.list;
	*n = d.n;
	return 0;
}

bool
check_fails(const struct check_finding *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].level == CHECK_FAIL)
			return true;
	return false;
}

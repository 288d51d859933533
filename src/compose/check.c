#include "compose/check.h"

#include <limits.h>
#include <string.h>

#include "compose/check_desk.h"

/* More are of no use to anybody. */
enum { FINDINGS = 300, OF_ONE = 50 };

static bool
is_told(const struct check_desk *d, const char *code, struct str where, struct str what)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->list[i].code, code) == 0 && str_eq(d->list[i].where, where) &&
			str_eq(d->list[i].what, what))
			return true;
	return false;
}

void
check_find_at(struct check_desk *d, enum check_level level, const char *code, struct str where,
	struct str what, const char *remedy)
{
	if (d->n < FINDINGS && !is_told(d, code, where, what))
		d->list[d->n++] = (struct check_finding){ level, code, where, what, remedy };
}

void
check_find(struct check_desk *d, enum check_level level, const char *code, int line,
	struct str what, const char *remedy)
{
	check_find_at(d, level, code,
		str_of(line ? arena_printf(d->a, "%s:%d", d->file, line) : d->file), what, remedy);
}

bool
check_enough(const struct check_desk *d)
{
	return d->n >= d->begun + OF_ONE || d->n == FINDINGS;
}

int
check_line_with(const struct check_desk *d, struct str words)
{
	const struct front *f = &d->c->front;
	struct str rest = f->body, line;

	if (words.n == 0)
		return 0;
	if (str_find_str(f->title, words) >= 0)
		return f->title_line;
	if (str_find_str(f->summary, words) >= 0)
		return f->summary_line;
	for (int n = f->body_line + 1; str_line(&rest, &line); n++)
		if (str_find_str(line, words) >= 0)
			return n;
	return 0;
}

struct str
check_fold(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool blank = s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r');

		if (!blank)
			out[n++] = s.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return str_trim((struct str){ out, n });
}

/* -- what stops composition ------------------------------------------------------------------- */

/* "PATH:LINE: words": the place is cut off; false when there is none. Templates are named without
 * their folder. */
static bool
cut_place(struct check_desk *d, struct str *sentence, struct str *where)
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
find_error(struct check_desk *d, const char *sentence)
{
	struct str what = str_of(arena_printf(d->a, "%s", sentence)), where = str_of(d->file);
	struct str own = str_of(arena_printf(d->a, "%s: ", d->file));

	if (!cut_place(d, &what, &where) && str_starts(what, own))
		what = str_from(what, own.n);
	check_find_at(d, CHECK_FAIL, "composition", where, str_trim(what), "mend it there");
}

/* -- the rules -------------------------------------------------------------------------------- */

/* What a rule looks at; where a part of the issue could not be made, what is said of it is not true. */
enum { FRONT = 1, BODY = 2, PARTS = 4, LETTER = 8 };

static const struct {
	check_rule *rule;
	unsigned needs;
} rules[] = {
	{ check_faults, BODY },
	{ check_draft, 0 },
	{ check_unedited, 0 },
	{ check_empty, BODY },
	{ check_repeated, BODY },
	{ check_subject, FRONT },
	{ check_preheader, FRONT },
	{ check_fence, 0 },
	{ check_placeholders, BODY },
	{ check_left_over, BODY },
	{ check_hidden_characters, BODY },
	{ check_headings, PARTS },
	{ check_links_twice, BODY },
	{ check_link_words, BODY },
	{ check_block_links, PARTS },
	{ check_size, LETTER },
	{ check_unsubscribe, LETTER },
	{ check_address, PARTS },
	{ check_text_width, PARTS },
	{ check_parity_text, PARTS },
	{ check_parity_links, PARTS },
	{ check_parity_headings, PARTS },
	{ check_parity_figures, PARTS },
	{ check_contrast, PARTS },
	{ check_notes, BODY },
	{ check_lead, FRONT | BODY },
	{ check_links_repeated, BODY },
	{ check_counted, BODY },
	{ check_approval, LETTER },
};

static unsigned
made_of(const struct composed *c)
{
	return (c->has_front ? FRONT : 0U) | (c->has_body ? BODY : 0U) |
	       (c->has_parts ? PARTS : 0U) | (c->letter.count ? LETTER : 0U);
}

static void
apply_rules(struct check_desk *d)
{
	unsigned made = made_of(d->c);
	struct buf words;

	page_read(d->c->html, d->a, &d->page);
	buf_init(&words, d->c->html.n + 1);
	page_words(&d->page, -1, &words);
	d->words = check_fold(buf_str(&words), d->a);
	buf_free(&words);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		d->begun = d->n;
		if ((rules[i].needs & ~made) == 0)
			rules[i].rule(d);
	}
}

int
check_run(const struct publication *p, struct day day, const struct edition_options *o,
	struct arena *a, struct composed *out, struct check_finding **list, size_t *n,
	struct err *e)
{
	struct troubles troubles = { .a = a };
	struct check_desk d = { .p = p,
		.day = day,
		.o = o,
		.c = out,
		.a = a,
		.list = arena_many(a, FINDINGS, struct check_finding) };
	char file[32];

	publication_issue_path(day, file);
	d.file = arena_printf(a, "%s", file);
	if (edition_look(p, day, o, &troubles, a, out, e) < 0)
		return -1;
	if (troubles.n)
		check_fence(&d); /* often it is why */
	for (size_t i = 0; i < troubles.n; i++)
		find_error(&d, troubles.p[i]);
	apply_rules(&d);
	*list = d.list;
	*n = d.n;
	return 0;
}

void
findings_add(struct findings *f, struct arena *a, const struct check_finding *more)
{
	if (f->n == f->room) {
		size_t room = f->room ? f->room * 2 : 64;
		struct check_finding *grown = arena_many(a, room, struct check_finding);

		if (f->n)
			memcpy(grown, f->p, f->n * sizeof *grown);
		f->p = grown;
		f->room = room;
	}
	f->p[f->n++] = *more;
}

bool
check_fails(const struct check_finding *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].level == CHECK_FAIL)
			return true;
	return false;
}

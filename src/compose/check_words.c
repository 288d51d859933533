/* check_words.c: rules about the words of the issue: what was left in them, and what nobody sees. */
#include <string.h>

#include "base/text.h"
#include "compose/blocks.h"
#include "compose/check_desk.h"
#include "compose/figures.h"

/* -- placeholders ----------------------------------------------------------------------------- */

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

/* The first place of the word where it stands alone, or -1. */
static ptrdiff_t
find_word(struct str s, struct str word)
{
	for (size_t from = 0;;) {
		ptrdiff_t at = str_find_str(str_from(s, from), word);
		size_t end;

		if (at < 0)
			return -1;
		from += (size_t)at;
		end = from + word.n;
		if ((from == 0 || !is_word_byte(s.p[from - 1])) &&
			(end >= s.n || !is_word_byte(s.p[end])))
			return (ptrdiff_t)from;
		from = end;
	}
}

/* From `open` to `close`, at most a line's worth between them. */
static bool
find_marks(struct str s, struct str open, struct str close, struct str *found)
{
	enum { NAME = 80 };
	ptrdiff_t from = str_find_str(s, open), end;

	if (from < 0)
		return false;
	s = str_sub(s, (size_t)from, NAME);
	end = str_find_str(str_from(s, open.n), close);
	*found = str_sub(s, 0, (size_t)end + open.n + close.n);
	return end > 0;
}

/* "*|FNAME|*", of which Markdown leaves the inner part. */
static bool
find_merge_tag(struct str s, struct str *found)
{
	ptrdiff_t at;

	while ((at = str_find(s, '|')) >= 0) {
		size_t n = 1;

		s = str_from(s, (size_t)at);
		while (n < s.n && ((s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == '_' ||
					  s.p[n] == ':' || (s.p[n] >= '0' && s.p[n] <= '9')))
			n++;
		*found = str_sub(s, 0, n + 1);
		if (n > 1 && n < s.n && s.p[n] == '|')
			return true;
		s = str_from(s, n);
	}
	return false;
}

/* What a writer leaves for later, and what other programs fill in. */
static bool
find_placeholder(struct str s, struct check_desk *d, struct str *found)
{
	static const char *const words[] = { "TODO", "TBD", "TBA", "FIXME", "XXX", "TKTK" };
	static const char *const sayings[] = { "lorem ipsum", "dolor sit amet" };
	struct str folded;

	if (find_marks(s, STR("{{"), STR("}}"), found) || find_merge_tag(s, found) ||
		find_marks(s, STR("[["), STR("]]"), found) ||
		find_marks(s, STR("<%"), STR("%>"), found))
		return true;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (find_word(s, str_of(words[i])) >= 0) {
			*found = str_of(words[i]);
			return true;
		}
	folded = text_fold(s, d->a);
	for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++)
		if (str_find_str(folded, str_of(sayings[i])) >= 0) {
			*found = str_of(sayings[i]);
			return true;
		}
	return false;
}

/* A place in the text. Those who walk it with the words of the Markdown, which come in its
 * order, go through it once. */
struct cursor {
	struct str rest;
	int line; /* that `rest` begins with */
};

static struct cursor
cursor_of(const struct check_desk *d)
{
	return (struct cursor){ d->c->front.body, d->c->front.body_line + 1 };
}

/* Does the line have it, and no backslash before it? */
static bool
has_plain(struct str line, struct str words)
{
	for (size_t from = 0;;) {
		ptrdiff_t at = str_find_str(str_from(line, from), words);

		if (at < 0)
			return false;
		from += (size_t)at;
		if (from == 0 || line.p[from - 1] != '\\')
			return true;
		from++;
	}
}

/* Of the paragraph that `line` is in, the line at or behind it that has the words; 0: none. */
static int
line_in_paragraph(struct cursor *c, int line, struct str words)
{
	struct str rest, text;

	while (c->line < line && str_line(&c->rest, &text))
		c->line++;
	rest = c->rest;
	for (int n = c->line; str_line(&rest, &text) && str_trim(text).n; n++)
		if (has_plain(text, words))
			return n;
	return 0;
}

/* A prompt of the draft is a finding of its own. */
static bool
is_prompt(const struct check_desk *d, int line)
{
	const struct markdown *m = &d->c->markdown;

	for (size_t i = 0; i < m->fault_count; i++)
		if (m->faults[i].line == line && strcmp(m->faults[i].code, "todo") == 0)
			return true;
	return false;
}

/* Do the words say what a stranger wrote there? What stands before the placeholder tells. */
static bool
says(struct str words, struct str theirs, struct str found, struct arena *a)
{
	enum { BEFORE = 16 };
	ptrdiff_t at;
	size_t from;

	if (str_find_str(theirs, found) < 0)
		return false;
	theirs = text_clean(theirs, a);
	at = str_find_str(theirs, found);
	from = at > BEFORE ? (size_t)at - BEFORE : 0;
	return at >= 0 &&
	       str_find_str(words, str_sub(theirs, from, (size_t)at - from + found.n)) >= 0;
}

/* The draft quotes names, descriptions and titles in the text. */
static bool
is_of_data(struct check_desk *d, struct str words, struct str found)
{
	const struct figures *f = d->o->figures;

	for (size_t i = 0; f && i < FIGURES_CHARTS; i++) {
		const struct trend_report *r = &f->charts[i].report;

		for (size_t k = 0; !r->stale && k < r->count; k++)
			if (says(words, r->entities[k].name, found, d->a) ||
				says(words, r->entities[k].info.description, found, d->a))
				return true;
	}
	for (size_t i = 0; f && i < f->link_count; i++)
		if (says(words, f->links[i].title, found, d->a) ||
			says(words, f->links[i].note, found, d->a))
			return true;
	return false;
}

/* What a stranger called his work must not hold up an issue that nobody looks at: that is told, no
 * more. */
static void
placeholder(struct check_desk *d, int line, struct str words, struct str found)
{
	enum check_level level = line == 0 || is_of_data(d, words, found) ? CHECK_WARN : CHECK_FAIL;

	check_find(d, level, "placeholder", line,
		str_of(arena_printf(d->a, "a placeholder is left: %.*s", STR_ARG(found))),
		"write what belongs there; put it between `...` if it is meant");
}

static void
placeholders_of_front(struct check_desk *d)
{
	const struct front *f = &d->c->front;
	const struct {
		struct str text;
		int line;
	} rows[] = {
		{ f->title, f->title_line },
		{ f->summary, f->summary_line },
		{ f->subject_line ? f->subject : (struct str){ 0 }, f->subject_line },
		{ f->preheader_line ? f->preheader : (struct str){ 0 }, f->preheader_line },
		{ f->author, 1 },
	};
	struct str found;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (find_placeholder(rows[i].text, d, &found))
			placeholder(d, rows[i].line, rows[i].text, found);
}

/* What blocks and templates print. */
static void
placeholders_of_page(struct check_desk *d)
{
	size_t before = d->n;
	struct str found;

	for (size_t i = 0; i < d->page.count && d->n < before + 10; i++) {
		const struct page_node *n = &d->page.nodes[i];
		int line;

		if (n->name.n || n->code || n->hidden || !find_placeholder(n->text, d, &found))
			continue;
		line = check_line_with(d, found);
		if (line == 0 || !is_prompt(d, line))
			placeholder(d, line, n->text, found);
	}
}

void
check_placeholders(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;
	struct cursor cursor = cursor_of(d);
	struct str found;

	placeholders_of_front(d);
	for (size_t i = 0; i < m->words_count && !check_enough(d); i++) {
		int line = m->words[i].line, exact;

		if (is_prompt(d, line) || !find_placeholder(m->words[i].text, d, &found))
			continue;
		exact = line_in_paragraph(&cursor, line, found);
		placeholder(d, exact ? exact : line, m->words[i].text, found);
	}
	placeholders_of_page(d);
}

/* -- marks that came out as text -------------------------------------------------------------- */

/* The first mark that the words show and that their source has without a backslash; NULL: none. */
static const char *
left_over(struct cursor *cursor, const struct markdown_words *words, int *line)
{
	static const char *const marks[] = { "**", "](", "![", "`", "~~~" };

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		struct str mark = str_of(marks[i]);

		if (str_find_str(words->text, mark) < 0)
			continue;
		*line = line_in_paragraph(cursor, words->line, mark);
		if (*line)
			return marks[i];
	}
	return NULL;
}

void
check_left_over(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;
	struct cursor cursor = cursor_of(d);

	for (size_t i = 0; i < m->words_count && !check_enough(d); i++) {
		int line;
		const char *mark = left_over(&cursor, &m->words[i], &line);

		if (mark)
			check_find(d, CHECK_WARN, "markdown-left", line,
				str_of(arena_printf(d->a, "'%s' is read as text", mark)),
				"what it begins does not end, or a blank is in its way; write \\ "
				"before it if it is meant");
	}
}

/* How many ` or ~ the line begins with, and what is behind them; 0: it is no fence. */
static size_t
fence_of(struct str line, char *mark, struct str *info)
{
	size_t indent = 0, n = 0;

	while (indent < line.n && line.p[indent] == ' ')
		indent++;
	line = str_from(line, indent);
	*mark = line.n ? line.p[0] : '\0';
	if (indent > 3 || (*mark != '`' && *mark != '~'))
		return 0;
	while (n < line.n && line.p[n] == *mark)
		n++;
	*info = str_trim(str_from(line, n));
	return n < 3 || (*mark == '`' && str_find(*info, '`') >= 0) ? 0 : n;
}

struct fence {
	size_t n; /* 0: none is open */
	char mark;
	int line;
	bool told;
};

static void
stray(struct check_desk *d, struct fence *f, const char *what)
{
	if (!f->told)
		check_find(d, CHECK_FAIL, "fence-open", f->line, str_of(what),
			"end it with a line of the same marks");
	f->told = true;
}

/* A line that is a fence, in or outside another. A block of ours that begins within one shows that
 * the one before it was not ended. */
static void
meet_fence(struct check_desk *d, struct fence *f, size_t n, char mark, struct str info, int line)
{
	if (f->n == 0)
		*f = (struct fence){ .n = n, .mark = mark, .line = line };
	else if (mark == f->mark && n >= f->n && info.n == 0)
		f->n = 0;
	else if (mark == f->mark && n == f->n && blocks_is_name(info))
		stray(d, f,
			arena_printf(d->a,
				"a block of code that another block, of line %d, begins in", line));
}

void
check_fence(struct check_desk *d)
{
	struct str rest = d->c->front.body, line, info;
	struct fence f = { 0 };
	char mark;

	for (int n = d->c->front.body_line + 1; str_line(&rest, &line) && !check_enough(d); n++) {
		size_t marks = fence_of(line, &mark, &info);

		if (marks)
			meet_fence(d, &f, marks, mark, info, n);
	}
	if (f.n)
		stray(d, &f, "a block of code that goes on to the end of the issue");
}

/* -- characters that nobody sees -------------------------------------------------------------- */

/* Zero-width and soft breaks, and what turns the direction of writing. The joiners U+200C and U+200D
 * are not among them: Persian and emoji need them. */
static bool
is_unseen(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = { { 0xad, 0xad }, { 0x200b, 0x200b }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },
		{ 0x2066, 0x2069 }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffd }, { 0xe0000, 0xe007f } };

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

static bool
find_unseen(struct str s, uint32_t *c)
{
	size_t n;

	for (; s.n; s = str_from(s, n ? n : 1)) {
		n = text_char(s, c);
		if (is_unseen(*c))
			return true;
	}
	return false;
}

static void
tell_unseen(struct check_desk *d, int line, uint32_t c)
{
	check_find(d, CHECK_WARN, "hidden-character", line,
		str_of(arena_printf(d->a, "a character that nobody sees: U+%04X", c)),
		"type the line anew: filters take such for a trick");
}

/* What the file has as an entity, &#x202E; or &shy;, is seen only where it has become words. */
static void
check_unseen_entities(struct check_desk *d)
{
	const struct markdown *m = &d->c->markdown;
	struct buf b;
	uint32_t c;

	buf_init(&b, 8);
	for (size_t i = 0; i < m->words_count && !check_enough(d); i++) {
		if (!find_unseen(m->words[i].text, &c))
			continue;
		buf_clear(&b);
		text_put(c, &b);
		if (str_find_str(d->c->front.body, buf_str(&b)) < 0)
			tell_unseen(d, m->words[i].line, c);
	}
	buf_free(&b);
}

void
check_hidden_characters(struct check_desk *d)
{
	const struct front *f = &d->c->front;
	struct str rest = f->body, line;
	uint32_t c;

	if (find_unseen(f->title, &c))
		tell_unseen(d, f->title_line, c);
	if (find_unseen(f->summary, &c))
		tell_unseen(d, f->summary_line, c);
	for (int n = f->body_line + 1; str_line(&rest, &line) && !check_enough(d); n++)
		if (find_unseen(line, &c))
			tell_unseen(d, n, c);
	check_unseen_entities(d);
}

#include "compose/spelling.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { SHORTEST = 3, LONGEST = 100, SUGGESTIONS = 3 };

struct gathered {
	const char *script; /* of the dictionary */
	struct spelling_word *p;
	struct str *folded;
	size_t n, room;
	struct arena *a;
};

/* -- words ------------------------------------------------------------------------------------ */

/* Not ASCII, and yet no letter that is spelled: punctuation, signs, blanks, emoji, and the characters of
 * China, Japan and Korea, which no dictionary of this kind has. */
static bool
is_sign(uint32_t c)
{
	return (c >= 0x80 && c < 0xc0) || c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c < 0x2c00) ||
	       c >= 0x2e80;
}

static bool
is_letter(uint32_t c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z' && c < 0x80) || (c >= 0x80 && !is_sign(c));
}

static bool
is_apostrophe(uint32_t c)
{
	return c == '\'' || c == 0x2019;
}

/* A run of letters with apostrophes between them; false at the end. */
static bool
next_word(struct str *rest, struct str *word)
{
	size_t n = 0, end = 0;
	uint32_t c;

	for (; rest->n; *rest = str_from(*rest, n ? n : 1)) {
		n = text_char(*rest, &c);
		if (n && is_letter(c))
			break;
	}
	for (size_t at = 0; at < rest->n; at += n) {
		n = text_char(str_from(*rest, at), &c);
		if (n == 0 || (!is_letter(c) && !is_apostrophe(c)))
			break;
		if (is_letter(c))
			end = at + n;
	}
	*word = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end);
	return end > 0;
}

/* A capital behind a letter: a name, an abbreviation, a camel. */
static bool
has_inner_capital(struct str word)
{
	for (size_t i = 1; i < word.n; i++)
		if (word.p[i] >= 'A' && word.p[i] <= 'Z')
			return true;
	return false;
}

/* What a language's dictionary is written in. A word in another script is a quotation or a name, of which
 * it says nothing; one that mixes them is asked for. */
static const char *
script_of(struct str language)
{
	static const struct {
		const char *languages, *script;
	} rows[] = {
		{ "be bg kk ky mk mn ru sr tg tt uk", "Cyrillic" },
		{ "ar fa ps sd ug ur", "Arabic" },
		{ "hi mr ne sa", "Devanagari" },
		{ "he yi", "Hebrew" },
		{ "am ti", "Ethiopic" },
		{ "el", "Greek" },
		{ "hy", "Armenian" },
		{ "ka", "Georgian" },
		{ "bn", "Bengali" },
		{ "gu", "Gujarati" },
		{ "kn", "Kannada" },
		{ "ml", "Malayalam" },
		{ "si", "Sinhala" },
		{ "ta", "Tamil" },
		{ "te", "Telugu" },
		{ "th", "Thai" },
	};
	struct str rest = language, tag = { 0 }, one;

	str_split(&rest, '-', &tag);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (struct str all = str_of(rows[i].languages); str_split(&all, ' ', &one);)
			if (str_ieq(one, tag) && !str_ieq(rest, STR("Latn")))
				return rows[i].script;
	return "Latin";
}

/* What stands between blanks and is an address, a name or a number: none of it is asked for. */
static bool
is_no_prose(struct str chunk)
{
	while (chunk.n && strchr(".,;:!?)", chunk.p[chunk.n - 1]))
		chunk.n--;
	for (size_t i = 0; i < chunk.n; i++)
		if (strchr("/@_#\\=<>|", chunk.p[i]) || (chunk.p[i] >= '0' && chunk.p[i] <= '9') ||
			(chunk.p[i] == '.' && i + 1 < chunk.n && i > 0) || chunk.p[i] == '\0')
			return true;
	return false;
}

static void
gather(struct gathered *g, struct str word, int line)
{
	struct str folded;

	if (word.n < SHORTEST || word.n > LONGEST || has_inner_capital(word) ||
		!text_has_script(word, g->script))
		return;
	folded = text_fold(word, g->a);
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 256;
		struct spelling_word *more = arena_many(g->a, room, struct spelling_word);
		struct str *names = arena_many(g->a, room, struct str);

		if (g->n) {
			memcpy(more, g->p, g->n * sizeof *more);
			memcpy(names, g->folded, g->n * sizeof *names);
		}
		g->p = more;
		g->folded = names;
		g->room = room;
	}
	g->folded[g->n] = folded;
	g->p[g->n++] = (struct spelling_word){ .word = word, .line = line };
}

static void
gather_text(struct gathered *g, struct str text, int line)
{
	struct str chunk, word;

	while (text.n) {
		size_t n = 0;

		while (n < text.n && !strchr(" \t\n\v", text.p[n]))
			n++;
		chunk = str_sub(text, 0, n);
		text = str_from(text, n + 1);
		if (is_no_prose(chunk))
			continue;
		while (next_word(&chunk, &word))
			gather(g, word, line);
	}
}

/* -- each once -------------------------------------------------------------------------------- */

struct once {
	struct str folded;
	size_t at;
};

static int
by_folded(const void *x, const void *y)
{
	const struct once *a = x, *b = y;
	int order = str_cmp(a->folded, b->folded);

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int
by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static size_t
known_words(struct str known, struct arena *a, struct str **out)
{
	struct str rest = known, line, word;
	size_t n = 0, room = 1;

	while (str_line(&rest, &line))
		for (room++; next_word(&line, &word);)
			room++;
	*out = arena_many(a, room, struct str);
	while (str_line(&known, &line)) {
		ptrdiff_t comment = str_find(line, '#');

		line = str_sub(line, 0, comment < 0 ? line.n : (size_t)comment);
		while (n < room && next_word(&line, &word))
			(*out)[n++] = text_fold(word, a);
	}
	if (n > 1)
		qsort(*out, n, sizeof **out, by_bytes);
	return n;
}

/* The first of each, of those that are not known, in the order of the issue. */
static size_t
keep_first(struct gathered *g, const struct str *known, size_t known_count)
{
	struct once *all = arena_many(g->a, g->n + 1, struct once);
	size_t kept = 0;

	for (size_t i = 0; i < g->n; i++)
		all[i] = (struct once){ g->folded[i], i };
	if (g->n > 1)
		qsort(all, g->n, sizeof *all, by_folded);
	for (size_t i = 0; i < g->n; i++)
		if ((i > 0 && str_eq(all[i].folded, all[i - 1].folded)) ||
			(known_count && bsearch(&all[i].folded, known, known_count, sizeof *known,
						by_bytes)))
			g->p[all[i].at].word.n = 0;
	for (size_t i = 0; i < g->n; i++)
		if (g->p[i].word.n)
			g->p[kept++] = g->p[i];
	return kept;
}

void
spelling_words(const struct composed *c, struct str language, struct str known, struct arena *a,
	struct spelling_word **out, size_t *n)
{
	const struct markdown *m = &c->markdown;
	struct gathered g = { .script = script_of(language), .a = a };
	struct str *names;
	size_t count = known_words(known, a, &names);

	gather_text(&g, c->front.title, c->front.title_line);
	gather_text(&g, c->front.summary, c->front.summary_line);
	if (c->front.preheader_line)
		gather_text(&g, c->front.preheader, c->front.preheader_line);
	for (size_t i = 0; i < m->words_count; i++)
		gather_text(&g, m->words[i].text, m->words[i].line);
	*n = keep_first(&g, names, count);
	*out = g.p;
}

/* -- the pipe --------------------------------------------------------------------------------- */

void
spelling_ask(const struct spelling_word *words, size_t n, struct buf *out)
{
	/* ^: what follows is text, whatever it begins with. */
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "^%.*s\n", STR_ARG(words[i].word));
}

/* "& recieve 3 1: receive, relieve, reprieve": the first few behind the colon. */
static struct str
suggestions_of(struct str line, struct arena *a)
{
	ptrdiff_t colon = str_find_str(line, STR(": "));
	struct str rest = str_from(line, colon < 0 ? line.n : (size_t)colon + 2), one, out = { 0 };

	for (int i = 0; i < SUGGESTIONS && str_split(&rest, ',', &one); i++)
		out = str_of(arena_printf(
			a, "%.*s%s%.*s", STR_ARG(out), i ? ", " : "", STR_ARG(str_trim(one))));
	return text_clean(out, a);
}

int
spelling_read(
	struct str answers, struct spelling_word *words, size_t n, struct arena *a, struct err *e)
{
	struct str line;
	size_t at = 0;

	if (!str_line(&answers, &line) || !str_starts(line, STR("@(#)")))
		return err_set(e, ERR_DATA, "it does not speak as Ispell's pipe does");
	while (at < n && str_line(&answers, &line)) {
		if (line.n == 0) {
			at++;
		} else if (line.p[0] == '&' || line.p[0] == '#' || line.p[0] == '?') {
			words[at].unknown = true;
			words[at].suggestions = suggestions_of(line, a);
		}
	}
	return at == n ? 0 : err_set(e, ERR_DATA, "it answered %zu of %zu words", at, n);
}

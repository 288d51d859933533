/* check_colours.c: can the words be told from their ground, in the light and in the dark? */
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/text.h"
#include "compose/check_desk.h"
#include "compose/looks.h"

#define THEME "templates/theme.yaml"

enum { PAIRS = 400, TOLD = 12, THEME_SIZE = 1 << 20 };

/* What was looked at already: two colours are told of once. */
struct pair {
	struct colour ink, ground;
	bool dark, large;
};

struct pairs {
	struct pair p[PAIRS];
	size_t n;
	int told;
};

static bool
same_colour(struct colour a, struct colour b)
{
	return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

static bool
is_new(struct pairs *known, const struct pair *pair)
{
	for (size_t i = 0; i < known->n; i++)
		if (same_colour(known->p[i].ink, pair->ink) &&
			same_colour(known->p[i].ground, pair->ground) &&
			known->p[i].dark == pair->dark && known->p[i].large == pair->large)
			return false;
	if (known->n < PAIRS)
		known->p[known->n++] = *pair;
	return true;
}

/* The theme as it is used: the publication's own, or the built-in one. */
static struct str
theme_text(struct check_desk *d)
{
	const struct asset *asset = asset_find(THEME);
	struct err ignored = { 0 };
	struct str text;

	return file_read(d->p->dir, THEME, THEME_SIZE, d->a, &text, &ignored) == 0 ? text
	       : asset                                                             ? asset->bytes
		       : (struct str){ 0 };
}

/* "templates/theme.yaml:12" of the line that has the colour, the dark ones in the dark. */
static struct str
theme_place(struct check_desk *d, const struct pair *pair)
{
	const char *wanted =
		arena_printf(d->a, "#%02x%02x%02x", pair->ink.red, pair->ink.green, pair->ink.blue);
	struct str rest = theme_text(d), line;
	int found = 0;

	for (int n = 1; str_line(&rest, &line); n++) {
		bool dark = str_starts(str_trim(line), STR("dark_"));

		if (str_find_str(text_fold(line, d->a), str_of(wanted)) >= 0 &&
			(found == 0 || dark == pair->dark))
			found = n;
		if (found == n && dark == pair->dark)
			break;
	}
	return str_of(found ? arena_printf(d->a, THEME ":%d", found) : THEME);
}

/* Is there anything to be seen? A bar is a cell with a blank that breaks no line in it. */
static bool
has_ink(struct str s)
{
	static const struct str wide = STR_INIT("\xc2\xa0"), narrow = STR_INIT("\xe2\x80\xaf");

	s = str_trim(s);
	while (str_starts(s, wide) || str_starts(s, narrow))
		s = str_trim(str_from(s, str_starts(s, wide) ? wide.n : narrow.n));
	return s.n > 0;
}

static void
judge(struct check_desk *d, struct pairs *known, const struct look *l, bool dark, struct str words)
{
	const struct pair pair = { l->ink, l->ground, dark,
		l->pixels >= 24 || (l->bold && l->pixels >= 18.66) };
	double ratio = colour_contrast(l->ink, l->ground), wanted = pair.large ? 3 : 4.5;

	if (!is_new(known, &pair) || ratio >= wanted || known->told >= TOLD)
		return;
	known->told++;
	check_find_at(d, CHECK_FAIL, "contrast", theme_place(d, &pair),
		str_of(arena_printf(d->a,
			"#%02x%02x%02x on #%02x%02x%02x%s is %.1f:1, and %.1f:1 is wanted: '%.*s'",
			l->ink.red, l->ink.green, l->ink.blue, l->ground.red, l->ground.green,
			l->ground.blue, dark ? " in the dark" : "", ratio, wanted,
			STR_ARG(text_cut(check_fold(words, d->a), 40, d->a)))),
		dark ? "make the colour lighter, or its ground darker, in the theme's dark_ colours"
		     : "make the colour darker, or its ground lighter");
}

void
check_contrast(struct check_desk *d)
{
	struct pairs *known = arena_new(d->a, struct pairs);

	for (int dark = 0; dark <= 1; dark++) {
		const struct look *looks = looks_of(&d->page, dark == 1, d->a);

		for (size_t i = 0; i < d->page.count; i++) {
			const struct page_node *n = &d->page.nodes[i];

			if (n->name.n == 0 && !n->hidden && looks[i].known && has_ink(n->text))
				judge(d, known, &looks[i], dark == 1, n->text);
		}
	}
}

#include "compose/looks.h"

#include <string.h>

enum { RULES = 400, STEPS = 4 };

/* One selector and its declarations: ".sheet .muted { ... }". */
struct rule {
	struct str steps[STEPS]; /* outermost first; each "td", ".muted" or "td.muted" */
	int step_count, weight;  /* weight: classes count 10, elements 1 */
	struct str declarations;
};

struct sheet {
	struct rule rules[RULES];
	size_t count;
	struct arena *a;
	bool dark;
};

/* -- rules ------------------------------------------------------------------------------------ */

static bool
is_simple(struct str step)
{
	for (size_t i = 0; i < step.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
			    step.p[i]))
			return false;
	return step.n > 0;
}

static int
weight_of(struct str step)
{
	int weight = step.p[0] != '.';

	for (size_t i = 0; i < step.n; i++)
		weight += step.p[i] == '.' ? 10 : 0;
	return weight;
}

static void
add_rule(struct sheet *s, struct str selector, struct str declarations)
{
	struct rule r = { .declarations = declarations };
	struct str step;

	while (str_split(&selector, ' ', &step)) {
		step = str_trim(step);
		if (step.n == 0)
			continue;
		if (!is_simple(step) || r.step_count == STEPS)
			return;
		r.steps[r.step_count++] = step;
		r.weight += weight_of(step);
	}
	if (r.step_count && s->count < RULES)
		s->rules[s->count++] = r;
}

/* The piece up to c, and what is behind it; all of it where there is none. */
static struct str
take_until(struct str *rest, char c)
{
	ptrdiff_t at = str_find(*rest, c);
	struct str piece = str_sub(*rest, 0, at < 0 ? rest->n : (size_t)at);

	*rest = str_from(*rest, piece.n + 1);
	return piece;
}

/* What stands between the brace that is open and the one that ends it. */
static struct str
take_braces(struct str *rest)
{
	struct str inside;
	size_t n = 0;

	for (int depth = 1; n < rest->n; n++) {
		depth += rest->p[n] == '{' ? 1 : rest->p[n] == '}' ? -1 : 0;
		if (depth == 0)
			break;
	}
	inside = str_sub(*rest, 0, n);
	*rest = str_from(*rest, n + 1);
	return inside;
}

static void
add_selectors(struct sheet *s, struct str selectors, struct str declarations)
{
	struct str selector;

	while (str_split(&selectors, ',', &selector))
		add_rule(s, selector, declarations);
}

static void
read_rules(struct sheet *s, struct str css)
{
	while (css.n) {
		struct str head = str_trim(take_until(&css, '{')), inside = take_braces(&css);

		if (head.n && head.p[0] != '@')
			add_selectors(s, head, inside);
	}
}

static struct str
without_comments(struct str css, struct arena *a)
{
	struct buf b;
	struct str out;

	buf_init(&b, css.n + 1);
	while (css.n) {
		ptrdiff_t at = str_find_str(css, STR("/*")), end;

		buf_add(&b, str_sub(css, 0, at < 0 ? css.n : (size_t)at));
		css = str_from(css, at < 0 ? css.n : (size_t)at + 2);
		end = str_find_str(css, STR("*/"));
		css = str_from(css, end < 0 ? css.n : (size_t)end + 2);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
read_sheet(struct sheet *s, struct str css)
{
	css = without_comments(css, s->a);
	while (css.n) {
		struct str head = str_trim(take_until(&css, '{')), inside = take_braces(&css);

		if (head.n && head.p[0] != '@')
			add_selectors(s, head, inside);
		else if (s->dark && str_starts(head, STR("@media")) &&
			 str_find_str(head, STR("prefers-color-scheme")) >= 0 &&
			 str_find_str(head, STR("dark")) >= 0)
			read_rules(s, inside);
	}
}

/* -- which of them hold ----------------------------------------------------------------------- */

static bool
has_class(struct str classes, struct str wanted)
{
	struct str word;

	while (str_split(&classes, ' ', &word))
		if (str_eq(word, wanted))
			return true;
	return false;
}

static bool
step_fits(const struct page_node *n, struct str classes, struct str step)
{
	struct str piece;

	if (!str_split(&step, '.', &piece))
		return false;
	if (piece.n && !str_ieq(piece, n->name))
		return false;
	while (str_split(&step, '.', &piece))
		if (!has_class(classes, piece))
			return false;
	return true;
}

static bool
rule_fits(const struct page *p, const struct str *classes, const struct rule *r, int node)
{
	int step = r->step_count - 1;

	if (!step_fits(&p->nodes[node], classes[node], r->steps[step--]))
		return false;
	for (int at = p->nodes[node].parent; step >= 0 && at >= 0; at = p->nodes[at].parent)
		if (step_fits(&p->nodes[at], classes[at], r->steps[step]))
			step--;
	return step < 0;
}

/* -- what they say ---------------------------------------------------------------------------- */

/* What has been said of a property, and by whom: the stronger word counts, of equals the later. */
struct said {
	int ink, ground, pixels, bold;
};

enum { WEAK, INLINE = 1000, STRONG = 2000 };

static bool
wins(int *said, int weight)
{
	if (weight < *said)
		return false;
	*said = weight;
	return true;
}

/* A colour that is given is read, or nothing is known any more below it. */
static void
put_colour(struct look *l, struct colour *to, struct str value)
{
	if (str_ieq(value, STR("inherit")) || str_ieq(value, STR("transparent")) ||
		str_ieq(value, STR("none")))
		return;
	if (!colour_parse(value, to))
		l->known = false;
}

static void
put_pixels(struct look *l, struct str value)
{
	double n = 0, unit = 1;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '.' && unit == 1) {
			unit = 0.1;
		} else if (value.p[i] >= '0' && value.p[i] <= '9') {
			n = unit == 1 ? n * 10 + (value.p[i] - '0') : n + unit * (value.p[i] - '0');
			unit = unit == 1 ? 1 : unit / 10;
		} else {
			if (str_starts(str_from(value, i), STR("px")))
				l->pixels = n;
			return;
		}
	}
}

static bool
is_bold(struct str value)
{
	uint64_t n;

	return str_ieq(value, STR("bold")) || str_ieq(value, STR("bolder")) ||
	       (str_u64(value, 1000, &n) && n >= 700);
}

/* "bold 27px/32px Georgia,serif": the size is the first word that begins with a digit and is no
 * weight. */
static void
put_font(struct look *l, struct str value)
{
	struct str word;

	l->bold = false;
	while (str_split(&value, ' ', &word)) {
		uint64_t weight;

		if (is_bold(word))
			l->bold = true;
		else if (word.n && word.p[0] >= '0' && word.p[0] <= '9' &&
			 !str_u64(word, 1000, &weight)) {
			put_pixels(l, word);
			return;
		}
	}
}

static void
declare(struct look *l, struct said *said, struct str name, struct str value, int weight)
{
	ptrdiff_t important = str_find(value, '!');

	if (important >= 0) {
		value = str_trim(str_sub(value, 0, (size_t)important));
		weight += STRONG;
	}
	if (str_ieq(name, STR("color"))) {
		if (wins(&said->ink, weight))
			put_colour(l, &l->ink, value);
	} else if (str_ieq(name, STR("background-color")) || str_ieq(name, STR("background"))) {
		if (wins(&said->ground, weight))
			put_colour(l, &l->ground, value);
	} else if (str_ieq(name, STR("font-size"))) {
		if (wins(&said->pixels, weight))
			put_pixels(l, value);
	} else if (str_ieq(name, STR("font-weight"))) {
		if (wins(&said->bold, weight))
			l->bold = is_bold(value);
	} else if (str_ieq(name, STR("font")) && wins(&said->pixels, weight)) {
		put_font(l, value);
	}
}

static void
declare_all(struct look *l, struct said *said, struct str declarations, int weight)
{
	struct str name, value;

	while (page_declaration(&declarations, &name, &value))
		declare(l, said, name, value, weight);
}

static void
look_at(const struct page *p, const struct sheet *s, const struct str *classes, int node,
	struct look *l)
{
	const struct page_node *n = &p->nodes[node];
	struct said said = { 0 };
	struct str value;

	if (str_eqz(n->name, "b") || str_eqz(n->name, "strong") || str_eqz(n->name, "th") ||
		(n->name.n == 2 && (n->name.p[0] | 32) == 'h'))
		l->bold = true;
	if (page_attribute(n, "bgcolor", s->a, &value))
		put_colour(l, &l->ground, value);
	for (size_t i = 0; i < s->count; i++)
		if (rule_fits(p, classes, &s->rules[i], node))
			declare_all(l, &said, s->rules[i].declarations, s->rules[i].weight);
	if (page_attribute(n, "style", s->a, &value))
		declare_all(l, &said, value, INLINE);
}

struct look *
looks_of(const struct page *p, bool dark, struct arena *a)
{
	struct sheet *s = arena_new(a, struct sheet);
	struct look *looks = arena_many(a, p->count + 1, struct look);
	struct str *classes = arena_many(a, p->count + 1, struct str);

	s->a = a;
	s->dark = dark;
	for (size_t i = 0; i < p->count; i++)
		if (str_eqz(p->nodes[i].name, "style"))
			read_sheet(s, p->nodes[i].text);
	for (size_t i = 0; i < p->count; i++) {
		const struct page_node *n = &p->nodes[i];

		looks[i] = n->parent >= 0 ? looks[n->parent]
					  : (struct look){ .ground = { 255, 255, 255 },
						    .known = true,
						    .pixels = 16 };
		if (n->name.n == 0)
			continue;
		page_attribute(n, "class", a, &classes[i]);
		look_at(p, s, classes, (int)i, &looks[i]);
	}
	return looks;
}

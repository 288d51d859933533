#include "base/template.h"

#include <assert.h>

#include "base/text.h"

/* WORK: bytes read and, at STEP each, tags and rounds of sections: a second or so. */
enum { NESTING = 16, WORK = 1 << 26, STEP = 64 };

enum value_kind { NOTHING, BOOLEAN, TEXT, RAW, NUMBER, SLOT, OBJECT, LIST };

struct member {
	struct str name;
	struct value *value;
	struct member *next;
};

struct value {
	enum value_kind kind;
	bool flag;
	struct str text;
	struct member *first, *last; /* of an object or list; elements have no name */
	struct arena *arena;
};

/* -- values ----------------------------------------------------------------------------------- */

static struct value *
make(struct arena *a, enum value_kind kind)
{
	struct value *v = arena_new(a, struct value);

	v->kind = kind;
	v->arena = a;
	return v;
}

static struct value *
make_text(struct arena *a, enum value_kind kind, struct str text)
{
	struct value *v = make(a, kind);

	v->text = text;
	return v;
}

struct value *
template_null(struct arena *a)
{
	return make(a, NOTHING);
}

struct value *
template_bool(struct arena *a, bool flag)
{
	struct value *v = make(a, BOOLEAN);

	v->flag = flag;
	return v;
}

struct value *
template_text(struct arena *a, struct str v)
{
	return make_text(a, TEXT, v);
}

struct value *
template_raw(struct arena *a, struct str v)
{
	return make_text(a, RAW, v);
}

struct value *
template_number(struct arena *a, struct str v)
{
	return make_text(a, NUMBER, v);
}

struct value *
template_slot(struct arena *a, struct str mark)
{
	return make_text(a, SLOT, mark);
}

struct value *
template_object(struct arena *a)
{
	return make(a, OBJECT);
}

struct value *
template_list(struct arena *a)
{
	return make(a, LIST);
}

static void
append(struct value *parent, struct str name, struct value *v)
{
	struct member *m = arena_new(parent->arena, struct member);

	m->name = name;
	m->value = v;
	if (parent->last)
		parent->last->next = m;
	else
		parent->first = m;
	parent->last = m;
}

static struct member *
member(const struct value *object, struct str name)
{
	if (object->kind != OBJECT)
		return NULL;
	for (struct member *m = object->first; m; m = m->next)
		if (str_eq(m->name, name))
			return m;
	return NULL;
}

void
template_put(struct value *object, struct str name, struct value *v)
{
	struct member *m;

	assert(object->kind == OBJECT);
	m = member(object, name);
	if (m)
		m->value = v;
	else
		append(object, name, v);
}

void
template_append(struct value *list, struct value *v)
{
	assert(list->kind == LIST);
	append(list, (struct str){ 0 }, v);
}

/* -- rendering -------------------------------------------------------------------------------- */

/* One text being rendered: the template or a partial. */
struct source {
	struct str name;
	const char *ending; /* of a partial's name: ".html" */
	struct str text;
	struct str open, close; /* the delimiters in force */
	struct str indent;      /* of a standalone partial: put before each of its lines */
	bool line_begun;        /* something of the current line has been written */
};

struct render {
	const struct template_options *options;
	struct buf *out;
	struct err *e;
	const struct value *stack[2 * NESTING + 2]; /* contexts, the innermost last */
	size_t depth, work;
	int nesting;
};

struct tag {
	char sigil; /* one of # ^ / > & { ! = or 0 for {{name}} */
	struct str name;
	size_t begin, end;           /* its place in the text */
	size_t line_begin, line_end; /* standalone: the whole line's */
	bool standalone;
};

static int render_range(struct render *r, struct source *s, size_t from, size_t to);

static int
line_number(const struct source *s, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at && i < s->text.n; i++)
		line += s->text.p[i] == '\n';
	return line;
}

static int
fail(const struct render *r, const struct source *s, size_t at, const char *what, struct str name)
{
	return err_set(r->e, ERR_DATA, "%.*s%s:%d: %s '%.*s'", STR_ARG(s->name), s->ending,
		line_number(s, at), what, STR_ARG(name));
}

/* Sections in sections and partials of partials can go on for years without any output. */
static int
spend(struct render *r, const struct source *s, size_t at, size_t bytes)
{
	r->work += STEP + bytes;
	if (r->work <= WORK)
		return 0;
	return err_set(r->e, ERR_DATA, "%.*s%s:%d: sections or partials repeat without an end",
		STR_ARG(s->name), s->ending, line_number(s, at));
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A tag that is alone on its line takes the line with it (spec: "standalone"); only these do.
 * Interpolation never is.
 */
static void
find_line(const struct source *s, struct tag *t)
{
	size_t begin = t->begin, end = t->end;

	while (begin > 0 && is_blank(s->text.p[begin - 1]))
		begin--;
	while (end < s->text.n && is_blank(s->text.p[end]))
		end++;
	t->standalone = t->sigil && t->sigil != '&' && t->sigil != '{' &&
			(begin == 0 || s->text.p[begin - 1] == '\n') &&
			(end == s->text.n || s->text.p[end] == '\n' ||
				(s->text.p[end] == '\r' && end + 1 < s->text.n &&
					s->text.p[end + 1] == '\n'));
	t->line_begin = t->standalone ? begin : t->begin;
	if (t->standalone && end < s->text.n)
		end += s->text.p[end] == '\r' ? 2 : 1;
	t->line_end = t->standalone ? end : t->end;
}

/* 1 a tag, 0 no more, -1 a tag without an end, or too many. */
static int
next_tag(struct render *r, const struct source *s, size_t from, size_t to, struct tag *t)
{
	ptrdiff_t at = str_find_str(str_sub(s->text, from, to - from), s->open), close;
	struct str rest, closing = s->close;

	if (at < 0)
		return spend(r, s, from, to - from) < 0 ? -1 : 0;
	*t = (struct tag){ .begin = from + (size_t)at };
	rest = str_sub(s->text, t->begin + s->open.n, to - t->begin - s->open.n);
	if (rest.n && (rest.p[0] == '{' || rest.p[0] == '=')) {
		t->sigil = rest.p[0];
		closing = str_of(t->sigil == '{' ? "}" : "=");
		rest = str_from(rest, 1);
		close = str_find_str(rest, closing);
		/* Behind } or = the delimiter itself must follow. */
		while (close >= 0 && !str_starts(str_from(rest, (size_t)close + 1), s->close)) {
			ptrdiff_t more = str_find_str(str_from(rest, (size_t)close + 1), closing);

			close = more < 0 ? -1 : close + 1 + more;
		}
		closing.n = 1 + s->close.n;
	} else {
		if (rest.n && str_find(STR("#^/>&!"), rest.p[0]) >= 0) {
			t->sigil = rest.p[0];
			rest = str_from(rest, 1);
		}
		close = str_find_str(rest, s->close);
	}
	if (close < 0)
		return fail(
			r, s, t->begin, "a tag without an end:", str_sub(s->text, t->begin, 20));
	t->name = str_trim(str_sub(rest, 0, (size_t)close));
	t->end = (size_t)(rest.p - s->text.p) + (size_t)close + closing.n;
	find_line(s, t);
	return spend(r, s, t->begin, t->end - from) < 0 ? -1 : 1;
}

static int
set_delimiters(const struct render *r, struct source *s, const struct tag *t)
{
	ptrdiff_t gap = str_find(t->name, ' ');
	struct str open = gap < 0 ? t->name : str_sub(t->name, 0, (size_t)gap);
	struct str close = gap < 0 ? (struct str){ 0 } : str_trim(str_from(t->name, (size_t)gap));

	if (open.n == 0 || close.n == 0 || str_find(open, '=') >= 0 || str_find(close, '=') >= 0 ||
		str_find(close, ' ') >= 0)
		return fail(r, s, t->begin, "delimiters that cannot be:", t->name);
	s->open = open;
	s->close = close;
	return 0;
}

/* -- names ------------------------------------------------------------------------------------ */

static const struct value *
find_in_stack(const struct render *r, struct str name, bool *found)
{
	for (size_t i = r->depth; i-- > 0;) {
		struct member *m = member(r->stack[i], name);

		if (m) {
			*found = true;
			return m->value;
		}
	}
	*found = false;
	return NULL;
}

/* A dotted name: the first part from the stack, the others from what the first is, and nowhere
 * else. */
static const struct value *
look_up(const struct render *r, struct str name, bool *found)
{
	const struct value *v;
	struct str part;

	*found = true;
	if (str_eqz(name, "."))
		return r->stack[r->depth - 1];
	if (!str_split(&name, '.', &part)) {
		*found = false;
		return NULL;
	}
	v = find_in_stack(r, part, found);
	while (v && str_split(&name, '.', &part)) {
		struct member *m = member(v, part);

		*found = m != NULL;
		v = m ? m->value : NULL;
	}
	return v;
}

/* False, null and the empty list are false, and nothing else is (spec: sections). Empty text
 * renders nothing, but we keep to the letter. */
static bool
is_true(const struct value *v)
{
	if (!v || v->kind == NOTHING)
		return false;
	if (v->kind == BOOLEAN)
		return v->flag;
	if (v->kind == LIST)
		return v->first != NULL;
	return true;
}

/* -- writing ---------------------------------------------------------------------------------- */

/* A partial's own lines get its indentation; what values bring along does not. */
static void
write_own(struct render *r, struct source *s, struct str text)
{
	struct str rest = text;

	if (s->indent.n == 0) {
		buf_add(r->out, text);
		return;
	}
	while (rest.n) {
		ptrdiff_t end = str_find(rest, '\n');
		struct str line = str_sub(rest, 0, end < 0 ? rest.n : (size_t)end + 1);

		if (!s->line_begun)
			buf_add(r->out, s->indent);
		buf_add(r->out, line);
		s->line_begun = end < 0;
		rest = str_from(rest, line.n);
	}
}

static void
write_value(struct render *r, struct source *s, const struct value *v, bool escape)
{
	if (s->indent.n && !s->line_begun)
		buf_add(r->out, s->indent);
	s->line_begun = true;
	if (v->kind == BOOLEAN)
		buf_addz(r->out, v->flag ? "true" : "false");
	else if (v->kind == TEXT && escape && r->options->escape == TEMPLATE_HTML)
		text_html(v->text, r->out);
	else if (v->kind != NOTHING && v->kind != OBJECT && v->kind != LIST)
		buf_add(r->out, v->text);
}

static int
interpolate(struct render *r, struct source *s, const struct tag *t)
{
	bool found;
	const struct value *v = look_up(r, t->name, &found);

	if (!found && r->options->strict)
		return fail(r, s, t->begin, "nothing is called", t->name);
	if (v)
		write_value(r, s, v, t->sigil == 0);
	return 0;
}

static int
overflow(const struct render *r, const struct source *s, size_t at)
{
	return err_set(r->e, ERR_DATA, "%.*s%s:%d: more than %zu bytes of output", STR_ARG(s->name),
		s->ending, line_number(s, at), r->out->ceiling);
}

static int
partial(struct render *r, struct source *s, const struct tag *t)
{
	struct source inner = { .open = STR("{{"), .close = STR("}}") };
	struct arena indent = { 0 };
	int status = 0, got;

	got = r->options->partial
		      ? r->options->partial(r->options->context, t->name, &inner.text, r->e)
		      : 0;
	if (got < 0)
		return -1;
	if (got == 0)
		return r->options->strict ? fail(r, s, t->begin, "there is no partial", t->name)
					  : 0;
	if (++r->nesting > NESTING)
		return fail(r, s, t->begin, "nested more than 16 deep at partial", t->name);
	inner.name = t->name;
	inner.ending = r->options->ending ? r->options->ending : "";
	if (t->standalone && (s->indent.n || t->begin > t->line_begin))
		inner.indent = str_of(arena_printf(&indent, "%.*s%.*s", STR_ARG(s->indent),
			(int)(t->begin - t->line_begin), s->text.p + t->line_begin));
	inner.line_begun = !t->standalone && s->line_begun;
	status = render_range(r, &inner, 0, inner.text.n);
	r->nesting--;
	arena_free(&indent);
	return status;
}

/*
 * The closing tag that belongs to a section: where its inside ends and where it goes on behind it. s comes to the delimiters that
 * are in force there.
 */
static int
find_close(struct render *r, struct source *s, const struct tag *open, size_t to, struct tag *close)
{
	size_t at = open->line_end, deep = 0;

	for (;;) {
		int got = next_tag(r, s, at, to, close);

		if (got < 0)
			return -1;
		if (got == 0)
			return fail(r, s, open->begin, "a section that is not closed:", open->name);
		if (close->sigil == '=' && set_delimiters(r, s, close) < 0)
			return -1;
		if (close->sigil == '#' || close->sigil == '^')
			deep++;
		if (close->sigil == '/' && deep-- == 0)
			break;
		at = close->end;
	}
	if (!str_eq(close->name, open->name))
		return fail(r, s, close->begin, "another section is open here, not", close->name);
	return 0;
}

static int
render_inside(struct render *r, struct source *s, const struct value *v, size_t from, size_t to)
{
	struct str open = s->open, close = s->close;
	int status;

	if (r->depth >= sizeof r->stack / sizeof r->stack[0] || r->nesting >= NESTING)
		return fail(r, s, from, "nested more than 16 deep", (struct str){ 0 });
	if (spend(r, s, from, 0) < 0)
		return -1;
	r->nesting++;
	r->stack[r->depth++] = v;
	status = render_range(r, s, from, to);
	r->depth--;
	r->nesting--;
	s->open = open;
	s->close = close;
	return status;
}

static int
render_section(struct render *r, struct source *s, const struct tag *t, size_t end)
{
	bool found;
	const struct value *v = look_up(r, t->name, &found);

	if (!found && r->options->strict)
		return fail(r, s, t->begin, "nothing is called", t->name);
	if (v && v->kind == SLOT)
		return fail(r, s, t->begin,
			"a reader's own value can only be put in, not asked for:", t->name);
	if (t->sigil == '^')
		return is_true(v) ? 0
				  : render_inside(r, s, r->stack[r->depth - 1], t->line_end, end);
	if (!is_true(v))
		return 0;
	if (v->kind != LIST)
		return render_inside(r, s, v, t->line_end, end);
	for (const struct member *m = v->first; m; m = m->next)
		if (render_inside(r, s, m->value, t->line_end, end) < 0)
			return -1;
	return 0;
}

/* Delimiters that are set inside are in force behind it, shown or not, as they are for who reads the text from top to bottom. */
static int
section(struct render *r, struct source *s, const struct tag *t, size_t to, size_t *behind)
{
	struct source after = *s;
	struct tag close;

	if (find_close(r, &after, t, to, &close) < 0 ||
		render_section(r, s, t, close.line_begin) < 0)
		return -1;
	s->open = after.open;
	s->close = after.close;
	*behind = close.line_end;
	return 0;
}

static int
render_tag(struct render *r, struct source *s, const struct tag *t, size_t to, size_t *behind)
{
	*behind = t->line_end;
	switch (t->sigil) {
	case '#':
	case '^':
		return section(r, s, t, to, behind);
	case '/':
		return fail(r, s, t->begin, "no section of that name is open:", t->name);
	case '>':
		return partial(r, s, t);
	case '=':
		return set_delimiters(r, s, t);
	case '!':
		return 0;
	default:
		return interpolate(r, s, t);
	}
}

static int
render_range(struct render *r, struct source *s, size_t from, size_t to)
{
	while (from < to) {
		struct tag t;
		int got = next_tag(r, s, from, to, &t);
		size_t behind;

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		/* A line's blanks before a standalone tag may lie before `from`, behind another tag
		 * of the line. */
		if (t.line_begin < from)
			t.line_begin = t.begin;
		write_own(r, s, str_sub(s->text, from, t.line_begin - from));
		if (render_tag(r, s, &t, to, &behind) < 0)
			return -1;
		if (r->out->over)
			return overflow(r, s, t.begin);
		if (t.standalone)
			s->line_begun = false;
		from = behind;
	}
	if (from < to)
		write_own(r, s, str_sub(s->text, from, to - from));
	return r->out->over ? overflow(r, s, from) : 0;
}

int
template_render(struct str text, const char *name, const struct value *data,
	const struct template_options *options, struct buf *out, struct err *e)
{
	struct render r = { .options = options, .out = out, .e = e, .stack = { data }, .depth = 1 };
	struct source s = { .name = str_of(name),
		.ending = "",
		.text = text,
		.open = STR("{{"),
		.close = STR("}}") };

	return render_range(&r, &s, 0, text.n);
}

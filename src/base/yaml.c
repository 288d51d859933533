#include "base/yaml.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

enum { DEPTH = 16, NODES = 64 * 1024 };

struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	bool has_event;
	const char *name;
	int line0;
	size_t nodes;
	struct arena *a;
	struct err *e;
};

static int
line_of(const struct reader *r, size_t line)
{
	return r->line0 + (int)line + 1;
}

static int
fail_at(struct reader *r, size_t line, const char *what)
{
	return err_set(r->e, ERR_DATA, "%s:%d: %s", r->name, line_of(r, line), what);
}

static int
next(struct reader *r)
{
	const char *context;

	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = yaml_parser_parse(&r->parser, &r->event) == 1;
	if (r->has_event)
		return 0;
	if (r->parser.error == YAML_MEMORY_ERROR)
		mem_out();
	context = r->parser.context ? r->parser.context : "";
	return err_set(r->e, ERR_DATA, "%s:%d: not YAML: %s%s%s", r->name,
		line_of(r, r->parser.problem_mark.line),
		r->parser.problem ? r->parser.problem : "unreadable", *context ? " " : "", context);
}

static int read_node(struct reader *r, int depth, struct yaml *out);

static bool
is_null_word(struct str s)
{
	return s.n == 0 || str_eqz(s, "~") || str_eqz(s, "null") || str_eqz(s, "Null") ||
	       str_eqz(s, "NULL");
}

/* The text of the scalar in hand. "\0" in quotes makes a NUL that check_text does not see. */
static int
read_text(struct reader *r, struct str *out)
{
	*out = arena_str(r->a, (struct str){ .p = (const char *)r->event.data.scalar.value,
				       .n = r->event.data.scalar.length });
	if (str_find(*out, '\0') >= 0)
		return fail_at(r, r->event.start_mark.line, "a NUL");
	return 0;
}

static int
read_scalar(struct reader *r, struct yaml *out)
{
	if (r->event.data.scalar.tag &&
		strcmp((const char *)r->event.data.scalar.tag, YAML_STR_TAG) != 0)
		return fail_at(r, r->event.start_mark.line, "a tag, which is not used here");
	if (read_text(r, &out->text) < 0)
		return -1;
	out->quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	out->kind = !out->quoted && is_null_word(out->text) ? YAML_NULL : YAML_SCALAR;
	return 0;
}

static struct yaml *
add_child(struct reader *r, struct yaml *parent, struct yaml **last)
{
	struct yaml *child = arena_new(r->a, struct yaml);

	if (*last)
		(*last)->next = child;
	else
		parent->child = child;
	*last = child;
	parent->count++;
	return child;
}

static int
read_list(struct reader *r, int depth, struct yaml *out)
{
	struct yaml *last = NULL;

	out->kind = YAML_LIST;
	for (;;) {
		if (next(r) < 0)
			return -1;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (read_node(r, depth + 1, add_child(r, out, &last)) < 0)
			return -1;
	}
}

static int
read_key(struct reader *r, const struct yaml *map, struct yaml *member)
{
	if (r->event.type != YAML_SCALAR_EVENT)
		return fail_at(r, r->event.start_mark.line, "a key must be a word");
	if (read_text(r, &member->key) < 0)
		return -1;
	member->key_line = line_of(r, r->event.start_mark.line);
	for (const struct yaml *m = map->child; m != member; m = m->next)
		if (str_eq(m->key, member->key))
			return err_set(r->e, ERR_DATA,
				"%s:%d: the key '%.*s' is there twice, first in line %d", r->name,
				member->key_line, STR_ARG(member->key), m->key_line);
	return 0;
}

static int
read_map(struct reader *r, int depth, struct yaml *out)
{
	struct yaml *last = NULL;

	out->kind = YAML_MAP;
	for (;;) {
		struct yaml *member;

		if (next(r) < 0)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		member = add_child(r, out, &last);
		if (read_key(r, out, member) < 0 || next(r) < 0 ||
			read_node(r, depth + 1, member) < 0)
			return -1;
	}
}

/* The event that begins the node is in hand. */
static int
read_node(struct reader *r, int depth, struct yaml *out)
{
	size_t line = r->event.start_mark.line;

	out->line = line_of(r, line);
	if (depth > DEPTH)
		return fail_at(r, line, "nested more than 16 deep");
	if (++r->nodes > NODES)
		return fail_at(r, line, "more than 65,536 values");
	if (r->event.type == YAML_ALIAS_EVENT)
		return fail_at(r, line, "an alias (*), which is not used here");
	if (r->event.type == YAML_SCALAR_EVENT)
		return read_scalar(r, out);
	if (r->event.type == YAML_SEQUENCE_START_EVENT)
		return read_list(r, depth, out);
	assert(r->event.type == YAML_MAPPING_START_EVENT);
	return read_map(r, depth, out);
}

static int
read_document(struct reader *r, struct yaml *out)
{
	/* The stream's start, and then its first document's or its end. */
	if (next(r) < 0)
		return -1;
	if (next(r) < 0)
		return -1;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (next(r) < 0 || read_node(r, 1, out) < 0 || next(r) < 0 || next(r) < 0)
		return -1;
	if (r->event.type != YAML_STREAM_END_EVENT)
		return fail_at(r, r->event.start_mark.line, "a second document");
	return 0;
}

static int
check_text(struct reader *r, struct str text)
{
	struct str line, rest = text;

	for (size_t number = 0; str_split(&rest, '\n', &line); number++) {
		if (!text_is_utf8(line))
			return fail_at(r, number, "bytes that are no UTF-8");
		if (str_find(line, '\0') >= 0)
			return fail_at(r, number, "a NUL");
	}
	return 0;
}

int
yaml_parse(struct str text, const char *name, int line0, struct arena *a, struct yaml **out,
	struct err *e)
{
	struct reader r = { .name = name, .line0 = line0, .a = a, .e = e };
	int status;

	*out = arena_new(a, struct yaml);
	(*out)->line = line0 + 1;
	if (check_text(&r, text) < 0)
		return -1;
	if (!yaml_parser_initialize(&r.parser))
		mem_out();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&r.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
	status = read_document(&r, *out);
	if (r.has_event)
		yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return status;
}

const struct yaml *
yaml_get(const struct yaml *map, const char *key)
{
	if (map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml *m = map->child; m; m = m->next)
		if (str_eqz(m->key, key))
			return m;
	return NULL;
}

const char *
yaml_kind_name(const struct yaml *y)
{
	switch (y->kind) {
	case YAML_NULL:
		return "nothing";
	case YAML_SCALAR:
		return "text";
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		return "a map";
	}
	return "?";
}

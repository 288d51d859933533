#include "compose/block.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "settings/value.h"

enum { TOP_MOST = 30, NOTE = 400 };

/* -- what is written in a block --------------------------------------------------------------- */

struct str
block_word(const struct block *k, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->kind == YAML_SCALAR ? text_clean(y->text, k->b->arena) : (struct str){ 0 };
}

int
block_top(const struct block *k, size_t usual, size_t *top, struct err *e)
{
	const struct yaml *y = yaml_get(k->doc, "top");
	uint64_t n = usual;

	if (y && (y->kind != YAML_SCALAR || !str_u64(y->text, TOP_MOST, &n) || n == 0))
		return err_set(e, ERR_DATA, "%s:%d: %s.top is a number from 1 to %d", k->b->file,
			y->line, k->name, TOP_MOST);
	*top = (size_t)n;
	return 0;
}

int
block_words(const struct block *k, const char *key, struct str **words, size_t *n, struct err *e)
{
	const struct yaml *list = yaml_get(k->doc, key);

	*n = 0;
	if (!list || list->kind == YAML_NULL)
		return 0;
	if (list->kind != YAML_LIST)
		return err_set(e, ERR_DATA, "%s:%d: %s.%s: a list belongs here, not %s", k->b->file,
			list->line, k->name, key, yaml_kind_name(list));
	*words = arena_many(k->b->arena, list->count + 1, struct str);
	for (const struct yaml *y = list->child; y; y = y->next) {
		if (y->kind != YAML_SCALAR)
			return err_set(e, ERR_DATA, "%s:%d: %s.%s: a name belongs here, not %s",
				k->b->file, y->line, k->name, key, yaml_kind_name(y));
		(*words)[(*n)++] = text_clean(y->text, k->b->arena);
	}
	return 0;
}

int
block_check_url(const struct block *k, const struct yaml *y, struct err *e)
{
	if (y->text.n == 0 || str_starts(y->text, STR("https://")) ||
		str_starts(y->text, STR("http://")))
		return 0;
	return err_set(e, ERR_DATA, "%s:%d: %s.url: '%.*s' is no web address", k->b->file, y->line,
		k->name, STR_ARG(y->text));
}

static int
check_member(
	const struct block *k, const struct block_row *row, const struct yaml *y, struct err *e)
{
	if (value_word(row->keys, y->key) < 0)
		return err_set(e, ERR_DATA, "%s:%d: %s: unknown key '%.*s'; allowed are %s",
			k->b->file, y->key_line, k->name, STR_ARG(y->key), row->keys);
	if (y->kind != YAML_SCALAR && y->kind != YAML_NULL)
		return err_set(e, ERR_DATA, "%s:%d: %s.%.*s: %s where one line of text belongs",
			k->b->file, y->line, k->name, STR_ARG(y->key), yaml_kind_name(y));
	return str_eqz(y->key, "url") ? block_check_url(k, y, e) : 0;
}

int
block_check_list(
	const struct block *k, const struct block_row *row, const struct yaml *items, struct err *e)
{
	if (items->kind != YAML_LIST)
		return err_set(e, ERR_DATA, "%s:%d: %s: a list of items belongs here, not %s",
			k->b->file, items->line, k->name, yaml_kind_name(items));
	for (const struct yaml *y = items->child; y; y = y->next) {
		if (y->kind != YAML_MAP)
			return err_set(e, ERR_DATA,
				"%s:%d: %s: each item has keys (%s), and here is %s", k->b->file,
				y->line, k->name, row->keys, yaml_kind_name(y));
		for (const struct yaml *m = y->child; m; m = m->next)
			if (check_member(k, row, m, e) < 0)
				return -1;
		if (block_word(k, y, row->needs).n == 0)
			return err_set(e, ERR_DATA, "%s:%d: %s: an item without %s", k->b->file,
				y->line, k->name, row->needs);
	}
	return 0;
}

/* -- what comes of it ------------------------------------------------------------------------- */

void
block_put(const struct block *k, struct value *o, const char *key, struct str text)
{
	template_put(o, str_of(key),
		text.n ? template_text(k->b->arena, text) : template_null(k->b->arena));
}

void
block_put_int(const struct block *k, struct value *o, const char *key, int v)
{
	template_put(o, str_of(key),
		template_number(k->b->arena, str_of(arena_printf(k->b->arena, "%d", v))));
}

static int
find_partial(void *context, struct str name, struct str *text, struct err *e)
{
	const struct blocks *b = ((struct block *)context)->b;

	return b->find(
		b->context, str_of(arena_printf(b->arena, "%.*s.html", STR_ARG(name))), text, e);
}

int
block_html(struct block *k, struct value *data, struct err *e)
{
	const struct blocks *b = k->b;
	const struct template_options options = {
		.partial = find_partial, .context = k, .escape = TEMPLATE_HTML, .strict = true
	};
	const char *file = arena_printf(b->arena, "block-%s.html", k->name);
	struct str text;
	int got = b->find(b->context, str_of(file), &text, e);

	if (got <= 0)
		return got < 0 ? -1 : err_set(e, ERR_INTERNAL, "there is no template %s", file);
	template_put(data, STR("theme"), b->theme->values);
	return template_render(text, file, data, &options, k->html, e);
}

void
block_wrap(struct block *k, size_t indent, struct str s)
{
	struct str blanks = str_of(arena_printf(k->b->arena, "%*s", (int)indent, ""));

	if (s.n)
		text_wrap(s, k->b->columns, blanks, blanks, k->text);
}

void
block_underline(struct block *k, struct str title)
{
	size_t width = text_width(title), most = k->b->columns;

	block_wrap(k, 0, title);
	buf_fill(k->text, '-', width < most ? width : most);
	buf_addc(k->text, '\n');
}

void
block_left(struct buf *out, struct str s, size_t columns)
{
	size_t width = text_width(s);

	buf_add(out, s);
	buf_fill(out, ' ', width < columns ? columns - width : 0);
}

void
block_right(struct buf *out, struct str s, size_t columns)
{
	size_t width = text_width(s);

	buf_fill(out, ' ', width < columns ? columns - width : 0);
	buf_add(out, s);
}

void
block_show(struct block *k, const char *place, const char *source, const struct shown *s)
{
	struct blocks_record *r = k->b->record;

	if (!r)
		return;
	r->shown =
		arena_grow(k->b->arena, r->shown, r->shown_count, &r->shown_room, sizeof *r->shown);
	r->shown[r->shown_count] = *s;
	r->shown[r->shown_count].day = k->b->day;
	r->shown[r->shown_count].place = str_of(place);
	r->shown[r->shown_count++].source = str_of(source);
}

void
block_note(struct block *k, const char *code, const char *remedy, const char *what, ...)
{
	struct blocks_record *r = k->b->record;
	char sentence[NOTE];
	va_list args;

	if (!r)
		return;
	va_start(args, what);
	vsnprintf(sentence, sizeof sentence, what, args);
	va_end(args);
	r->notes =
		arena_grow(k->b->arena, r->notes, r->note_count, &r->note_room, sizeof *r->notes);
	r->notes[r->note_count++] = (struct block_note){ .code = code,
		.line = k->line,
		.what = str_of(arena_printf(k->b->arena, "%s: %s", k->name, sentence)),
		.remedy = remedy };
}

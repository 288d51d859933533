#include "compose/blocks.h"

#include "base/text.h"
#include "compose/block.h"
#include "settings/value.h"

/* Each block: what it may say as a map ("" when it is none), and whether it may be a list. */
static const struct kind {
	const char *name, *keys;
	bool list;
	block_fn *render;
} kinds[] = {
	{ "numbers", "tiles|items", true, block_numbers },
	{ "trending", "sources|top", false, block_trending },
	{ "movers", "source|top", false, block_movers },
	{ "tools", "", true, block_tools },
	{ "reading", "feeds|top", true, block_reading },
	{ "subscribe", "text|url|telegram", false, block_subscribe },
};

static const struct kind *
kind_of(struct str name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_eqz(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

bool
blocks_is_name(struct str name)
{
	return kind_of(name) != NULL;
}

/* Every key of the map is one of those that are allowed. */
static int
check_keys(const struct blocks *b, const struct kind *kind, const struct yaml *map, struct err *e)
{
	for (const struct yaml *y = map->child; y; y = y->next)
		if (value_word(kind->keys, y->key) < 0)
			return err_set(e, ERR_DATA, "%s:%d: %s: unknown key '%.*s'; allowed are %s",
				b->file, y->key_line, kind->name, STR_ARG(y->key), kind->keys);
	return 0;
}

static int
check_document(
	const struct blocks *b, const struct kind *kind, const struct yaml *doc, struct err *e)
{
	if (doc->kind == YAML_NULL || (doc->kind == YAML_LIST && kind->list))
		return 0;
	if (!*kind->keys)
		return err_set(e, ERR_DATA, "%s:%d: %s: a list of items belongs here, not %s",
			b->file, doc->line, kind->name, yaml_kind_name(doc));
	if (doc->kind != YAML_MAP)
		return err_set(e, ERR_DATA, "%s:%d: %s: keys and values belong here (%s), not %s",
			b->file, doc->line, kind->name, kind->keys, yaml_kind_name(doc));
	return check_keys(b, kind, doc, e);
}

int
blocks_render(void *context, struct str name, struct str body, int line, struct buf *html,
	struct buf *text, struct err *e)
{
	const struct blocks *b = context;
	const struct kind *kind = kind_of(name);
	struct yaml *doc;
	struct block k;

	if (!kind)
		return 0;
	if (yaml_parse(body, b->file, line, b->arena, &doc, e) < 0 ||
		check_document(b, kind, doc, e) < 0)
		return -1;
	k = (struct block){ b, kind->name, line, doc, html, text };
	return kind->render(&k, e) < 0 ? -1 : 1;
}

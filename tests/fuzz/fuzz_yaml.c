/* A YAML document is a tree within its limits, of text that can be a C string, or refused. */
#include "base/text.h"
#include "base/yaml.h"
#include "input.h"

static void
check_text(struct str s)
{
	assert(text_is_utf8(s) && str_find(s, '\0') < 0);
}

static void
check(const struct yaml *y, int depth, size_t *nodes)
{
	size_t count = 0;

	assert(depth <= 16 && ++*nodes <= 64 * 1024 && y->line > 0);
	check_text(y->text);
	check_text(y->key);
	assert((y->kind != YAML_LIST && y->kind != YAML_MAP) ? !y->child : true);
	for (const struct yaml *c = y->child; c; c = c->next, count++) {
		assert(c->line >= y->line);
		check(c, depth + 1, nodes);
	}
	assert(count == y->count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct yaml *y;
	size_t nodes = 0;

	if (yaml_parse(input_of(data, size), "fuzz.yaml", 0, &a, &y, &e) == 0)
		check(y, 1, &nodes);
	else
		assert(e.code == ERR_DATA && str_starts(str_of(e.text), STR("fuzz.yaml:")));
	arena_free(&a);
	return 0;
}

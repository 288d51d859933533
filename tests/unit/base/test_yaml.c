#include "base/yaml.h"

#include <string.h>

#include "base/buf.h"
#include "test.h"

static void
a_document_becomes_a_tree_that_knows_its_lines(void **state)
{
	struct arena a = { 0 };
	struct yaml *doc;
	const struct yaml *list;
	struct err e;

	(void)state;
	assert_int_equal(yaml_parse(STR("a: 1\nb:\n  - x\n  - \"~\"\n  - ~\nc: {d: e}\n"), "f.yaml",
				 10, &a, &doc, &e),
		0);
	assert_int_equal(doc->kind, YAML_MAP);
	assert_str(yaml_get(doc, "a")->text, "1");
	list = yaml_get(doc, "b");
	assert_int_equal(list->count, 3);
	assert_int_equal(list->child->line, 13);
	assert_int_equal(list->child->next->kind, YAML_SCALAR);
	assert_int_equal(list->child->next->next->kind, YAML_NULL);
	assert_str(yaml_get(yaml_get(doc, "c"), "d")->text, "e");
	assert_null(yaml_get(doc, "z"));
	assert_int_equal(yaml_parse(STR(""), "f.yaml", 0, &a, &doc, &e), 0);
	assert_int_equal(doc->kind, YAML_NULL);
	arena_free(&a);
}

static void
what_is_not_used_here_is_refused_with_its_line(void **state)
{
	static const struct {
		struct str in;
		const char *why;
	} rows[] = {
		{ STR_INIT("a: 1\na: 2\n"),
			"f.yaml:2: the key 'a' is there twice, first in line 1" },
		{ STR_INIT("a: &x 1\nb: *x\n"), "f.yaml:2: an alias" },
		{ STR_INIT("a: !!int 1\n"), "f.yaml:1: a tag" },
		{ STR_INIT("--- 1\n--- 2\n"), "a second document" },
		{ STR_INIT("a: [1\n"), "not YAML" },
		{ STR_INIT("a: b: c\n"), "f.yaml:1: not YAML" },
		{ STR_INIT("a: 1\nb: \xff\n"), "f.yaml:2: bytes that are no UTF-8" },
		{ STR_INIT("a: \0\n"), "f.yaml:1: a NUL" },
		{ STR_INIT("a: \"x\\0y\"\n"), "f.yaml:1: a NUL" },
		{ STR_INIT("? [a]\n: b\n"), "a key must be a word" },
		{ STR_INIT("[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n"), "nested more than 16 deep" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct yaml *doc;
		struct err e = { 0 };

		assert_int_equal(yaml_parse(rows[i].in, "f.yaml", 0, &a, &doc, &e), -1);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%s", e.text);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_becomes_a_tree_that_knows_its_lines),
		cmocka_unit_test(what_is_not_used_here_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

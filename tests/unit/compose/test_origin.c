#include "compose/origin.h"

#include "test.h"

static void
links_are_built_from_checked_names(void **state)
{
	static const struct {
		const char *source, *name, *url;
	} rows[] = {
		{ "github", "a/b.c", "https://github.com/a/b.c" },
		{ "hf_models", "gpt2", "https://huggingface.co/gpt2" },
		{ "hf_datasets", "a/b", "https://huggingface.co/datasets/a/b" },
		{ "hf_spaces", "a/b", "https://huggingface.co/spaces/a/b" },
		{ "github", "gpt2", "" },
		{ "github", "../b", "" },
		{ "hf_models", "a/b/c", "" },
		{ "hf_models", "javascript:alert(1)/x", "" },
		{ "hf_models", "a/b?c", "" },
		{ "hf_models", "a/<b>", "" },
		{ "hf_models", "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(
			origin_url(origin_find(str_of(rows[i].source)), str_of(rows[i].name), &a),
			rows[i].url);
	assert_str(
		origin_owner_url(origin_find(STR("github")), STR("a"), &a), "https://github.com/a");
	assert_str(origin_owner_url(origin_find(STR("hf_spaces")), STR("Qwen"), &a),
		"https://huggingface.co/Qwen");
	assert_str(origin_owner_url(origin_find(STR("hf_models")), STR("a/b"), &a), "");
	assert_str(origin_owner_url(origin_find(STR("hf_models")), STR(".."), &a), "");
	assert_null(origin_find(STR("hf")));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(links_are_built_from_checked_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

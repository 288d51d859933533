#include "compose/templates.h"

#include "base/asset.h"
#include "base/file.h"
#include "scratch.h"

static struct str
find(struct scratch *s, struct templates *t, const char *name)
{
	struct str text = STR("untouched");
	int got = templates_find(t, str_of(name), &text, &s->e);

	assert_true(got >= 0);
	return got ? text : STR("none");
}

static void
write_template(struct scratch *s, const char *text)
{
	assert_done(s, file_write(s->dir, "templates/block-bar.html", str_of(text), 0644, &s->e));
}

/* An issue is made of one state of a file, though somebody saves it meanwhile. */
static void
a_file_is_looked_for_once(void **state)
{
	struct scratch *s = *state;
	const struct publication p = { .dir = s->dir };
	struct templates t = { .publication = &p, .arena = &s->a }, later = t;

	assert_int_equal(mkdirat(s->dir, "templates", 0755), 0);
	write_template(s, "first");
	assert_str(find(s, &t, "block-bar.html"), "first");
	assert_str(find(s, &t, "no-such.html"), "none");
	assert_true(str_eq(
		find(s, &t, "block-name.html"), asset_find("templates/block-name.html")->bytes));
	write_template(s, "second");
	assert_str(find(s, &t, "block-bar.html"), "first");
	assert_str(find(s, &t, "no-such.html"), "none");
	assert_str(find(s, &later, "block-bar.html"), "second");
	assert_str(find(s, &t, "../morningpost.yaml"), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_file_is_looked_for_once, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "settings/digest.h"

#include <string.h>

#include "base/sign.h"
#include "test.h"

#define LEAST                                                                                      \
	"publication:\n  name: The Post\n  url: https://post.example/\n"                           \
	"  postal_address: 1 Lane, Town\nsender:\n  from: The Post <news@post.example>\n"

static struct str
digest(const char *text, struct arena *a)
{
	struct settings s;
	struct err e = { 0 };
	struct buf b;

	if (settings_parse(str_of(text), "f.yaml", a, &s, &e) < 0)
		fail_msg("%s", e.text);
	buf_init(&b, 1024);
	settings_digest(&s, &b);
	return buf_keep(&b, a);
}

/* What is added to the least file, and the section whose hash is another then; NULL: none. */
static const struct {
	const char *added, *section;
} rows[] = {
	{ "", NULL },
	{ "# a remark\n", NULL },
	{ "web: {listen: '127.0.0.1:9000'}\n", NULL },
	{ "send: {wait: 1m}\n", NULL },
	{ "send: {max_bounced: 5%}\n", NULL },
	{ "send: {max_bounced: 6%}\n", "send" },
	{ "send: {approval: required}\n", "send" },
	{ "daily: {unedited: send}\n", "send" },
	{ "relays: [{url: 'smtp://mx.example:25'}]\n", "relays" },
	{ "  reply_to: ed@post.example\n", "sender" },
};

static void
is_another_where_a_value_is_another(void **state)
{
	static const char *const sections[] = { "publication", "sender", "relays", "send" };
	struct arena a = { 0 };
	struct str least = digest(LEAST, &a);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str got = digest(arena_printf(&a, "%s%s", LEAST, rows[i].added), &a);

		assert_int_equal(got.n, least.n);
		for (size_t k = 0; k < COUNT(sections); k++) {
			struct str name = str_of(arena_printf(&a, "\"%s\":\"", sections[k]));
			ptrdiff_t at = str_find_str(least, name);
			bool same;

			assert_true(at >= 0);
			same = str_eq(str_sub(least, (size_t)at, name.n + 32),
				str_sub(got, (size_t)at, name.n + 32));
			assert_int_equal(same,
				!rows[i].section || strcmp(rows[i].section, sections[k]) != 0);
		}
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_another_where_a_value_is_another),
	};

	sign_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

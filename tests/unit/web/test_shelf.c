#include "web/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/gzip.h"
#include "test.h"

static const struct shelved *
put(struct shelf *s, const char *path, struct str body, const char *type)
{
	const struct document d = { .type = type, .body = body };

	return shelf_put(s, str_of(path), &d);
}

static void
what_was_put_there_is_found(void **state)
{
	struct shelf *s = shelf_new();
	char body[] = "<p>text</p>";
	const struct shelved *a;

	(void)state;
	assert_null(shelf_find(s, STR("/")));
	put(s, "/", str_of(body), "text/html");
	memset(body, 'x', strlen(body));
	a = shelf_find(s, STR("/"));
	assert_non_null(a);
	assert_str(a->document.body, "<p>text</p>");
	assert_true(str_starts(str_of(a->tag), STR("W/\"")));
	assert_int_equal(a->squeezed.n, 0);
	assert_null(shelf_find(s, STR("/x")));
	shelf_clear(s);
	assert_null(shelf_find(s, STR("/")));
	shelf_free(s);
	shelf_free(NULL);
}

static void
the_tag_is_the_bytes(void **state)
{
	struct shelf *s = shelf_new();
	char first[64], second[64];

	(void)state;
	strcpy(first, put(s, "/a", STR("one"), "text/html")->tag);
	strcpy(second, put(s, "/b", STR("one"), "text/html")->tag);
	assert_string_equal(first, second);
	assert_string_not_equal(put(s, "/a", STR("two"), "text/html")->tag, first);
	shelf_free(s);
}

static void
what_is_worth_it_is_squeezed(void **state)
{
	/* clang-format off */
	static const struct {
		const char *type;
		size_t n;
		bool squeezed;
	} rows[] = {
		{ "text/html; charset=utf-8", 100, false },
		{ "text/html; charset=utf-8", 5000, true },
		{ "image/svg+xml", 5000, true },
		{ "image/png", 5000, false },
	};
	/* clang-format on */
	struct shelf *s = shelf_new();
	char body[5000];

	(void)state;
	memset(body, 'a', sizeof body);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct shelved *got =
			put(s, "/", (struct str){ body, rows[i].n }, rows[i].type);
		struct buf b;

		assert_int_equal(got->squeezed.n > 0, rows[i].squeezed);
		if (!rows[i].squeezed)
			continue;
		buf_init(&b, sizeof body);
		assert_true(gzip_unpack(got->squeezed, &b));
		assert_true(str_eq(buf_str(&b), (struct str){ body, rows[i].n }));
		buf_free(&b);
	}
	shelf_free(s);
}

/* However many and however long: the newest is there, and not much more. */
static void
whatever_comes_finds_room(void **state)
{
	struct shelf *s = shelf_new();
	char path[32];
	size_t kept = 0;
	struct str body = { calloc(1, 1 << 20), 1 << 20 };

	(void)state;
	assert_non_null(body.p);
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof path, "/issues/%d", i);
		put(s, path, body, "image/png");
		assert_non_null(shelf_find(s, str_of(path)));
	}
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof path, "/issues/%d", i);
		kept += shelf_find(s, str_of(path)) != NULL;
	}
	assert_true(kept > 0 && kept <= 32);
	free((void *)(uintptr_t)body.p);
	shelf_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_there_is_found),
		cmocka_unit_test(the_tag_is_the_bytes),
		cmocka_unit_test(what_is_worth_it_is_squeezed),
		cmocka_unit_test(whatever_comes_finds_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

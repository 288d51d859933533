#include "collect/recorded.h"

#include "../store/answers.h"

struct heard {
	char text[1000];
	size_t n;
};

static int
hear(void *context, const char *source, struct day day, const struct snapshot_result *r,
	const char *failed, struct err *e)
{
	struct heard *h = context;

	(void)e;
	h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n, "%d %s %d%s\n", day.day,
		source, (int)r->rows,
		failed      ? " failed"
		: r->why[0] ? " why"
			    : "");
	return 0;
}

static void
folder(struct scratch *s, const char *name)
{
	assert_int_equal(mkdirat(s->dir, name, 0700), 0);
}

static void
record(struct scratch *s)
{
	static const char *const folders[] = { "github", "github/search", "hf", "hf/models",
		"hf/models-pool", "feeds", "arxiv" };

	for (size_t i = 0; i < COUNT(folders); i++)
		folder(s, folders[i]);
	scratch_write(s, "github/search/2026-02-13.json",
		STR("{\"items\":[{\"full_name\":\"a/b\",\"stargazers_count\":1}]}"));
	scratch_write(s, "hf/models/2026-02-14.json", STR("[{\"id\":\"a/b\",\"likes\":1}]"));
	scratch_write(s, "hf/models/2026-02-13.json", STR("oops"));
	scratch_write(s, "hf/models/2026-02-30.json", STR("[]"));
	scratch_write(s, "hf/models/notes.txt", STR("[]"));
	folder(s, "hf/models-pool/2026-02-14.json");
	scratch_write(s, "feeds/2026-02-14.rss",
		STR("<rss><channel><item><title>T</title><link>https://e.example/</link></item>"
		    "</channel></rss>"));
	scratch_write(s, "arxiv/2026-02-14.atom", STR("<feed>"));
}

static void
days_are_taken_in_order_and_a_bad_file_stops_nobody(void **state)
{
	struct scratch *s = *state;
	struct heard h = { 0 };
	const struct day one = answers_day("2026-02-14");

	record(s);
	assert_done(s, recorded_take(s->db, s->path, NULL, 5, hear, &h, &s->e));
	assert_string_equal(h.text, "13 github 1\n13 hf_models 0 why\n14 hf_models 1\n"
				    "14 hf_models_pool 0 failed\n14 arxiv 0 failed\n14 feed 1\n");
	/* Again, one day: the same answers are as good. */
	h = (struct heard){ 0 };
	assert_done(s, recorded_take(s->db, s->path, &one, 6, hear, &h, &s->e));
	assert_string_equal(h.text, "14 hf_models 1\n14 hf_models_pool 0 failed\n"
				    "14 arxiv 0 failed\n14 feed 1\n");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM observation"), 2);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct scratch *s = *state;
	struct heard h = { 0 };

	assert_int_equal(recorded_take(s->db, "/nowhere/at/all", NULL, 5, hear, &h, &s->e), -1);
	assert_int_equal(s->e.code, ERR_NOINPUT);
	/* One without anything in it has no day. */
	assert_done(s, recorded_take(s->db, s->path, NULL, 5, hear, &h, &s->e));
	assert_int_equal(h.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(days_are_taken_in_order_and_a_bad_file_stops_nobody,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_folder_that_is_not_there_is_told, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "store/observation.h"

#include "answers.h"
#include "store/entity.h"

static int
count(void *context, const struct observation *o, struct err *e)
{
	int64_t *sum = context;

	(void)e;
	*sum += o->value;
	return 0;
}

static void
rows_come_back_in_their_order(void **state)
{
	struct scratch *s = *state;
	int64_t sum = 0;

	answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 4));
	assert_done(s, observation_each(s->db, scratch_number(s, "SELECT id FROM snapshot"), count,
			       &sum, &s->e));
	assert_int_equal(sum, 10 + 11 + 12 + 13);
}

#define PACKED "SELECT hex(counters) || ' ' || hex(details) FROM packed"

/* The rows and what is packed say the same, whichever of the two was there first. */
static void
what_was_kept_before_is_packed_the_same(void **state)
{
	struct scratch *s = *state;
	struct str packed;

	answers_keepz(s, "hf_models", "2026-02-14",
		"[{\"id\":\"a/b\",\"likes\":5,\"trendingScore\":2.5,\"downloads\":300},"
		"{\"id\":\"a/c\",\"likes\":70000}]");
	packed = arena_str(&s->a, answers_text(s, PACKED));
	assert_done(s, db_exec(s->db, "DELETE FROM packed", &s->e));
	assert_done(s, observation_pack_all(s->db, &s->e));
	assert_str(answers_text(s, PACKED), arena_strz(&s->a, packed));
	assert_done(s, db_exec(s->db, "DELETE FROM snapshot", &s->e));
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM packed"), 0);
}

static void
damaged_counters_are_told(void **state)
{
	struct scratch *s = *state;
	int64_t sum = 0;

	answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 4));
	assert_done(s, db_exec(s->db, "UPDATE packed SET counters = x'ffff'", &s->e));
	assert_int_equal(observation_each(s->db, scratch_number(s, "SELECT id FROM snapshot"),
				 count, &sum, &s->e),
		-1);
	assert_non_null(strstr(s->e.text, "damaged"));
	assert_int_equal(sum, 0);
}

/* What a row says, and what is kept of it. */
static const struct {
	const char *source, *row, *column;
	const char *want; /* NULL: unknown */
} fields[] = {
	{ "hf_models", "\"likes\":1e1", "value", "10" },
	{ "hf_models", "\"likes\":-0", "value", "0" },
	{ "hf_models", "\"trendingScore\":77.5", "score", "77.5" },
	{ "hf_models", "\"trendingScore\":null", "score", NULL },
	{ "hf_models", "\"trendingScore\":\"5\"", "score", NULL },
	{ "hf_models", "\"trendingScore\":1e999", "score", NULL },
	{ "hf_models", "\"downloads\":0", "downloads", "0" },
	{ "hf_models", "\"downloads\":null", "downloads", NULL },
	{ "hf_models", "\"downloads\":-5", "downloads", NULL },
	{ "hf_models", "\"downloads\":true", "downloads", NULL },
	{ "hf_models", "\"createdAt\":\"2026-02-13T23:59:59.000Z\"", "created", "2026-02-13" },
	{ "hf_models", "\"createdAt\":\"2026-02-15T00:00:00Z\"", "created", NULL }, /* tomorrow */
	{ "hf_models", "\"createdAt\":\"2026-02-30T00:00:00Z\"", "created", NULL },
	{ "hf_models", "\"createdAt\":\"1969-12-31T23:59:59Z\"", "created", NULL },
	{ "hf_models", "\"createdAt\":\"2026-02-10T24:00:00Z\"", "created", NULL },
	{ "hf_models", "\"createdAt\":20260201", "created", NULL },
	{ "hf_models", "\"pipeline_tag\":\"text-generation\"", "task", "text-generation" },
	{ "hf_models", "\"pipeline_tag\":[\"text\"]", "task", "" },
	{ "hf_models", "\"tags\":[1,\"base_model:x/y\",\"base_model:quantized:x/y\"]", "quantized",
		"x/y" },
	{ "hf_models", "\"tags\":[\"base_model:quantized:<b>\"]", "quantized", "" },
	{ "hf_models", "\"tags\":\"text\"", "quantized", "" },
	{ "hf_models", "\"_id\":\"5f0c746619cb630495b814fd\"", "stable",
		"5f0c746619cb630495b814fd" },
	{ "hf_models", "\"_id\":\"<b>\"", "stable", "" },
	{ "hf_models", "\"cardData\":{\"short_description\":\"Short\"},\"description\":\"Long\"",
		"description", "Short" },
	{ "hf_models", "\"cardData\":\"x\",\"description\":\"Long\"", "description", "Long" },
	{ "hf_models", "\"description\":\"a\\r\\nBcc: b\\u0000\\u202ec \\ud83d\\u200b\"",
		"description",
		"a Bcc: b\xef\xbf\xbd"
		"c \xef\xbf\xbd" },
	{ "hf_models", "\"description\":5", "description", "" },
	{ "github", "\"id\":5", "stable", "5" },
	{ "github", "\"id\":9.0", "stable", "9" },
	{ "github", "\"id\":0", "stable", "" },
	{ "github", "\"id\":-8", "stable", "" },
	{ "github", "\"id\":\"2\"", "stable", "" },
	{ "github", "\"forks_count\":3", "forks", "3" },
	{ "github", "\"fork\":true", "fork", "1" },
	{ "github", "\"fork\":\"true\"", "fork", "0" },
	{ "github", "\"archived\":true", "archived", "1" },
	{ "github", "\"language\":null", "language", "" },
	{ "github", "\"language\":\"C\"", "language", "C" },
};

static bool
differs(struct str have, bool is_null, const char *want)
{
	return want ? is_null || !str_eqz(have, want) : !is_null;
}

static void
a_bad_field_is_unknown_and_not_the_rows_fault(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(fields); i++) {
		bool github = strcmp(fields[i].source, "github") == 0;
		const char *body = arena_printf(&s->a,
			github ? "{\"items\":[{\"full_name\":\"a/b\",\"stargazers_count\":1,%s}]}"
			       : "[{\"id\":\"a/b\",%s%s}]",
			fields[i].row, strstr(fields[i].row, "likes") ? "" : ",\"likes\":1");
		struct stmt *st;

		assert_int_equal(answers_keepz(s, fields[i].source, "2026-02-14", body).rows, 1);
		st = db_prepare(s->db,
			"SELECT CASE ?1 WHEN 'value' THEN o.value WHEN 'score' THEN score "
			"WHEN 'downloads' THEN downloads WHEN 'forks' THEN forks "
			"WHEN 'created' THEN created WHEN 'task' THEN task WHEN 'stable' THEN "
			"stable "
			"WHEN 'quantized' THEN quantized WHEN 'description' THEN description "
			"WHEN 'language' THEN language WHEN 'fork' THEN fork ELSE archived END "
			"FROM observation AS o JOIN entity AS t ON t.id = o.entity_id",
			&s->e);
		assert_non_null(st);
		stmt_textz(st, 1, fields[i].column);
		assert_int_equal(stmt_step(st, &s->e), 1);
		if (differs(stmt_get_text(st, 0), stmt_is_null(st, 0), fields[i].want))
			fail_msg("%s: %s is '%.*s'", fields[i].row, fields[i].column,
				STR_ARG(stmt_get_text(st, 0)));
		stmt_reset(st);
		assert_done(s, db_exec(s->db, "DELETE FROM snapshot; DELETE FROM entity", &s->e));
	}
}

static void
a_long_text_is_cut_at_a_word(void **state)
{
	struct scratch *s = *state;
	struct buf b;
	struct str kept;

	buf_init(&b, 100000);
	buf_addz(&b, "[{\"id\":\"a/b\",\"likes\":1,\"description\":\"");
	for (int i = 0; i < 5000; i++)
		buf_addz(&b, "w\xc3\xb6rd ");
	buf_addz(&b, "\"}]");
	answers_keep(s, "hf_models", "2026-02-14", buf_str(&b));
	buf_free(&b);
	kept = answers_text(s, "SELECT description FROM entity");
	assert_true(kept.n < 300 && str_ends(kept, STR("w\xc3\xb6rd\xe2\x80\xa6")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			rows_come_back_in_their_order, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_was_kept_before_is_packed_the_same,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			damaged_counters_are_told, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_bad_field_is_unknown_and_not_the_rows_fault,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_long_text_is_cut_at_a_word, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

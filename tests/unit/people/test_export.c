#include "people/export.h"

#include "people/import.h"
#include "people/known.h"
#include "scratch.h"

static void
not_rejected(void *context, size_t line, const char *reason)
{
	(void)context;
	fail_msg("%zu: %s", line, reason);
}

static void
take(struct scratch *s, struct str text)
{
	struct import_options o = {
		.file = "list.csv", .now = 5, .rejected = not_rejected, .keys = test_keys()
	};
	struct import_result r;
	int fd;

	scratch_write(s, "list.csv", text);
	fd = openat(s->dir, "list.csv", O_RDONLY | O_CLOEXEC);
	assert_done(s, people_import(s->db, fd, &o, &r, &s->e));
	close(fd);
}

/* All of the list as text; the caller frees. */
static char *
give(struct scratch *s, bool all, int64_t *rows)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_done(s, people_export(s->db, all, to, rows, &s->e));
	fclose(to);
	return text;
}

#define ROWS                                                                                       \
	"email,name,tags,state,timezone\n"                                                         \
	"zoe@x.org,Zoë,,active,\n"                                                                \
	"'=sum@x.org,'=SUM(A1),\"a;b\",active,Europe/Berlin\n"                                     \
	"q@x.org,\"say \"\"hi\"\", she said\",early birds,active,\n"                               \
	"o'hara@x.org,O'Hara,,active,\n"                                                           \
	"p@xn--bcher-kva.example,''+1,,active,\n"

static void
writes_what_import_takes_back_byte_for_byte(void **state)
{
	struct scratch *s = *state;
	int64_t rows;
	char *text;

	take(s, STR(ROWS "gone@x.org,,,unsubscribed,\n"));
	text = give(s, false, &rows);
	assert_int_equal(rows, 5);
	assert_string_equal(text, ROWS);
	free(text);
	text = give(s, true, &rows);
	assert_int_equal(rows, 6);
	assert_string_equal(text, ROWS "gone@x.org,,,unsubscribed,\n");
	assert_done(s, db_exec(s->db, "DELETE FROM subscriber", &s->e));
	take(s, str_of(text));
	free(text);
	text = give(s, true, &rows);
	assert_string_equal(text, ROWS "gone@x.org,,,unsubscribed,\n");
	free(text);
}

static void
says_so_when_it_cannot_be_written(void **state)
{
	struct scratch *s = *state;
	FILE *full = fopen("/dev/full", "w");
	int64_t rows;
	int status;

	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	take(s, STR("email\na@x.org\n"));
	status = people_export(s->db, true, full, &rows, &s->e);
	fclose(full);
	assert_int_equal(status, -1);
	assert_int_equal(s->e.code, ERR_IO);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(writes_what_import_takes_back_byte_for_byte),
		WITH_DB(says_so_when_it_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "people/sheet.h"

#include "scratch.h"

/* All rows as "LINE:FIELD|FIELD/", a fault as "LINE!". */
static int
tell(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct buf *told = context;

	(void)e;
	buf_printf(told, "%zu%s", line, fault ? "!" : ":");
	for (size_t i = 0; i < n && !fault; i++)
		buf_printf(told, "%s%.*s", i ? "|" : "", STR_ARG(fields[i]));
	buf_addc(told, '/');
	return 0;
}

static int
read_text(struct scratch *s, struct str text, const char *encoding, struct sheet *sheet,
	struct buf *told)
{
	int fd, status;

	scratch_write(s, "sheet.csv", text);
	fd = openat(s->dir, "sheet.csv", O_RDONLY | O_CLOEXEC);
	status = sheet_read(fd, encoding, "email", tell, told, sheet, &s->e);
	close(fd);
	return status;
}

static void
finds_out_what_sets_columns_apart(void **state)
{
	static const struct {
		const char *text;
		char delimiter;
		const char *rows;
	} rows[] = {
		{ "email,a;b\nx,y\n", ',', "1:email|a;b/2:x|y/" },
		{ "Email;a,b\nx;y\n", ';', "1:Email|a,b/2:x|y/" },
		{ "a\t\"email\"\rx\ty\r", '\t', "1:a|email/2:x|y/" },
		{ "nothing\nof;it\n", ',', "1:nothing/2:of;it/" },
		{ "\r\n\r\nemail\r\nx", ',', "3:email/4:x/" },
		/* Excel says so itself, on a line that is counted and no row. */
		{ "sep=;\nemail;a\nx;y\n", ';', "2:email|a/3:x|y/" },
		{ "\"sep=|\"\r\nemail|a\r\nx|y\r\n", '|', "2:email|a/3:x|y/" },
		{ "SEP=\t\r\nmail\ta\r\n", '\t', "2:mail|a/" },
		/* That is none. */
		{ "sep=;x\nemail\n", ',', "1:sep=;x/2:email/" },
		{ "sep=;", ',', "1:sep=;/" },
		{ "sep=", ',', "1:sep=/" },
		{ "\"sep=;\nemail\"\n", ',', "1:sep=;\nemail/" },
		{ "", ',', "" },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sheet sheet;
		struct buf told;

		buf_init(&told, 4096);
		assert_done(s, read_text(s, str_of(rows[i].text), NULL, &sheet, &told));
		if (sheet.delimiter != rows[i].delimiter || strcmp(buf_z(&told), rows[i].rows) != 0)
			fail_msg("row %zu: '%c' %s", i, sheet.delimiter, buf_z(&told));
		buf_free(&told);
	}
}

/* In each way to write a file the same rows, and a character that stands across a piece's edge. */
static void
reads_every_encoding_alike(void **state)
{
	static const struct {
		const char *name;
		struct str bytes;
	} rows[] = {
		{ "UTF-8", STR_INIT("email,name\r\na,\xc3\xa9\r\n") },
		{ "UTF-16LE", STR_INIT("\xff\xfe"
				       "e\0m\0a\0i\0l\0,\0n\0a\0m\0e\0\n\0a\0,\0\xe9\0\n\0") },
		{ "latin1", STR_INIT("email,name\ra,\xe9\r") },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		bool named = strcmp(rows[i].name, "latin1") == 0;
		struct sheet sheet;
		struct buf told;

		buf_init(&told, 4096);
		assert_done(
			s, read_text(s, rows[i].bytes, named ? rows[i].name : NULL, &sheet, &told));
		assert_string_equal(buf_z(&told), "1:email|name/2:a|\xc3\xa9/");
		assert_string_equal(sheet.encoding, rows[i].name);
		buf_free(&told);
	}
}

static void
counts_lines_past_a_piece(void **state)
{
	enum { LINES = 20000 };
	struct scratch *s = *state;
	struct sheet sheet;
	struct buf text, told;
	char last[64];

	buf_init(&text, 4 << 20);
	buf_init(&told, 4 << 20);
	buf_addz(&text, "email\n");
	for (int i = 2; i <= LINES; i++)
		buf_printf(&text, "r%d@x.org\n", i);
	assert_done(s, read_text(s, buf_str(&text), NULL, &sheet, &told));
	snprintf(last, sizeof last, "/%d:r%d@x.org/", LINES, LINES);
	assert_true(str_ends(buf_str(&told), str_of(last)));
	buf_free(&text);
	buf_free(&told);
}

static void
refuses_what_is_no_text(void **state)
{
	struct scratch *s = *state;
	struct sheet sheet;
	struct buf told;

	buf_init(&told, 4096);
	assert_int_equal(read_text(s, STR("PK\x03\x04 and so on"), NULL, &sheet, &told), -1);
	assert_int_equal(s->e.code, ERR_DATA);
	assert_int_equal(read_text(s, STR("email\n"), "klingon", &sheet, &told), -1);
	assert_int_equal(s->e.code, ERR_USAGE);
	assert_int_equal(told.n, 0);
	buf_free(&told);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(finds_out_what_sets_columns_apart),
		IN_FOLDER(reads_every_encoding_alike),
		IN_FOLDER(counts_lines_past_a_piece),
		IN_FOLDER(refuses_what_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "test.h"

/* Writes what it is given as "LINE:field|field/" with faults in brackets. */
static int
show(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct buf *b = context;

	(void)e;
	buf_printf(b, "%zu:", line);
	for (size_t i = 0; !fault && i < n; i++)
		buf_printf(b, "%s%.*s", i ? "|" : "", STR_ARG(fields[i]));
	if (fault)
		buf_printf(b, "[%s]", fault);
	buf_addc(b, '/');
	return 0;
}

/* Read it in pieces of a size; what is shown is the same whatever the size. */
static void
read_in_pieces(struct str in, size_t size, struct buf *b)
{
	struct csv *c = csv_open(',', show, b);
	struct err e;

	for (size_t at = 0; at < in.n; at += size)
		assert_int_equal(csv_feed(c, str_sub(in, at, size), &e), 0);
	assert_int_equal(csv_end(c, &e), 0);
	csv_close(c);
}

static void
reads_what_people_send(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "", "" },
		{ "a,b\nc,d\n", "1:a|b/2:c|d/" },
		{ "a,b\r\nc,d", "1:a|b/2:c|d/" },
		{ "a,b\rc,d\r", "1:a|b/2:c|d/" },
		{ "a\n\n\nb\n", "1:a/4:b/" },
		{ "a\r\r\nb\r\n", "1:a/3:b/" },
		{ "a\n,,\nb\n", "1:a/3:b/" },
		{ "\"a\",\"b,c\"\n", "1:a|b,c/" },
		{ "\"a\"\"b\"\n", "1:a\"b/" },
		{ "\"a\nb\",c\nd\n", "1:a\nb|c/3:d/" },
		{ "\"a\r\nb\",c\r\nd\r\n", "1:a\r\nb|c/3:d/" },
		{ " a , b \n", "1:a|b/" },
		{ "\" a \",b\n", "1: a |b/" },
		{ "a\"b,c\n", "1:a\"b|c/" },
		{ "a,\n", "1:a|/" },
		/* One stray quote costs one row. */
		{ "a\n\"b\nc\nd\n",
			"1:a/2:[a quote that is opened on this line is not closed]/3:c/4:d/" },
		{ "a\n\"b", "1:a/2:[a quote that is opened on this line is not closed]/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t size = 1; size < 8; size++) {
			struct buf b;

			buf_init(&b, 10000);
			read_in_pieces(str_of(rows[i].in), size, &b);
			if (strcmp(buf_z(&b), rows[i].want) != 0)
				fail_msg("row %zu by %zu: '%s'", i, size, buf_z(&b));
			buf_free(&b);
		}
}

static void
refuses_absurd_rows_and_goes_on(void **state)
{
	static const struct {
		const char *before;
		char fill;
		size_t times;
		const char *after, *want;
	} rows[] = {
		{ "a\n", 'x', CSV_FIELD, "\nb\n", NULL },
		{ "a\n", 'x', CSV_FIELD + 1, "\nb\n", "1:a/2:[a field of more than 64 KiB]/3:b/" },
		{ "a\n", 'x', 2 * CSV_ROW, "\nb\n", "1:a/2:[a line of more than 1 MiB]/3:b/" },
		{ "a\n", 'x', 2 * CSV_ROW, "", "1:a/2:[a line of more than 1 MiB]/" },
		{ "a\nx", ',', CSV_FIELDS, "\nb\n", "1:a/2:[more than 64 fields]/3:b/" },
		{ "a\nx", ',', 20000, "\nb\n", "1:a/2:[more than 64 fields]/3:b/" },
		{ "a\n\"", 'x', CSV_FIELD, "\nb\nc\n",
			"1:a/2:[a quote that is opened on this line is not closed]/3:b/4:c/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t size = 1000; size < 1u << 22; size *= 60) {
			struct buf in, out;

			buf_init(&in, SIZE_MAX / 2);
			buf_init(&out, SIZE_MAX / 2);
			buf_addz(&in, rows[i].before);
			buf_fill(&in, rows[i].fill, rows[i].times);
			buf_addz(&in, rows[i].after);
			read_in_pieces(buf_str(&in), size, &out);
			if (rows[i].want && strcmp(buf_z(&out), rows[i].want) != 0)
				fail_msg("row %zu by %zu: '%.200s'", i, size, buf_z(&out));
			if (!rows[i].want)
				assert_null(strchr(buf_z(&out), '['));
			buf_free(&in);
			buf_free(&out);
		}
}

/* A quote may stay open for 100 lines; the 101st shows that it was never meant. */
static void
gives_up_a_quote_after_a_hundred_lines(void **state)
{
	struct buf in, out;

	(void)state;
	for (int lines = CSV_LINES; lines <= CSV_LINES + 1; lines++) {
		buf_init(&in, 10000);
		buf_init(&out, 10000);
		buf_addz(&in, "\"");
		buf_fill(&in, '\n', (size_t)lines);
		buf_addz(&in, "\",x\ny\n");
		read_in_pieces(buf_str(&in), 7, &out);
		if (lines == CSV_LINES)
			assert_null(strchr(buf_z(&out), '['));
		else
			assert_non_null(strstr(buf_z(&out), "1:[a quote"));
		assert_non_null(strstr(buf_z(&out), ":y/"));
		buf_free(&in);
		buf_free(&out);
	}
}

static int
stop(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	(void)fields, (void)n, (void)fault;
	++*(int *)context;
	return err_set(e, ERR_DATA, "enough at %zu", line);
}

static void
stops_when_told(void **state)
{
	struct err e = { 0 };
	int calls = 0;
	struct csv *c = csv_open(',', stop, &calls);

	(void)state;
	assert_int_equal(csv_feed(c, STR("a\nb\nc\n"), &e), -1);
	assert_int_equal(csv_feed(c, STR("a\nb\nc\n"), &e), -1);
	assert_int_equal(csv_end(c, &e), -1);
	assert_int_equal(calls, 1);
	assert_string_equal(e.text, "enough at 1");
	csv_close(c);
	csv_close(NULL);
}

static int
keep(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	(void)line, (void)e;
	assert_null(fault);
	assert_int_equal(n, 2);
	buf_add(context, csv_unguard(fields[0]));
	return 0;
}

/* What is written is read back byte for byte, and no spreadsheet calculates it. */
static void
guards_and_restores(void **state)
{
	static const struct {
		const char *field, *written;
	} rows[] = {
		{ "Ada", "Ada,x" },
		{ "a,b", "\"a,b\",x" },
		{ "a;b", "\"a;b\",x" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\",x" },
		{ "=1+1", "'=1+1,x" },
		{ "+49", "'+49,x" },
		{ "-", "'-,x" },
		{ "@sum", "'@sum,x" },
		{ " =1", "\"' =1\",x" },
		{ "\t=1", "\"'\t=1\",x" },
		{ "\rx", "\"'\rx\",x" },
		{ "'=1", "''=1,x" },
		{ "''=1", "'''=1,x" },
		{ "'quoted'", "'quoted',x" },
		{ "O'Hara", "O'Hara,x" },
		{ "two\nlines", "\"two\nlines\",x" },
		{ " outer ", "\" outer \",x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf line, back;
		struct csv *c;
		struct err e;

		buf_init(&line, 1000);
		buf_init(&back, 1000);
		c = csv_open(',', keep, &back);
		csv_put(&line, str_of(rows[i].field), true);
		csv_put(&line, STR("x"), false);
		assert_string_equal(buf_z(&line), rows[i].written);
		assert_int_equal(csv_feed(c, buf_str(&line), &e), 0);
		assert_int_equal(csv_end(c, &e), 0);
		assert_string_equal(buf_z(&back), rows[i].field);
		csv_close(c);
		buf_free(&line);
		buf_free(&back);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_people_send),
		cmocka_unit_test(refuses_absurd_rows_and_goes_on),
		cmocka_unit_test(gives_up_a_quote_after_a_hundred_lines),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(guards_and_restores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

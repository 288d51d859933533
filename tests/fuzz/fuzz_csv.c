/* Whatever the bytes and however they are cut, the same rows come out; what is written comes
 * back. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
note(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct buf *b = context;

	(void)e;
	assert(line > 0 && n <= CSV_FIELDS);
	buf_printf(b, "%zu%s", line, fault ? fault : "");
	for (size_t i = 0; i < n && !fault; i++) {
		assert(fields[i].n <= CSV_FIELD);
		buf_addc(b, '|');
		buf_add(b, fields[i]);
	}
	buf_addc(b, '\n');
	return 0;
}

static void
read_all(struct str in, size_t piece, char delimiter, struct buf *out)
{
	struct csv *c = csv_open(delimiter, note, out);
	struct err e;

	for (size_t at = 0; at < in.n; at += piece)
		assert(csv_feed(c, str_sub(in, at, piece), &e) == 0);
	assert(csv_end(c, &e) == 0);
	csv_close(c);
}

static int
same(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	const struct str *want = context;

	(void)line, (void)e;
	assert(!fault && n == 2 && str_eq(csv_unguard(fields[0]), *want));
	return 0;
}

static void
write_and_read(struct str field)
{
	struct buf line;
	struct csv *c;
	struct err e;

	if (field.n > 1000 || str_find(field, '\0') >= 0)
		return;
	buf_init(&line, 1 << 20);
	csv_put(&line, field, true);
	csv_put(&line, STR("x"), false);
	c = csv_open(',', same, &field);
	/* A field of very many lines is given up when it is read. */
	for (size_t i = 0, lines = 0; i < field.n; i++)
		if ((field.p[i] == '\n' || field.p[i] == '\r') && ++lines > CSV_LINES)
			goto out;
	assert(csv_feed(c, buf_str(&line), &e) == 0 && csv_end(c, &e) == 0);
out:
	csv_close(c);
	buf_free(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { .p = (const char *)data + 1, .n = size - 1 };
	struct buf whole, pieces;

	if (size < 2)
		return 0;
	buf_init(&whole, 1 << 26);
	buf_init(&pieces, 1 << 26);
	read_all(in, in.n, ",;\t"[data[0] % 3], &whole);
	read_all(in, 1 + data[0] / 3, ",;\t"[data[0] % 3], &pieces);
	assert(str_eq(buf_str(&whole), buf_str(&pieces)));
	write_and_read(in);
	buf_free(&whole);
	buf_free(&pieces);
	return 0;
}

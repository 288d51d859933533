#include "base/csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct csv {
	struct csv_parser parser;
	char delimiter;
	csv_row_fn *row;
	void *context;
	struct err *e; /* of the call that is under way */
	bool stopped;  /* the row function said so */

	struct buf line; /* a physical line that has not ended */
	bool skipping;   /* it is too long: nothing more of it is kept */
	struct buf open; /* the lines of a row whose quote is open, to go back to */
	size_t open_lines;
	size_t number;     /* of the line in hand */
	size_t row_number; /* of the line that the row in hand began on */

	struct buf text;         /* the row's fields, one behind the other, */
	size_t ends[CSV_FIELDS]; /* and where each ends */
	size_t fields;
	const char *fault;
};

static void
start_parser(struct csv *c)
{
	/* Lenient: a quote in the middle of a field is a quote. Strict would stop the file
	 * there. */
	csv_init(&c->parser, 0);
	csv_set_delim(&c->parser, (unsigned char)c->delimiter);
	csv_set_realloc_func(&c->parser, mem_grow);
	csv_set_blk_size(&c->parser, 4096);
}

struct csv *
csv_open(char delimiter, csv_row_fn *row, void *context)
{
	struct csv *c = mem_alloc(sizeof *c);

	*c = (struct csv){ .delimiter = delimiter, .row = row, .context = context };
	buf_init(&c->line, CSV_ROW);
	buf_init(&c->open, CSV_FIELD + CSV_ROW);
	buf_init(&c->text, CSV_ROW);
	start_parser(c);
	return c;
}

void
csv_close(struct csv *c)
{
	if (!c)
		return;
	csv_free(&c->parser);
	buf_free(&c->line);
	buf_free(&c->open);
	buf_free(&c->text);
	free(c);
}

/* Rows */

static void
forget_row(struct csv *c)
{
	buf_clear(&c->text);
	c->fields = 0;
	c->fault = NULL;
}

static void
give_row(struct csv *c)
{
	struct str fields[CSV_FIELDS];
	struct str rest = buf_str(&c->text);
	size_t from = 0;

	for (size_t i = 0; i < c->fields; i++) {
		fields[i] = str_sub(rest, from, c->ends[i] - from);
		from = c->ends[i];
	}
	if (!c->stopped && (from > 0 || c->fault))
		c->stopped =
			c->row(c->context, c->row_number, fields, c->fields, c->fault, c->e) < 0;
	forget_row(c);
}

static void
on_field(void *field, size_t n, void *context)
{
	struct csv *c = context;

	if (c->fields == CSV_FIELDS) {
		c->fault = "more than 64 fields";
		return;
	}
	if (n > CSV_FIELD) {
		c->fault = "a field of more than 64 KiB";
		n = 0;
	}
	buf_add(&c->text, (struct str){ .p = field, .n = n });
	c->ends[c->fields++] = c->text.n;
}

static void
on_row(int terminator, void *context)
{
	(void)terminator;
	give_row(context);
}

/* Lines */

static void take_line(struct csv *c, struct str line);

/* The length of the first line of s with its terminator, or 0 when it has not ended in s. A CR at
 * the very end may be half of a CR LF. */
static size_t
whole_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			return i + 1;
		if (s.p[i] == '\r' && i + 1 < s.n)
			return s.p[i + 1] == '\n' ? i + 2 : i + 1;
	}
	return 0;
}

/*
 * A quote was opened and never closed: give up that line alone, and read those after it again as
 * rows of their own. Otherwise one stray quote would eat the rest of the list.
 */
static void
give_up_open_row(struct csv *c)
{
	struct buf again = c->open;
	struct str rest = buf_str(&again);
	size_t n;

	buf_init(&c->open, again.ceiling);
	csv_free(&c->parser);
	start_parser(c);
	forget_row(c);
	c->fault = "a quote that is opened on this line is not closed";
	give_row(c);
	c->number = c->row_number;
	c->open_lines = 0;
	for (rest = str_from(rest, whole_line(rest)); (n = whole_line(rest)) > 0;
		rest = str_from(rest, n))
		take_line(c, str_sub(rest, 0, n));
	buf_free(&again);
}

static void
take_line(struct csv *c, struct str line)
{
	if (c->open_lines == 0)
		c->row_number = c->number + 1;
	c->number++;
	csv_parse(&c->parser, line.p, line.n, on_field, on_row, c);
	/* A line's end ends the row, but within quotes. */
	if (!c->parser.quoted) {
		c->open_lines = 0;
		buf_clear(&c->open);
		return;
	}
	buf_add(&c->open, line);
	if (++c->open_lines > CSV_LINES || c->open.n > CSV_FIELD)
		give_up_open_row(c);
}

static void
take_long_line(struct csv *c)
{
	if (c->open_lines)
		give_up_open_row(c);
	c->row_number = ++c->number;
	c->fault = "a line of more than 1 MiB";
	give_row(c);
}

/* Add to the line that has not ended; `ends`: its end is in it. */
static void
add_to_line(struct csv *c, struct str piece, bool ends)
{
	buf_add(&c->line, piece);
	c->skipping = c->skipping || c->line.over;
	if (!ends)
		return;
	if (c->skipping)
		take_long_line(c);
	else
		take_line(c, buf_str(&c->line));
	buf_clear(&c->line);
	c->skipping = false;
}

int
csv_feed(struct csv *c, struct str piece, struct err *e)
{
	size_t n;

	c->e = e;
	/* A CR that ended the last piece: now it shows whether a LF belongs to it. */
	if (piece.n && c->line.n && c->line.p[c->line.n - 1] == '\r') {
		n = piece.p[0] == '\n';
		add_to_line(c, str_sub(piece, 0, n), true);
		piece = str_from(piece, n);
	}
	for (; !c->stopped && (n = whole_line(piece)) > 0; piece = str_from(piece, n))
		if (c->line.n || c->skipping || n > CSV_ROW)
			add_to_line(c, str_sub(piece, 0, n), true);
		else
			take_line(c, str_sub(piece, 0, n));
	if (!c->stopped)
		add_to_line(c, piece, false);
	return c->stopped ? -1 : 0;
}

int
csv_end(struct csv *c, struct err *e)
{
	c->e = e;
	if (!c->stopped && (c->line.n || c->skipping))
		add_to_line(c, c->line.n && c->line.p[c->line.n - 1] == '\r' ? STR("") : STR("\n"),
			true);
	while (!c->stopped && c->open_lines)
		give_up_open_row(c);
	return c->stopped ? -1 : 0;
}

/* Writing */

/* Would a spreadsheet calculate it? As seen behind white space, and behind guards that stand there
 * already, so that taking one away is exact. */
static bool
is_formula(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] == '\'')
		i++;
	while (i < s.n && s.p[i] == ' ')
		i++;
	return i < s.n && strchr("=+-@\t\r\n", s.p[i]) != NULL && s.p[i] != '\0';
}

static bool
needs_quotes(struct str s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (strchr("\",;\t\r\n", s.p[i]) && s.p[i] != '\0')
			return true;
	return s.p[0] == ' ' || s.p[s.n - 1] == ' ';
}

void
csv_put(struct buf *out, struct str field, bool first)
{
	bool quoted = needs_quotes(field);

	if (!first)
		buf_addc(out, ',');
	if (quoted)
		buf_addc(out, '"');
	if (is_formula(field))
		buf_addc(out, '\'');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, field.p[i]);
	}
	if (quoted)
		buf_addc(out, '"');
}

struct str
csv_unguard(struct str field)
{
	if (field.n && field.p[0] == '\'' && is_formula(field))
		return str_from(field, 1);
	return field;
}

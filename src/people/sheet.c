#include "people/sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "people/decode.h"

enum {
	PIECE = 64 * 1024,         /* bytes read at a time */
	HEAD = 64 * 1024,          /* the header row must end within */
	DECODED = 2 * 1024 * 1024, /* of a piece and what was held before it, in UTF-8 */
};

/* One file that is being read. */
struct reading {
	const char *column;
	csv_row_fn *row;
	void *context;
	struct sheet *sheet;
	struct decoder *decoder;
	struct csv *csv; /* NULL until enough is there to see how it is separated */
	struct buf text; /* decoded, and not fed to it yet */
};

/* -- the separator ---------------------------------------------------------------------------- */

struct probe {
	const char *column;
	bool done, found;
};

static int
probe_row(void *context, size_t line, const struct str *fields, size_t n, const char *fault,
	struct err *e)
{
	struct probe *p = context;

	(void)line, (void)fault, (void)e;
	for (size_t i = 0; i < n && !p->done; i++)
		p->found = p->found || str_ieq(str_trim(fields[i]), str_of(p->column));
	p->done = true;
	return 0;
}

static char
sniff_delimiter(struct str head, const char *column)
{
	static const char candidates[] = { ',', ';', '\t' };

	for (size_t i = 0; i < sizeof candidates; i++) {
		struct probe probe = { .column = column };
		struct err ignored;
		struct csv *csv = csv_open(candidates[i], probe_row, &probe);

		if (csv_feed(csv, head, &ignored) == 0)
			(void)csv_end(csv, &ignored);
		csv_close(csv);
		if (probe.found)
			return candidates[i];
	}
	return ',';
}

/*
 * Excel writes "sep=;" as a first line of its own where it was told to. Its length without the line's
 * end; 0: there is none.
 */
static size_t
named_delimiter(struct str text, char *delimiter)
{
	size_t quote = text.n && text.p[0] == '"', end = quote + sizeof "sep=" - 1, at;

	if (text.n < end + 1 + quote || !str_ieq(str_sub(text, quote, 4), STR("sep=")) ||
		!strchr(",;\t|", text.p[end]) || (quote && text.p[end + 1] != '"'))
		return 0;
	at = end;
	end += 1 + quote;
	if (end >= text.n || (text.p[end] != '\r' && text.p[end] != '\n'))
		return 0;
	*delimiter = text.p[at];
	return end;
}

/* Does the text hold a whole line that is not blank? */
static bool
has_line(struct str text)
{
	bool content = false;

	for (size_t i = 0; i < text.n; i++) {
		if (content && (text.p[i] == '\n' || text.p[i] == '\r'))
			return true;
		content = content || (text.p[i] != '\n' && text.p[i] != '\r');
	}
	return false;
}

/* -- reading ---------------------------------------------------------------------------------- */

static int
feed(struct reading *r, bool last, struct err *e)
{
	struct str text = buf_str(&r->text);
	int status;

	if (!r->csv) {
		if (!last && !has_line(text) && text.n < HEAD)
			return 0;
		/* What is left of the line is a blank one, so that lines are counted right. */
		text = str_from(text, named_delimiter(text, &r->sheet->delimiter));
		if (!r->sheet->delimiter)
			r->sheet->delimiter = sniff_delimiter(text, r->column);
		r->csv = csv_open(r->sheet->delimiter, r->row, r->context);
	}
	status = csv_feed(r->csv, text, e);
	buf_clear(&r->text);
	if (status == 0 && last)
		status = csv_end(r->csv, e);
	return status;
}

static ssize_t
read_piece(int fd, char *to, size_t room)
{
	ssize_t n;

	do
		n = read(fd, to, room);
	while (n < 0 && errno == EINTR);
	return n;
}

static int
read_all(struct reading *r, int fd, struct err *e)
{
	char *piece = mem_alloc(PIECE);
	int status = 0;
	ssize_t n = 1;

	while (status == 0 && n > 0) {
		n = read_piece(fd, piece, PIECE);
		if (n < 0) {
			status = err_set(e, ERR_IO, "%s", strerror(errno));
			break;
		}
		status = decoder_feed(r->decoder, (struct str){ .p = piece, .n = (size_t)n },
			n == 0, &r->text, e);
		snprintf(r->sheet->encoding, sizeof r->sheet->encoding, "%s",
			decoder_encoding(r->decoder));
		if (status == 0)
			status = feed(r, n == 0, e);
	}
	free(piece);
	return status;
}

int
sheet_read(int fd, const char *encoding, const char *column, csv_row_fn *row, void *context,
	struct sheet *out, struct err *e)
{
	struct reading r = { .column = column, .row = row, .context = context, .sheet = out };
	int status;

	*out = (struct sheet){ 0 };
	if (decoder_open(encoding, &r.decoder, e) < 0)
		return -1;
	buf_init(&r.text, DECODED);
	status = read_all(&r, fd, e);
	csv_close(r.csv);
	decoder_close(r.decoder);
	buf_free(&r.text);
	return status;
}

void
sheet_tell(const struct sheet *sheet, const char *file)
{
	if (sheet->delimiter && sheet->delimiter != ',')
		log_info("%s: separated by %s", file,
			sheet->delimiter == ';'    ? "semicolons"
			: sheet->delimiter == '\t' ? "tabs"
						   : "bars");
	if (*sheet->encoding && strcmp(sheet->encoding, "UTF-8") != 0)
		log_info("%s: read as %s", file, sheet->encoding);
}

#include "store/packed.h"

#include <endian.h>
#include <math.h>
#include <string.h>

enum { WIDEST = 8, DOUBLES = 16, PADDING = WIDEST - 1, BEHIND_COUNTERS = PACKED_DOWNLOADS };

#define MOST_DOUBLED 9007199254740992.0 /* 2^53: beyond it not every integer is a double */

/* -- writing ---------------------------------------------------------------------------------- */

static bool
is_half(double score)
{
	double twice = score * 2;

	return twice >= 0 && twice < MOST_DOUBLED && twice == floor(twice);
}

static uint64_t
score_of(const struct observation *o, bool doubles)
{
	double score = o->has_score ? o->score : NAN;
	uint64_t bits;

	if (!doubles)
		return o->has_score ? (uint64_t)(score * 2) + 1 : 0;
	memcpy(&bits, &score, sizeof bits);
	return bits;
}

/* What stands in a column. */
static uint64_t
number_in(const struct observation *o, size_t column, bool doubles)
{
	switch ((enum packed_column)column) {
	case PACKED_ENTITY:
		return (uint64_t)o->entity;
	case PACKED_VALUE:
		return (uint64_t)o->value;
	case PACKED_SCORE:
		return score_of(o, doubles);
	case PACKED_DOWNLOADS:
		return o->has_downloads ? (uint64_t)o->downloads + 1 : 0;
	case PACKED_FORKS:
		return o->has_forks ? (uint64_t)o->forks + 1 : 0;
	case PACKED_COLUMNS:
		break;
	}
	return 0;
}

static size_t
width_of(const struct observation *list, size_t n, size_t column, bool doubles)
{
	uint64_t all = 0;
	size_t width = 0;

	for (size_t i = 0; i < n; i++)
		all |= number_in(&list[i], column, doubles);
	for (; all; all >>= 8)
		width++;
	return width;
}

static void
write_columns(const struct observation *list, size_t n, size_t from, size_t to, bool doubles,
	struct buf *b)
{
	static const char zeros[PADDING];
	size_t widths[PACKED_COLUMNS];

	for (size_t c = from; c < to; c++) {
		bool wide = doubles && c == PACKED_SCORE;

		widths[c] = wide ? WIDEST : width_of(list, n, c, doubles);
		buf_addc(b, (char)(wide ? DOUBLES : widths[c]));
	}
	for (size_t c = from; c < to; c++)
		for (size_t i = 0; i < n; i++) {
			uint64_t number = htole64(number_in(&list[i], c, doubles));

			buf_add(b, (struct str){ .p = (const char *)&number, .n = widths[c] });
		}
	buf_add(b, (struct str){ .p = zeros, .n = sizeof zeros });
}

void
packed_write(const struct observation *list, size_t n, struct buf *counters, struct buf *details)
{
	bool doubles = false;

	for (size_t i = 0; i < n; i++)
		doubles = doubles || (list[i].has_score && !is_half(list[i].score));
	write_columns(list, n, 0, BEHIND_COUNTERS, doubles, counters);
	write_columns(list, n, BEHIND_COUNTERS, PACKED_COLUMNS, doubles, details);
}

/* -- reading ---------------------------------------------------------------------------------- */

static bool
read_width(struct packed *p, size_t column, size_t width)
{
	if (column == PACKED_SCORE && width == DOUBLES) {
		p->doubles = true;
		width = WIDEST;
	}
	if (width > WIDEST)
		return false;
	p->columns[column].width = width;
	p->columns[column].mask = width == WIDEST ? UINT64_MAX : (UINT64_C(1) << 8 * width) - 1;
	return true;
}

/* False unless they are n rows; the counters say how many there are. */
static bool
open_columns(struct packed *p, struct str bytes, size_t from, size_t to)
{
	size_t row = 0, size;

	if (bytes.n < to - from + PADDING)
		return false;
	for (size_t c = from; c < to; c++) {
		if (!read_width(p, c, (unsigned char)bytes.p[c - from]))
			return false;
		row += p->columns[c].width;
	}
	size = bytes.n - (to - from) - PADDING;
	if (from == 0)
		p->n = row ? size / row : 0;
	if (size != p->n * row)
		return false;
	bytes = str_from(bytes, to - from);
	for (size_t c = from; c < to; c++) {
		p->columns[c].bytes = bytes.p;
		bytes = str_from(bytes, p->columns[c].width * p->n);
	}
	return true;
}

bool
packed_open(struct str counters, struct str details, struct packed *out)
{
	*out = (struct packed){ 0 };
	if (!open_columns(out, counters, 0, BEHIND_COUNTERS))
		return false;
	return details.n == 0 || open_columns(out, details, BEHIND_COUNTERS, PACKED_COLUMNS);
}

static uint64_t
get(const struct packed *p, enum packed_column column, size_t i)
{
	uint64_t number;

	if (p->columns[column].width == 0)
		return 0;
	memcpy(&number, p->columns[column].bytes + i * p->columns[column].width, sizeof number);
	return le64toh(number) & p->columns[column].mask;
}

int64_t
packed_entity(const struct packed *p, size_t i)
{
	return (int64_t)get(p, PACKED_ENTITY, i);
}

int64_t
packed_value(const struct packed *p, size_t i)
{
	return (int64_t)get(p, PACKED_VALUE, i);
}

double
packed_score(const struct packed *p, size_t i)
{
	uint64_t bits = get(p, PACKED_SCORE, i);
	double score;

	if (!p->doubles)
		return bits ? (double)(bits - 1) / 2 : -1;
	memcpy(&score, &bits, sizeof score);
	return isnan(score) ? -1 : score;
}

struct observation
packed_at(const struct packed *p, size_t i)
{
	double score = packed_score(p, i);
	uint64_t downloads = get(p, PACKED_DOWNLOADS, i), forks = get(p, PACKED_FORKS, i);

	return (struct observation){ .entity = packed_entity(p, i),
		.value = packed_value(p, i),
		.has_score = score >= 0,
		.score = score >= 0 ? score : 0,
		.has_downloads = downloads != 0,
		.downloads = downloads ? (int64_t)(downloads - 1) : 0,
		.has_forks = forks != 0,
		.forks = forks ? (int64_t)(forks - 1) : 0 };
}

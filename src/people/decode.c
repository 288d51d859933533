#include "people/decode.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct decoder {
	char name[64];   /* the encoding; empty until the first bytes were seen */
	iconv_t iconv;   /* (iconv_t)-1: it is UTF-8 and passed on */
	struct buf held; /* what is not decoded yet: the first bytes, or half a character */
	bool converts;   /* or else it is UTF-8 and passed on */
	bool begun;
};

static bool
is_utf8_name(const char *name)
{
	struct str s = str_of(name);

	return str_ieq(s, STR("utf-8")) || str_ieq(s, STR("utf8"));
}

/* Only a name: "//TRANSLIT" and the like would have iconv make up what is not there. */
static bool
is_name(const char *name)
{
	return *name && strlen(name) < 64 &&
	       strspn(name,
		       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+") ==
		       strlen(name);
}

static int
start(struct decoder *d, const char *encoding, struct err *e)
{
	if (is_name(encoding)) {
		snprintf(d->name, sizeof d->name, "%s", encoding);
		if (is_utf8_name(encoding))
			return 0;
		d->iconv = iconv_open("UTF-8", encoding);
		/* That is how iconv_open says no. */
		d->converts = (intptr_t)d->iconv != -1;
	}
	if (!d->converts)
		return err_set(e, ERR_USAGE,
			"'%s' is no encoding that is known here; like utf-8, utf-16le, latin1, "
			"windows-1252",
			encoding);
	return 0;
}

int
decoder_open(const char *encoding, struct decoder **out, struct err *e)
{
	struct decoder *d = mem_alloc(sizeof *d);

	*d = (struct decoder){ 0 };
	buf_init(&d->held, 1 << 20);
	if (encoding && start(d, encoding, e) < 0) {
		decoder_close(d);
		return -1;
	}
	*out = d;
	return 0;
}

void
decoder_close(struct decoder *d)
{
	if (!d)
		return;
	if (d->converts)
		iconv_close(d->iconv);
	buf_free(&d->held);
	free(d);
}

const char *
decoder_encoding(const struct decoder *d)
{
	return d->name;
}

static const struct {
	struct str first;
	const char *what; /* in the way of a text */
} packed[] = {
	{ { "\x1f\x8b", 2 }, "packed by gzip; unpack it first" },
	{ { "PK\x03\x04", 4 }, "a ZIP archive or a spreadsheet; save it as CSV" },
	{ { "\xd0\xcf\x11\xe0", 4 }, "an old Excel or Word file; save it as CSV" },
	{ { "\x28\xb5\x2f\xfd", 4 }, "packed by zstd; unpack it first" },
	{ { "%PDF-", 5 }, "a PDF" },
};

static const struct {
	struct str mark;
	const char *name;
} marks[] = {
	{ { "\xef\xbb\xbf", 3 }, "UTF-8" },
	/* Before UTF-16, whose mark is the beginning of this one's. */
	{ { "\xff\xfe\0\0", 4 }, "UTF-32LE" },
	{ { "\0\0\xfe\xff", 4 }, "UTF-32BE" },
	{ { "\xff\xfe", 2 }, "UTF-16LE" },
	{ { "\xfe\xff", 2 }, "UTF-16BE" },
};

/* Does the mark go with the encoding that was named? "utf-16" takes either. */
static bool
fits(const char *mark_name, const char *named)
{
	return !*named || strncasecmp(mark_name, named, strlen(named)) == 0 ||
	       (is_utf8_name(mark_name) && is_utf8_name(named));
}

/* Look at the first bytes: what is it, and is there a mark to drop? */
static int
begin(struct decoder *d, struct err *e)
{
	struct str first = buf_str(&d->held);

	d->begun = true;
	for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++)
		if (str_starts(first, packed[i].first))
			return err_set(e, ERR_DATA, "not a CSV file but %s", packed[i].what);
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		if (!str_starts(first, marks[i].mark) || !fits(marks[i].name, d->name))
			continue;
		buf_drop(&d->held, marks[i].mark.n);
		if (d->converts)
			iconv_close(d->iconv);
		d->converts = false;
		return start(d, marks[i].name, e);
	}
	return *d->name ? 0 : start(d, "UTF-8", e);
}

/* Octets of a code unit. */
static size_t
unit_of(const char *name)
{
	return strncasecmp(name, "UTF-16", 6) == 0   ? 2
	       : strncasecmp(name, "UTF-32", 6) == 0 ? 4
						     : 1;
}

/* Decode what is held as far as it goes. */
static void
convert(struct decoder *d, bool last, struct buf *out)
{
	char *from = d->held.p;
	size_t left = d->held.n;

	while (left > 0) {
		size_t room = left * 2 + 64, room_left = room;
		char *to = buf_room(out, room);
		size_t status;

		if (!to)
			break;
		status = iconv(d->iconv, &from, &left, &to, &room_left);
		buf_took(out, room - room_left);
		if (status != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL && !last)
			break;
		buf_addc(out, '\xff');
		/* One code unit on, so that the next one is read at its right edge. */
		for (size_t unit = unit_of(d->name); unit && left; unit--)
			from++, left--;
	}
	buf_drop(&d->held, d->held.n - left);
}

int
decoder_feed(struct decoder *d, struct str piece, bool last, struct buf *out, struct err *e)
{
	buf_add(&d->held, piece);
	if (!d->begun && !last && d->held.n < 8)
		return 0;
	if (!d->begun && begin(d, e) < 0)
		return -1;
	if (d->converts) {
		convert(d, last, out);
	} else {
		buf_add(out, buf_str(&d->held));
		buf_clear(&d->held);
	}
	if (out->over || d->held.over)
		return err_set(e, ERR_INTERNAL, "a piece of the file is too large");
	return 0;
}

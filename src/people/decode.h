/* decode.h: a file that people send us, as UTF-8, piece by piece. What its encoding is, is said by
 * name or by a byte order mark; it is never guessed. */
#ifndef PEOPLE_DECODE_H
#define PEOPLE_DECODE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct decoder;

/*
 * `encoding` is a name that iconv(3) knows ("latin1", "windows-1252"), or NULL: UTF-8, or UTF-16 if
 * the file begins with its mark. ERR_USAGE when there is no such encoding. decoder_close takes
 * NULL.
 */
int decoder_open(const char *encoding, struct decoder **out, struct err *e);
void decoder_close(struct decoder *d);

/*
 * Append the piece to out. What cannot be decoded becomes a byte 0xFF, which is never UTF-8, so
 * that who reads it sees where the fault is. UTF-8 itself is passed on unchecked, without its mark.
 * ERR_DATA for what is no text at all: a packed file, a spreadsheet. `last`: nothing follows.
 */
int decoder_feed(struct decoder *d, struct str piece, bool last, struct buf *out, struct err *e);

/* What it turned out to be, for messages: "UTF-8", "UTF-16LE". */
const char *decoder_encoding(const struct decoder *d);

#endif

/* undo.h: the encodings of mail taken back, strictly: what is not exactly as RFC 2045 and 2047
 * have it is refused. Pure. */
#ifndef MAIL_UNDO_H
#define MAIL_UNDO_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Quoted-printable in CRLF lines. False, and in *why and *line what is wrong and where (from 1): a
 * line over 76, a blank at its end, "=" without two upper-case hex digits, an octet that must have
 * been encoded. A line end is LF in `out`.
 */
bool undo_qp(struct str s, struct buf *out, const char **why, size_t *line);

/* base64 in CRLF lines of at most 76, padded, spare bits zero. */
bool undo_base64(struct str s, struct buf *out, const char **why, size_t *line);

/*
 * A header's value, unfolded, with its encoded words (RFC 2047: utf-8 in B or Q, at most 75, whole
 * characters each, white space around them) as text. False and why.
 */
bool undo_words(struct str value, struct buf *out, const char **why);

#endif

/* encode.h: quoted-printable, base64 and RFC 2047 encoded words; letter marks pass through
 * unharmed. Pure. */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Quoted-printable (RFC 2045 6.7) of UTF-8 text with LF or CRLF line ends: lines of at most 76,
 * CRLF out, upper-case hex, no trailing blank, '.' and "From " at the start of a line encoded, soft
 * breaks never inside a character's octets. A letter mark stands on a line of its own between soft
 * breaks.
 */
void encode_qp(struct str text, struct buf *out);

/* A slot's value for the line of its own that encode_qp left for it: the same rules, soft-broken,
 * no break before or behind. */
void encode_qp_value(struct str value, struct buf *out);

/* base64 (RFC 2045 6.8) in CRLF lines of 76. */
void encode_base64(struct str bytes, struct buf *out);

#endif

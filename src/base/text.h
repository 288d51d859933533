/* text.h: libunistring's door: what is good UTF-8, how wide it is, how to clean and cut what
 * strangers wrote. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* Well-formed UTF-8 (RFC 3629)? NUL is a character like others here. */
bool text_is_utf8(struct str s);
bool text_is_ascii(struct str s);

/* The first character: its length, 0 at the end or when it is malformed (then *c is U+FFFD). */
size_t text_char(struct str s, uint32_t *c);

/* Columns that s takes in a terminal: wide characters 2, combining marks and format characters 0
 * (emoji sequences: 2). */
size_t text_width(struct str s);

/* NFC; s must be UTF-8. */
struct str text_nfc(struct str s, struct arena *a);
/* Lower case of ASCII's letters alone; all other bytes as they are. NUL-terminated. */
struct str text_lower(struct str s, struct arena *a);
/* Lower case, locale-independent, then NFC; for comparing. */
struct str text_fold(struct str s, struct arena *a);

/*
 * One line from a stranger made fit to print (RELIABILITY H1, U1, U3): malformed bytes become
 * U+FFFD; C0, DEL, C1 and line and paragraph separators become a space; bidi controls, zero-width
 * characters (but ZWJ and ZWNJ between characters that need them), tags and the BOM go; runs of
 * white space become one space, trimmed; NFC. text_is_clean: would it come back as it is?
 */
struct str text_clean(struct str s, struct arena *a);
bool text_is_clean(struct str s);

/* At most n columns, cut before a word where one ends in the second half, "…" put behind; never
 * within a grapheme. */
struct str text_cut(struct str s, size_t columns, struct arena *a);

/* The same of a stranger's words, cleaned: what may be megabytes is looked at for `most` bytes only. */
struct str text_excerpt(struct str s, size_t most, size_t columns, struct arena *a);

/* The letter mixes scripts in a way that a name does not (Latin with Cyrillic or Greek): for
 * warnings. */
bool text_mixes_scripts(struct str s);

/* Is a character of it of the script, by its name in Unicode ("Latin")? */
bool text_has_script(struct str s, const char *script);

/* How a language (BCP 47) is written, as HTML's dir says it: "ltr" or "rtl". */
const char *text_direction(const char *language);

/* Does its first letter say that it is read from right to left (UAX #9, P2)? */
bool text_is_right_to_left(struct str s);

/* Append the character as UTF-8; it is one (no surrogate, at most U+10FFFF). */
void text_put(uint32_t c, struct buf *out);

/* Append s with & < > " ' as entities: good for HTML text and for quoted attributes. */
void text_html(struct str s, struct buf *out);
/* Append s percent-encoded but for RFC 3986's unreserved characters. */
void text_url(struct str s, struct buf *out);
/* The length of "https://" or "http://", in any case, that it begins with; 0: neither. */
size_t text_web_scheme(struct str url);

/* A whole URL from a stranger, with what has no place in one (blanks, quotes, brackets, controls, all
 * that is not ASCII) percent-encoded. */
struct str text_tidy_url(struct str url, struct arena *a);

/*
 * Wrap one paragraph (its white space folded) at `columns` of display width, `first` before its
 * first line and `rest` before the others (both count). A word that is too long stands alone, uncut,
 * but for Chinese, Japanese and the like, which has no blanks: lines end in it where UAX #14 lets
 * them. Lines end in LF.
 */
void text_wrap(struct str s, size_t columns, struct str first, struct str rest, struct buf *out);

#endif

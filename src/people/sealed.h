/* sealed.h: a visitor's wish as one line that the sender alone can read. Pure. */
#ifndef PEOPLE_SEALED_H
#define PEOPLE_SEALED_H

#include "people/wish.h"

/*
 * A line is "1 " and, as base64url, what sign_seal made of the wish's text: netstrings in pairs, a
 * name and its value ("4:kind,5:leave,"), and blanks up to a multiple of SEALED_STEP, so that its
 * length does not tell a long address from a short one. Whoever robs the spool reads how many
 * wishes there were, and when; whoever writes into it can ask for what any visitor could.
 */
enum { SEALED_STEP = 512, SEALED_TEXT_LIMIT = 16 * 1024, SEALED_LINE_LIMIT = 24 * 1024 };

/* The words of the kinds: "subscribe", "leave", "erase", ... */
const char *sealed_kind_name(enum wish_kind kind);

/* Add the line, without an end, to out. False when it is longer than a line may be. */
bool sealed_write(const struct wish *w, const uint8_t public[static SEAL_PUBLIC], struct buf *out);

/*
 * Read one; *hash (SEALED_HASH bytes) tells it from all others. False, and *why, when it is none:
 * not sealed to this pair, changed, or no wish inside. What is in *out lives in the arena.
 */
enum { SEALED_HASH = 32 };
bool sealed_read(struct str line, const struct spool_pair *pair, struct arena *a, struct wish *out,
	uint8_t hash[static SEALED_HASH], const char **why);

/* The text alone, for the two above and for tests. The wish borrows from it. */
void sealed_print(const struct wish *w, struct buf *out);
bool sealed_parse(struct str text, struct wish *out, const char **why);

#endif

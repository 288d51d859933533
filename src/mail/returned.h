/* returned.h: what a returned message's header tells of it: whether it was ours, and to whom it went.
 * Pure. */
#ifndef MAIL_RETURNED_H
#define MAIL_RETURNED_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"

enum { RETURNED_RECIPIENTS = 8 };

/* Who it was from and to, for telling recipients from bystanders. */
struct returned {
	struct str to[RETURNED_RECIPIENTS];
	size_t to_count;
};

/* Read a returned header, or prose that has one in it: its clues are added to out. */
void returned_read(struct str header, struct arena *a, struct returned *r, struct report *out);

/* The header of the incoming message itself: where it was sent to, and what its subject asks for. */
void returned_envelope(struct str header, struct str subject, struct arena *a, struct report *out);

#endif

/* listing.h: what a mailbox's server answers when it is asked what there is. Pure. */
#ifndef NET_LISTING_H
#define NET_LISTING_H

#include "base/arena.h"
#include "base/str.h"
#include "net/mailbox.h"

/* POP3: the answers to UIDL and LIST (RFC 1939), both in the order of the numbers. *n of them, in the
 * arena; a line that is no such is passed over. */
void listing_pop3(
	struct str ids, struct str sizes, struct arena *a, struct mailbox_entry **out, size_t *n);

/* IMAP: the answer to UID SEARCH (RFC 3501). */
void listing_imap(struct str answer, uint64_t validity, struct arena *a, struct mailbox_entry **out,
	size_t *n);

/* The number behind a word of an answer; 0: it is not there. */
uint64_t listing_number(struct str answer, struct str word);

#endif

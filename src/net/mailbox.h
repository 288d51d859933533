/* mailbox.h: a mailbox that is read by POP3 or IMAP: what is in it, each message once, and nothing
 * is gone before we say so. */
#ifndef NET_MAILBOX_H
#define NET_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "net/login.h"

struct mailbox_options {
	const char
		*url; /* pop3://HOST, pop3s://, imap://HOST/FOLDER (INBOX without one), imaps:// */
	const char *user, *password; /* or NULL; both are copied */
	const char *ca_file;         /* or NULL: the system's */
	enum login_tls tls; /* pop3s and imaps are TLS from the first byte, whatever this says */
	int64_t patience;   /* microseconds for one command, connecting included */
};

struct mailbox;

/* Connect and log in. ERR_UNAVAILABLE: nobody answers; ERR_CONFIG: credentials are refused, TLS does
 * not verify, no such folder. mailbox_close takes NULL. */
int mailbox_open(const struct mailbox_options *o, struct mailbox **out, struct err *e);
void mailbox_close(struct mailbox *m);

/* One message that is in it. `id` names it for good, also in later sessions: POP3's UIDL, or IMAP's
 * UIDVALIDITY and UID. */
struct mailbox_entry {
	struct str id;
	uint64_t number; /* in this session */
	uint64_t octets; /* its size; 0: not known (IMAP) */
};

/* What is in it now, oldest first, in the arena. */
int mailbox_list(
	struct mailbox *m, struct arena *a, struct mailbox_entry **out, size_t *n, struct err *e);

/* Append the message as it came, as many of its octets as `out` has room for. 1 got it, 0 it is not
 * there any more. With IMAP it counts as unread afterwards. */
int mailbox_fetch(
	struct mailbox *m, const struct mailbox_entry *which, struct buf *out, struct err *e);

/* It may go. It is gone once mailbox_finish has returned 0; a connection that is lost before leaves
 * it there. */
int mailbox_remove(struct mailbox *m, const struct mailbox_entry *which, struct err *e);
int mailbox_finish(struct mailbox *m, struct err *e);

#endif

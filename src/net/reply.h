/* reply.h: SMTP replies: reading them strictly from a stream, and what they mean. Pure. */
#ifndef NET_REPLY_H
#define NET_REPLY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Ceilings (RELIABILITY S9): 64 KiB and 1,000 lines a reply; kept: 8 KiB of a line, 1,000 bytes of
 * text, escaped. */
enum { REPLY_TEXT = 1000 };

struct reply {
	int code;                   /* 200 to 599 */
	int class, subject, detail; /* RFC 3463 enhanced status, class 0 when there was none or it
				       does not agree with the code */
	char text[REPLY_TEXT + 1];  /* the words, lines joined by " / ", log_escape'd */
};

enum reply_progress {
	REPLY_MORE, /* not whole yet */
	REPLY_DONE,
	REPLY_BAD, /* not SMTP, or past a ceiling: the session must be closed */
};

struct reply_parser {
	struct buf line;
	struct reply reply;
	size_t bytes, lines;
	size_t text_used;
	struct buf *keep; /* NULL, or where the words go as they came, a line each */
	bool started;
};

void reply_init(struct reply_parser *p);
void reply_free(struct reply_parser *p);

/*
 * Take bytes from the front of *in up to the end of one reply. On REPLY_DONE p->reply holds it and
 * *in what came behind it; the next call begins a new one. Lines end in CR LF; a lone LF is taken
 * for an end of line as well (there are servers that write it, some in one line of many; nothing
 * that we say holds an LF that could be echoed). A NUL or 8-bit octet is kept escaped. The codes of the lines of one reply must agree (RFC 5321 4.2.1).
 */
enum reply_progress reply_take(struct reply_parser *p, struct str *in);

/* Where a reply came in the session, and what follows from it (RELIABILITY part C). */
enum reply_phase {
	REPLY_GREETING,
	REPLY_EHLO,
	REPLY_AUTH,
	REPLY_MAIL,
	REPLY_RCPT,
	REPLY_DATA,
	REPLY_FINAL
};

enum reply_meaning {
	REPLY_ACCEPTED,
	REPLY_DEFER,       /* try this recipient again later */
	REPLY_FAIL_RCPT,   /* hard: the address is no good */
	REPLY_FAIL_SOFT,   /* this issue fails for this person, counts as a soft bounce (5.2.2:
			      mailbox full) */
	REPLY_FAIL_POLICY, /* this issue fails for this person, the address is not to blame (5.7.x,
			      content, size) */
	REPLY_SLOW_DOWN,   /* defer, and the relay or domain wants less (421, 450, 451, 454 about
			      rate) */
	REPLY_ABORT,       /* this relay cannot be used in this run: refused sender, auth, TLS */
};

/* RELIABILITY S2, S3, S7 and part C, row by row. */
enum reply_meaning reply_judge(enum reply_phase phase, const struct reply *r);

#endif

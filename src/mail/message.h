/* message.h: a whole message of ours with its slots: the header set, in its order, and the MIME
 * body. Pure. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/letter.h"
#include "mail/mime.h"

/* What is the same for everybody. Empty strs leave their header out. */
struct message {
	struct str from_name, from_email, reply_to;
	struct str subject;
	struct str list_name, list_id;
	struct str unsubscribe_url;    /* up to the token: "https://post.example.org/u/" */
	struct str unsubscribe_mailto; /* address, or empty */
	struct str archived_at;        /* URL */
	struct str feedback_id;
	struct str edition_hash; /* of a test copy: the edition's that it is a copy of */
	bool auto_generated;     /* Auto-Submitted: notes, and issues nobody edited */
	bool one_click;          /* List-Unsubscribe headers: issues yes, notes no */
	struct str text, html;   /* UTF-8, LF, with marks */
	const struct mime_picture *pictures;
	size_t picture_count;
};

/* Write it and freeze it; bytes and letter live in the arena. Exactly one of each header
 * (RELIABILITY H3). */
int message_freeze(const struct message *m, struct arena *a, struct letter *out, struct err *e);

#endif

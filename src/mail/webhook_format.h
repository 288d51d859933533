/* webhook_format.h: what the providers' readers share, and the readers: one file each, one row in
 * webhook.c's table. */
#ifndef MAIL_WEBHOOK_FORMAT_H
#define MAIL_WEBHOOK_FORMAT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "mail/report.h"
#include "mail/webhook.h"

/* A post being read: its reports as they are found. */
struct webhook {
	struct arena *arena;
	struct str header, body; /* the body is JSON, checked and mended */
	struct str raw;          /* and as it came: what is signed */
	const struct webhook_keys *keys;
	struct report **reports;
	size_t count, room;
	bool is_signed;
};

typedef int webhook_fn(struct webhook *w, struct err *e);
webhook_fn webhook_ses, webhook_sendgrid, webhook_mailgun, webhook_postmark;

/* A report more, of an event with this id; webhook_for: its recipient, or NULL when the address is
 * none. */
struct report *webhook_add(struct webhook *w, enum report_sort sort, struct str id);
struct report_recipient *webhook_for(struct webhook *w, struct report *r, struct str address,
	enum report_kind kind, struct str reason);

/* A Message-ID as providers write it, with or without < >. */
void webhook_message_id(struct report *r, struct str id);

/* A failure that the provider calls final: hard where status and words do not excuse the recipient.
 * Where it is not final, soft. */
void webhook_judge(struct webhook *w, struct report_recipient *to, bool final, struct str status,
	struct str words);

/* A field of the post's header, or empty. */
struct str webhook_header(const struct webhook *w, const char *name);

/* Is it SES's JSON, with or without SNS's envelope? Their notifications come by mail as well. */
bool webhook_is_ses(struct str body);

#endif

/* bounce_reports.h: from what is given to `morningpost bounce` to reports. */
#ifndef CMD_BOUNCE_REPORTS_H
#define CMD_BOUNCE_REPORTS_H

#include "base/arena.h"
#include "base/err.h"
#include "mail/report.h"
#include "mail/webhook.h"
#include "settings/publication.h"

/* A megabyte a message is read of; a file may hold many. */
enum { BOUNCE_FILE_MAX = 64 * 1000 * 1000 };

struct bounce_reports {
	struct report **p;
	size_t n;
	size_t unread; /* messages that could not be read: told, and left to a person */
};

/* A whole file, or standard input ("-"). ERR_NOINPUT, ERR_IO; ERR_DATA when it is too long. */
int bounce_bytes(const char *file, struct arena *a, struct str *out, struct err *e);

/* The keys that the settings name (bounce.webhooks); those that are not named are empty. ERR_CONFIG when
 * one cannot be read. */
int bounce_keys(
	const struct publication *p, struct arena *a, struct webhook_keys *out, struct err *e);

/* Messages: an mbox or a single one. `name` is for what is told. */
int bounce_read_mail(const char *name, struct str bytes, struct arena *a,
	struct bounce_reports *out, struct err *e);

/* A webhook's post: its body, with the request's header in front where it was given. */
int bounce_read_webhook(const char *name, enum webhook_format format, struct str bytes,
	const struct webhook_keys *keys, struct arena *a, struct bounce_reports *out,
	struct err *e);

#endif

/* webhook.h: what mail providers post about deliveries (JSON), as reports; signatures checked where
 * there are any. Pure: keys are passed in. */
#ifndef MAIL_WEBHOOK_H
#define MAIL_WEBHOOK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "mail/report.h"

enum webhook_format { WEBHOOK_SES, WEBHOOK_SENDGRID, WEBHOOK_MAILGUN, WEBHOOK_POSTMARK };

/* "ses", "sendgrid", "mailgun", "postmark". */
bool webhook_format_of(struct str name, enum webhook_format *out);

enum { WEBHOOK_MAX = 1000 * 1000, WEBHOOK_EVENTS = 10 * 1000 };

/* The content of key files; empty: none, and what is signed is not checked (report.is_signed false). */
struct webhook_keys {
	struct str
		sendgrid;   /* the verification key as their page shows it: base64 of a P-256 key */
	struct str mailgun; /* the HTTP webhook signing key */
	struct str ses; /* PEM: the certificate that SNS signs with, fetched beforehand by hand */
};

/*
 * One report for every event of interest (bounces, complaints, refusals; opens and clicks give none). `header` is the request's header where the program was given it (SendGrid signs there), else
 * empty. ERR_DATA: no such JSON, or a signature that is wrong or missing where a key is set.
 */
int webhook_read(enum webhook_format format, struct str header, struct str body,
	const struct webhook_keys *keys, struct arena *a, struct report ***out, size_t *n,
	struct err *e);

#endif

/* bounce_intake.h: the road of `morningpost bounce` that changes something: from a message to what
 * follows from it, told a line each. */
#ifndef CMD_BOUNCE_INTAKE_H
#define CMD_BOUNCE_INTAKE_H

#include "cmd/desk.h"
#include "mail/webhook.h"
#include "people/returned.h"

struct intake {
	struct context *c;
	struct desk desk;
	struct keys keys; /* with the secrets */
	struct returning returning;
	bool dry_run; /* only show what the reports say; all of it stays where it is */
	int64_t read, kept, off, left;
};

/* Open the publication; intake_close when it returned 0. */
int intake_open(struct intake *in, struct context *c, bool dry_run, struct err *e);
void intake_close(struct intake *in);

/* One report; `label` is where it came from. *keep: it is for a person, who should find it where it
 * is. */
int intake_report(struct intake *in, const char *label, const struct report *report, bool *keep,
	struct err *e);
/* One message, read by a child. One that cannot be read is kept too. */
int intake_message(
	struct intake *in, const char *label, struct str bytes, bool *keep, struct err *e);

/* A file of one message or many (mbox); "-": standard input, of which what is for a person is put into
 * var/unmatched/, as it is nowhere else. */
int intake_file(struct intake *in, const char *file, struct str bytes, struct err *e);
/* A webhook's post; of standard input it is put there too when anything in it is for a person. */
int intake_post(struct intake *in, const char *file, struct str bytes, enum webhook_format format,
	struct err *e);
/* All of a Maildir, or of a folder of messages; what was dealt with is moved to done/ in it. */
int intake_maildir(struct intake *in, const char *path, struct err *e);
/* The mailbox of the settings; what was dealt with is removed from it. */
int intake_fetch(struct intake *in, struct err *e);

/* The sum, for people. */
void intake_tell(const struct intake *in);

#endif

/* bounce_fetch.c: `morningpost bounce --fetch`: the mailbox of the settings; nothing is removed from it
 * before what it says is recorded. */
#include "base/fault.h"
#include "base/log.h"
#include "cmd/bounce_intake.h"
#include "cmd/mailboxes.h"
#include "mail/reading.h"

/* One run through a mailbox. */
struct fetch {
	struct intake *in;
	struct mailbox *mailbox;
	struct str name; /* by which what stays is remembered */
	struct arena arena;
	struct mailbox_entry *entries;
	size_t count;
	bool *stays; /* of each of them */
};

/* One that was not looked at before: record, then let it go. */
static int
take_new(struct fetch *f, size_t i, struct err *e)
{
	const struct mailbox_entry *entry = &f->entries[i];
	const char *label =
		arena_printf(&f->arena, "%.*s %.*s", STR_ARG(f->name), STR_ARG(entry->id));
	struct buf message;
	int status;

	buf_init(&message, READING_MAX);
	status = mailbox_fetch(f->mailbox, entry, &message, e);
	if (status > 0) {
		status = intake_message(f->in, label, buf_str(&message), &f->stays[i], e);
		FAULT("bounce-recorded");
		if (status == 0 && !f->stays[i])
			status = mailbox_remove(f->mailbox, entry, e);
	}
	buf_free(&message);
	return status;
}

static int
take_all(struct fetch *f, struct err *e)
{
	for (size_t i = 0; i < f->count; i++) {
		int seen = f->in->dry_run
				   ? 0
				   : bounce_seen(f->in->desk.db, f->name, f->entries[i].id, e);

		f->stays[i] = seen > 0;
		if (seen < 0 || (seen == 0 && take_new(f, i, e) < 0))
			return -1;
	}
	return 0;
}

/* What was left there is not read again; what is gone from there is forgotten. */
static int
remember(struct fetch *f, struct err *e)
{
	struct db *db = f->in->desk.db;
	int64_t now = clock_now();
	int status = db_begin(db, e);

	for (size_t i = 0; status == 0 && i < f->count; i++)
		if (f->stays[i])
			status = bounce_set_seen(db, f->name, f->entries[i].id, now, e);
	if (status == 0)
		status = bounce_forget_seen(db, f->name, now, e);
	if (status == 0)
		status = db_commit(db, e);
	db_rollback(db);
	return status;
}

static int
fetch(struct fetch *f, struct err *e)
{
	if (mailbox_list(f->mailbox, &f->arena, &f->entries, &f->count, e) < 0)
		return -1;
	f->stays = arena_many(&f->arena, f->count + 1, bool);
	if (take_all(f, e) < 0 || mailbox_finish(f->mailbox, e) < 0)
		return -1;
	return f->in->dry_run ? 0 : remember(f, e);
}

int
intake_fetch(struct intake *in, struct err *e)
{
	const struct publication *p = &in->desk.publication;
	const struct settings_mailbox *s = &p->settings.bounce.mailbox;
	struct fetch f = { .in = in };
	int status = mailbox_of(p, "bounce.mailbox", s, &f.mailbox, e);

	if (status < 0)
		return -1;
	f.name = str_of(arena_printf(
		&f.arena, "%s%s%s", s->url, s->user ? " " : "", s->user ? s->user : ""));
	status = fetch(&f, e);
	mailbox_close(f.mailbox);
	arena_free(&f.arena);
	return status;
}

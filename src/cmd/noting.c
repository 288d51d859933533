#include "cmd/noting.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "compose/note.h"
#include "people/standing.h"
#include "store/edition.h"

/* Compose what a kind is filled from, and keep it under its hash. */
static int
keep_edition(
	const struct publication *p, struct db *db, enum owed_kind kind, int64_t *id, struct err *e)
{
	const char *name = owed_kind_name(kind);
	struct arena a = { 0 };
	struct note note;
	struct edition ed;
	int status = note_compose(p, name, &a, &note, e);

	if (status == 0) {
		ed = (struct edition){ .hash = str_of(note.hash),
			.kind = str_of(name),
			.subject = note.subject,
			.bytes = note.letter.bytes };
		status = db_begin(db, e) == 0 && edition_keep(db, &ed, clock_now(), e) == 0 &&
					 db_commit(db, e) == 0
				 ? 0
				 : -1;
		db_rollback(db);
		*id = ed.id;
	}
	arena_free(&a);
	return status;
}

/* A kind whose templates are bad holds up no other: it waits until they are mended. */
static void
keep_editions(const struct publication *p, struct db *db, unsigned kinds, unsigned *bad,
	int64_t *editions)
{
	for (unsigned kind = 0; kind < OWED_KINDS; kind++) {
		unsigned bit = 1U << kind;
		struct err e = { 0 };

		if (!(kinds & bit))
			continue;
		if (keep_edition(p, db, (enum owed_kind)kind, &editions[kind], &e) == 0) {
			*bad &= ~bit;
			continue;
		}
		editions[kind] = 0;
		log_line(*bad & bit ? LOG_DEBUG : LOG_ERROR, "%s", e.text);
		*bad |= bit;
	}
}

int
noting_ready(const struct publication *p, struct err *e)
{
	struct keys keys;

	if (keys_load(p->dir, false, &keys, e) < 0)
		return -1;
	keys_free(&keys);
	return notes_ready(p, e);
}

int
noting_run(const struct publication *p, struct db *db, const volatile int *stop, unsigned *bad,
	struct deliver_result *out, struct err *e)
{
	struct notes_options o = { .publication = p, .stop = stop };
	struct standing_tally tally;
	struct keys keys;
	unsigned kinds;
	int status;

	if (notes_due(db, p, clock_now(), &kinds, e) < 0)
		return -1;
	if (kinds == 0)
		return 0;
	if (keys_load(p->dir, false, &keys, e) < 0)
		return -1;
	o.keys = &keys;
	keep_editions(p, db, kinds, bad, o.editions);
	status = notes_deliver(db, &o, out, e);
	keys_free(&keys);
	/* Whom a server refused for good is asked no more. */
	if (status == 0)
		status = standing_judge_open(db, &p->settings.bounce, clock_now(), &tally, e);
	return status < 0 ? -1 : 1;
}

static void
say(const struct deliver_result *r, enum log_level level)
{
	if (r->sent + r->failed + r->deferred + r->doubted)
		log_line(level, "notes: %lld sent, %lld deferred, %lld failed, %lld in doubt",
			(long long)r->sent, (long long)r->deferred, (long long)r->failed,
			(long long)r->doubted);
	if (r->end == DELIVER_UNREACHABLE)
		log_line(level, "notes wait: %s", r->why);
}

static int
run_locked(const struct publication *p, enum log_level level, struct err *e)
{
	struct deliver_result result;
	unsigned bad = 0;
	struct db *db;
	int got;

	if (db_open(p->dir, DB_PATH, DB_WRITE, &db, e) < 0)
		return -1;
	got = noting_run(p, db, NULL, &bad, &result, e);
	if (got > 0)
		say(&result, level);
	db_close(db);
	return got;
}

void
noting_beside(const struct publication *p, bool quiet)
{
	enum log_level level = quiet ? LOG_DEBUG : LOG_INFO;
	struct err e;
	int lock, got = file_lock(p->dir, NOTING_LOCK, &lock, &e);

	if (got > 0) {
		got = run_locked(p, level, &e);
		close(lock);
	}
	if (got < 0)
		log_line(level, "notes were not sent: %s", e.text);
}

#include "deliver/identity.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/event.h"
#include "store/subscriber.h"

#define FACT "list_id"

int
identity_same(const struct publication *p, struct db *db, struct arena *a, struct str *known,
	struct err *e)
{
	int got = db_fact(db, FACT, a, known, e);

	if (got <= 0)
		return got < 0 ? -1 : 1;
	return str_eqz(*known, p->settings.publication.list_id);
}

static int
note(const struct publication *p, struct db *db, const char *kind, struct err *e)
{
	struct str id = str_of(p->settings.publication.list_id);

	if (db_begin(db, e) == 0 && db_set_fact(db, FACT, id, e) == 0 &&
		event_add(db, clock_now(), kind, 0, 0, (struct str){ 0 }, e) == 0 &&
		db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* The kept signatures first: stopped half way, the next run is asked the same question again. */
static int
take_on(const struct publication *p, struct db *db, struct err *e)
{
	if (subscriber_forget_signatures(db, e) < 0)
		return -1;
	log_warn("the links in older mail are dead: --force took the new list_id on");
	return note(p, db, "list-id-changed", e);
}

int
identity_hold(const struct publication *p, struct db *db, bool force, struct err *e)
{
	const char *id = p->settings.publication.list_id;
	struct arena a = { 0 };
	struct str known = { 0 };
	int same = identity_same(p, db, &a, &known, e), status = 0;

	if (same < 0)
		status = -1;
	else if (same && known.n == 0)
		status = note(p, db, "list-id", e);
	else if (!same && force)
		status = take_on(p, db, e);
	else if (!same)
		status = err_set(e, ERR_CONFIG,
			"publication.list_id was %.*s when the links in older mail were made, and "
			"is %s now, so they would all die: write 'list_id: %.*s' under "
			"publication, or --force to let them",
			STR_ARG(known), id, STR_ARG(known));
	arena_free(&a);
	return status;
}

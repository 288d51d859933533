#include "deliver/terms.h"

#include "base/clock.h"
#include "settings/digest.h"
#include "store/event.h"

#define FACT "settings_noted"
enum { DETAIL = 1024 };

/* The fact and the event are one: a change is noted once, and none is missed. */
static int
note(struct db *db, struct str digest, struct err *e)
{
	if (db_begin(db, e) == 0 && db_set_fact(db, FACT, digest, e) == 0 &&
		event_add(db, clock_now(), "settings", 0, 0, digest, e) == 0 &&
		db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int
terms_note(const struct publication *p, struct db *db, struct err *e)
{
	struct arena a = { 0 };
	struct str known = { 0 };
	struct buf digest;
	int status;

	buf_init(&digest, DETAIL);
	settings_digest(&p->settings, &digest);
	status = db_fact(db, FACT, &a, &known, e);
	if (status >= 0)
		status = str_eq(known, buf_str(&digest)) ? 0 : note(db, buf_str(&digest), e);
	buf_free(&digest);
	arena_free(&a);
	return status;
}

#include "cmd/sweep.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "store/person.h"

/* A send would have to wait, and would give up after 5 s. */
static int
sweep(const struct publication *p, struct db *db, struct err *e)
{
	int lock, status = file_lock(p->dir, "var/send.lock", &lock, e);

	if (status <= 0)
		return status;
	status = person_sweep(db, e);
	close(lock);
	return status;
}

int
sweep_if_due(const struct publication *p, struct db *db, struct err *e)
{
	int status = person_sweep_due(db, e);

	if (status <= 0)
		return status < 0 ? -1 : 1;
	status = sweep(p, db, e);
	if (status < 0 && e->code == ERR_TEMPFAIL)
		return 0;
	return status;
}

void
sweep_after(const struct publication *p, struct db *db)
{
	struct err e = { 0 };

	if (sweep_if_due(p, db, &e) < 0)
		log_warn("%s; what was erased may still have pieces in the file", e.text);
}

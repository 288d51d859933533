#include "cmd/sweep.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/person.h"

#define SWEEP_EVERY (3600 * CLOCK_SECOND)

/* A send would have to wait, and would give up after 5 s. */
static int
sweep(const struct desk *d, struct err *e)
{
	int lock, status = file_lock(d->publication.dir, "var/send.lock", &lock, e);

	if (status <= 0)
		return status;
	status = person_sweep(d->db, clock_now(), e);
	close(lock);
	return status;
}

int
sweep_if_due(const struct desk *d, struct err *e)
{
	int status = person_sweep_due(d->db, e);

	if (status <= 0)
		return status < 0 ? -1 : 1;
	status = sweep(d, e);
	if (status < 0 && e->code == ERR_TEMPFAIL)
		return 0;
	return status;
}

void
sweep_after(const struct desk *d)
{
	struct err e = { 0 };
	int64_t last;

	if (person_swept_at(d->db, &last, &e) == 0 && clock_now() - last < SWEEP_EVERY &&
		clock_now() >= last)
		return;
	if (sweep_if_due(d, &e) < 0)
		log_warn("%s; what was erased may still have pieces in the file", e.text);
}

#include "web/page_health.h"

#include <sys/statvfs.h>

#include "base/log.h"
#include "store/subscriber.h"

/* Below this SQLite's log may not grow and people could not leave. */
enum { DISK_LEAST = 16 * 1024 * 1024 };

static bool
disk_has_room(int dir)
{
	struct statvfs st;

	return fstatvfs(dir, &st) == 0 && !(st.f_flag & ST_RDONLY) &&
	       st.f_bavail * st.f_frsize >= DISK_LEAST;
}

int
page_health(struct visit *v, struct err *e)
{
	struct subscriber who;

	/* Nobody has the id 0; asking for it reads the table all the same. */
	if (subscriber_get(v->clerk->db, 0, v->arena, &who, e) < 0) {
		log_error("/healthz: %s", e->text);
		visit_text(v, 503, "the database cannot be read\n");
	} else if (!disk_has_room(v->clerk->site->publication->dir)) {
		visit_text(v, 503, "the disk is full or read-only\n");
	} else {
		visit_text(v, 200, "ok\n");
	}
	return 0;
}

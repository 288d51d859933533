#include "web/page_health.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "store/subscriber.h"

/* Below this SQLite's log may not grow and people could not leave. */
enum { DISK_LEAST = 16 * 1024 * 1024 };

static const char *
look_at_database(struct visit *v)
{
	struct subscriber who;
	struct err e = { 0 };

	if (!v->clerk->db)
		return NULL;
	/* Nobody has the id 0; asking for it reads the table all the same. */
	if (subscriber_get(v->clerk->db, 0, v->arena, &who, &e) < 0) {
		log_error("/healthz: %s", e.text);
		return "the database cannot be read\n";
	}
	/* Opened long ago, it would go on being written; but not by who is started again. */
	if (faccessat(v->clerk->site->publication->dir, DB_PATH, R_OK | W_OK, AT_EACCESS) < 0)
		return "the database is gone, or cannot be written\n";
	return NULL;
}

/* A folder whose file system still takes what people ask for: bytes, and files. */
static bool
has_room(int dir)
{
	struct statvfs st;

	return fstatvfs(dir, &st) == 0 && !(st.f_flag & ST_RDONLY) &&
	       st.f_bavail * st.f_frsize >= DISK_LEAST && (st.f_files == 0 || st.f_favail > 0);
}

static const char *
look_at_disk(struct visit *v)
{
	return has_room(v->clerk->site->publication->dir) ? NULL
							  : "the disk is full or read-only\n";
}

static const char *
look_at_spool(struct visit *v)
{
	const struct spool *spool = v->clerk->spool;
	struct err e = { 0 };
	int64_t n, oldest;

	if (!spool)
		return NULL;
	if (spool_waiting(spool, &n, &oldest, &e) < 0) {
		log_error("/healthz: %s", e.text);
		return "the spool cannot be read\n";
	}
	if (n >= SPOOL_FORMS)
		return "the spool is full: the sender does not take what is in it\n";
	return has_room(spool->folder) ? NULL : "the spool's disk is full or read-only\n";
}

int
page_health(struct visit *v, struct err *e)
{
	static const char *(*const looks[])(struct visit *) = {
		look_at_database,
		look_at_disk,
		look_at_spool,
	};
	const char *trouble = NULL;

	(void)e;
	for (size_t i = 0; i < sizeof looks / sizeof looks[0] && !trouble; i++)
		trouble = looks[i](v);
	visit_text(v, trouble ? 503 : 200, trouble ? trouble : "ok\n");
	return 0;
}

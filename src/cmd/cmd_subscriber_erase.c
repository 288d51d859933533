/* cmd_subscriber_erase.c: `morningpost subscriber erase`. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/subscriber.h"
#include "cmd/sweep.h"
#include "people/erase.h"
#include "settings/keys.h"

static int
erase(struct desk *d, const struct subscriber *s, struct err *e)
{
	struct keys keys;
	int status = -1;

	if (keys_load(d->publication.dir, true, &keys, e) < 0)
		return -1;
	if (db_begin(d->db, e) == 0 &&
		people_erase(d->db, &keys, s, "operator", clock_now(), e) == 0)
		status = db_commit(d->db, e);
	db_rollback(d->db);
	keys_free(&keys);
	return status;
}

/* `db restore` keeps what it replaced, for as long as nobody takes it away (store/backup.c). */
static void
tell_of_old_files(const struct desk *d)
{
	struct stat st;

	if (fstatat(d->publication.dir, DB_PATH ".before", &st, AT_SYMLINK_NOFOLLOW) == 0)
		log_warn("%s.before and the like are databases from before a restore: they may "
			 "still have the address; delete them",
			DB_PATH);
}

static void
say(struct context *c, struct desk *d, struct str email, bool swept)
{
	struct out *o = &c->out;

	out_line(o, "%s: erased; a keyed hash keeps the address off the list",
		desk_shown(&d->arena, email));
	if (!swept)
		out_line(o, "pieces of it may be in the database's file until it is swept: the "
			    "next daily, notes or erase does it when no send is running");
	if (!o->json)
		return;
	out_object(o, NULL);
	out_str(o, "email", email);
	out_strz(o, "outcome", "erased");
	out_bool(o, "swept", swept);
	out_end(o);
}

static int
erase_one(struct context *c, struct desk *d, const char *email, struct err *e)
{
	struct subscriber s;
	int swept;

	if (desk_find(d, email, &s, e) < 0 || erase(d, &s, e) < 0)
		return -1;
	swept = sweep_if_due(d, e);
	if (swept < 0)
		return -1;
	tell_of_old_files(d);
	say(c, d, s.email, swept == 1);
	return 0;
}

int
subscriber_erase_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return subscriber_with_one(c, argc, argv, DB_WRITE, erase_one, e);
}

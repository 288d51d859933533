#include "people/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/file.h"
#include "people/sealed.h"
#include "store/spooled.h"

enum { WHO = 16, NAME = 64, FILE_LIMIT = 64 * 1024 };

/* How long a wish is worth granting, and may be ahead of our clock; and how long it is remembered
 * that it was, which is longer, so that no copy of it is ever new. */
#define TOO_OLD (30 * CLOCK_DAY)
#define TOO_NEW CLOCK_DAY
#define REMEMBERED (60 * CLOCK_DAY)

/* -- the folder ------------------------------------------------------------------------------- */

int
spool_open_folder(int dir, const char *path, struct err *e)
{
	int fd = file_open_dir(dir, path, e);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		err_fill(e, ERR_IO, "%s: %s", path, strerror(errno));
	else if (st.st_uid != geteuid())
		err_fill(e, ERR_CONFIG, "%s: belongs to user %u, not to us (%u); chown it", path,
			st.st_uid, geteuid());
	else if (st.st_mode & 02)
		err_fill(e, ERR_CONFIG, "%s: anybody may write into it; chmod o-w", path);
	else
		return fd;
	close(fd);
	return -1;
}

int
spool_open(const struct publication *p, struct spool *out, struct err *e)
{
	*out = (struct spool){ .folder = -1 };
	if (keys_spool_public(p->dir, out->public, e) < 0 ||
		file_mkdir(p->dir, p->settings.web.spool, 0700, e) < 0)
		return -1;
	sign_random(out->key, sizeof out->key);
	out->folder = spool_open_folder(p->dir, p->settings.web.spool, e);
	return out->folder < 0 ? -1 : 0;
}

void
spool_close(struct spool *s)
{
	if (s->folder >= 0)
		close(s->folder);
	*s = (struct spool){ .folder = -1 };
}

/* "0001771045205000000-0123456789abcdef-89abcdef.wish" and the like: anything else is not ours. */
static bool
is_wish(struct str name)
{
	static const struct str ending = STR_INIT(".wish");

	if (!str_ends(name, ending) || name.n >= NAME)
		return false;
	for (size_t i = 0; i < name.n - ending.n; i++)
		if (!strchr("0123456789abcdefghijklmnopqrstuvwxyz-", name.p[i]))
			return false;
	return name.n > ending.n;
}

/* Calls fn for each file's name. */
static int
each_name(int folder, void (*fn)(void *context, struct str name), void *context, struct err *e)
{
	DIR *d = file_open_entries(folder, ".", e);
	struct dirent *entry;

	if (!d)
		return err_set(e, ERR_IO, "the spool: %s", strerror(errno));
	while ((entry = readdir(d)))
		if (is_wish(str_of(entry->d_name)))
			fn(context, str_of(entry->d_name));
	closedir(d);
	return 0;
}

/* -- writing ---------------------------------------------------------------------------------- */

struct crowd {
	struct str who; /* hex */
	int64_t all, theirs;
	uint64_t oldest;
};

static void
count(void *context, struct str name)
{
	struct crowd *c = context;
	ptrdiff_t dash = str_find(name, '-');
	uint64_t at;

	c->all++;
	if (dash < 0)
		return;
	c->theirs += c->who.n && str_starts(str_from(name, (size_t)dash + 1), c->who);
	if (str_u64(str_sub(name, 0, (size_t)dash), INT64_MAX, &at) &&
		(c->oldest == 0 || at < c->oldest))
		c->oldest = at;
}

/* Whose it is: the token's, or, where none is needed, the network's that it came from. */
static void
name_of(const struct spool *s, const struct wish *w, struct buf *who)
{
	uint8_t hash[WHO];

	sign_mac(w->token.n ? w->token : w->address, s->key, "spool", hash, sizeof hash);
	sign_hex((struct str){ (const char *)hash, WHO / 2 }, who);
}

static int
check_room(const struct spool *s, const struct wish *w, struct str who, struct err *e)
{
	struct crowd crowd = { .who = who };

	if (each_name(s->folder, count, &crowd, e) < 0)
		return -1;
	if (crowd.all >= (w->token.n ? SPOOL_LIMIT : SPOOL_FORMS))
		return err_set(e, ERR_TEMPFAIL,
			"%" PRId64 " wishes wait in the spool: is 'spool take' run on the sender?",
			crowd.all);
	if (crowd.theirs >= SPOOL_EACH)
		return err_set(e, ERR_TEMPFAIL, "%d wishes of one visitor wait", SPOOL_EACH);
	return 0;
}

static int
put_file(
	const struct spool *s, const struct wish *w, struct str who, struct str line, struct err *e)
{
	uint32_t number;
	char name[NAME];

	sign_random(&number, sizeof number);
	snprintf(name, sizeof name, "%019" PRId64 "-%.*s-%08" PRIx32 ".wish", w->at, STR_ARG(who),
		number);
	return file_create(s->folder, name, line, 0640, e);
}

int
spool_put(const struct spool *s, const struct wish *w, struct err *e)
{
	struct buf who, line;
	int status;

	buf_init(&who, WHO);
	buf_init(&line, SEALED_LINE_LIMIT);
	name_of(s, w, &who);
	status = check_room(s, w, buf_str(&who), e);
	if (status == 0 && !sealed_write(w, s->public, &line))
		status = err_set(e, ERR_DATA, "a wish is longer than the spool takes");
	buf_addc(&line, '\n');
	if (status == 0)
		status = put_file(s, w, buf_str(&who), buf_str(&line), e);
	buf_free(&line);
	buf_free(&who);
	return status;
}

int
spool_waiting(const struct spool *s, int64_t *n, int64_t *oldest, struct err *e)
{
	struct crowd crowd = { 0 };

	if (each_name(s->folder, count, &crowd, e) < 0)
		return -1;
	*n = crowd.all;
	*oldest = (int64_t)crowd.oldest;
	return 0;
}

/* -- taking ----------------------------------------------------------------------------------- */

struct names {
	struct arena arena;
	const char **p;
	size_t n, room;
};

static void
keep_name(void *context, struct str name)
{
	struct names *names = context;

	names->p = arena_grow(&names->arena, names->p, names->n, &names->room, sizeof *names->p);
	names->p[names->n++] = arena_strz(&names->arena, name);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* May one more of these be taken now? 1 it may, 0 not yet. */
static int
is_its_turn(const struct spool_taking *t, const struct wish *w, struct err *e)
{
	const struct rate *limit = &t->desk->publication->settings.web.subscribe_limit;
	int64_t n;

	if (w->kind != WISH_SUBSCRIBE || limit->count == 0)
		return 1;
	if (spooled_count(
		    t->desk->db, sealed_kind_name(w->kind), t->desk->now - limit->span, &n, e) < 0)
		return -1;
	return n < limit->count;
}

static enum spool_fate
fate_of(enum wish_outcome outcome)
{
	switch (outcome) {
	case WISH_GRANTED:
	case WISH_SPOOLED:
		return SPOOL_GRANTED;
	case WISH_HAD_BEEN:
		return SPOOL_HAD_BEEN;
	case WISH_NOBODY:
	case WISH_TEST:
	case WISH_REFUSED:
	case WISH_MALFORMED:
		break;
	}
	return SPOOL_REFUSED;
}

/* One transaction: that it was taken, and what it changes. */
static int
grant(const struct spool_taking *t, const struct wish *w, const uint8_t hash[static SEALED_HASH],
	struct arena *a, enum spool_fate *fate, struct err *e)
{
	struct db *db = t->desk->db;
	enum wish_outcome outcome = WISH_GRANTED;
	int status, turn;

	if (db_begin(db, e) < 0)
		return -1;
	turn = is_its_turn(t, w, e);
	status = turn <= 0 ? turn
			   : spooled_add(db, (struct str){ (const char *)hash, SEALED_HASH },
				     sealed_kind_name(w->kind), t->desk->now, e);
	*fate = turn == 0 ? SPOOL_WAITS : SPOOL_AGAIN;
	if (status > 0) {
		status = wish_grant_in(t->desk, w, a, &outcome, NULL, NULL, e);
		*fate = fate_of(outcome);
	}
	if (status == 0) {
		FAULT("spool-before-commit");
		status = db_commit(db, e);
		FAULT("spool-after-commit");
	}
	db_rollback(db);
	return status;
}

static int
take_line(const struct spool_taking *t, struct str line, enum spool_fate *fate, const char **why,
	struct err *e)
{
	uint8_t hash[SEALED_HASH];
	struct arena a = { 0 };
	struct wish w;
	int status = 0;

	*fate = SPOOL_ASIDE;
	if (sealed_read(line, t->pair, &a, &w, hash, why)) {
		*why = w.at < t->desk->now - TOO_OLD   ? "it was asked for more than 30 days ago"
		       : w.at > t->desk->now + TOO_NEW ? "it is from the future"
						       : NULL;
		if (!*why)
			status = grant(t, &w, hash, &a, fate, e);
	}
	arena_free(&a);
	return status;
}

/* Out of the way, but not lost: somebody may want to see what it was. */
static int
set_aside(const struct spool_taking *t, const char *name, struct err *e)
{
	char to[NAME + 8];

	snprintf(to, sizeof to, "bad/%s", name);
	if (file_mkdir(t->folder, "bad", 0700, e) < 0)
		return -1;
	if (renameat(t->folder, name, t->folder, to) < 0)
		return err_set(e, ERR_IO, "%s: %s", name, strerror(errno));
	return 0;
}

/* What is left of a file once its lines are dealt with. */
static int
finish_file(const struct spool_taking *t, const char *name,
	const int64_t counts[static SPOOL_FATES], struct err *e)
{
	if (counts[SPOOL_WAITS])
		return 0;
	if (counts[SPOOL_ASIDE])
		return set_aside(t, name, e);
	if (unlinkat(t->folder, name, 0) < 0 && errno != ENOENT)
		return err_set(e, ERR_IO, "%s: %s", name, strerror(errno));
	FAULT("spool-after-file");
	return 0;
}

static void
note(const struct spool_taking *t, const char *name, enum spool_fate fate, const char *why,
	int64_t counts[static SPOOL_FATES])
{
	counts[fate]++;
	if (t->tell)
		t->tell(t->context, name, fate, why);
}

static int
take_lines(const struct spool_taking *t, const char *name, struct str text,
	int64_t counts[static SPOOL_FATES], struct err *e)
{
	struct str line;

	while (str_line(&text, &line)) {
		enum spool_fate fate;
		const char *why;

		if (take_line(t, line, &fate, &why, e) < 0)
			return -1;
		note(t, name, fate, why, counts);
	}
	return 0;
}

static int
take_file(const struct spool_taking *t, const char *name, int64_t counts[static SPOOL_FATES],
	struct err *e)
{
	int64_t of_file[SPOOL_FATES] = { 0 };
	struct arena a = { 0 };
	struct str text = { 0 };
	struct err why = { .text = "it is empty" };
	int status = 0;

	if (file_read(t->folder, name, FILE_LIMIT, &a, &text, &why) == 0 && text.n)
		status = take_lines(t, name, text, of_file, e);
	else if (why.code != ERR_NOINPUT)
		/* A link, a folder, too large: nothing that spool_put makes. Only a file that is
		 * gone was taken away by whoever fetches the spool. */
		note(t, name, SPOOL_ASIDE, why.text, of_file);
	if (status == 0)
		status = finish_file(t, name, of_file, e);
	for (size_t i = 0; i < SPOOL_FATES; i++)
		counts[i] += of_file[i];
	arena_free(&a);
	return status;
}

static int
take_all(const struct spool_taking *t, int64_t counts[static SPOOL_FATES], struct err *e)
{
	struct names names = { 0 };
	int status = each_name(t->folder, keep_name, &names, e);

	if (status == 0 && names.n)
		qsort(names.p, names.n, sizeof *names.p, by_name);
	for (size_t i = 0; i < names.n && status == 0; i++)
		status = take_file(t, names.p[i], counts, e);
	arena_free(&names.arena);
	return status;
}

int
spool_take(const struct spool_taking *t, int64_t counts[static SPOOL_FATES], struct err *e)
{
	int lock, status = file_lock(t->folder, "take.lock", &lock, e);

	memset(counts, 0, SPOOL_FATES * sizeof *counts);
	if (status < 0)
		return -1;
	if (status == 0)
		return err_set(e, ERR_TEMPFAIL, "another 'spool take' is at it");
	status = take_all(t, counts, e);
	if (status == 0)
		status = spooled_forget(t->desk->db, t->desk->now - REMEMBERED, e);
	close(lock);
	return status;
}

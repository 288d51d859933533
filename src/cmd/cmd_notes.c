/* cmd_notes.c: `morningpost notes`: deliver the notes that are owed. */
#include <getopt.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/noting.h"
#include "cmd/options.h"
#include "cmd/stop.h"
#include "cmd/sweep.h"
#include "web/listen.h"

const char cmd_notes_help[] =
	"  --follow    stay, and deliver each within seconds of when it is owed; SIGTERM ends it\n"
	"\n"
	"A note is mail to one person outside the issues: please confirm, you have left. The "
	"public\n"
	"pages only write down that one is owed; send and daily deliver what is owed as well. One "
	"run\n"
	"at a time (var/notes.lock). Exit codes: 0 none is left; 75 some wait for another run, or\n"
	"another run has the lock; 69 no relay reachable; 78 credentials or TLS refused.\n";

/* Between two looks at the database; after a round that no relay took, which doubles. */
#define LOOK_EVERY CLOCK_SECOND
#define REST_FIRST (15 * CLOCK_SECOND)
#define REST_MOST (300 * CLOCK_SECOND)

/* -- once ------------------------------------------------------------------------------------- */

static void
report(struct out *out, const struct deliver_result *r, int64_t left)
{
	out_object(out, NULL);
	out_int(out, "sent", r->sent);
	out_int(out, "deferred", r->deferred);
	out_int(out, "failed", r->failed);
	out_int(out, "in_doubt", r->doubted);
	out_int(out, "left", left);
	out_end(out);
}

static int
exit_code(const struct deliver_result *r, int64_t left, struct err *e)
{
	if (r->end == DELIVER_UNREACHABLE && left)
		return err_set(e, r->code, "no relay takes the notes: %s", r->why);
	return left ? ERR_TEMPFAIL : 0;
}

static int
run_once(struct context *c, const struct desk *d, const volatile int *stop, struct err *e)
{
	struct deliver_result result = { 0 };
	unsigned bad = 0;
	int64_t left;

	if (noting_run(&d->publication, d->db, stop, &bad, &result, e) < 0 ||
		owed_count_open(d->db, &left, e) < 0)
		return -1;
	sweep_after(d);
	report(&c->out, &result, left);
	return exit_code(&result, left, e);
}

/* -- following -------------------------------------------------------------------------------- */

/* A signal ends it early. */
static void
sleep_for(int64_t span)
{
	const struct timespec t = { span / CLOCK_SECOND, span % CLOCK_SECOND * 1000 };

	nanosleep(&t, NULL);
}

static void
say(const struct deliver_result *r)
{
	if (r->end == DELIVER_UNREACHABLE)
		log_warn("no relay takes the notes; trying again soon: %s", r->why);
	else if (r->sent + r->deferred + r->failed + r->doubted)
		log_info("%lld sent, %lld deferred, %lld failed, %lld in doubt", (long long)r->sent,
			(long long)r->deferred, (long long)r->failed, (long long)r->doubted);
}

/* How long until the next look. */
static int64_t
next_look(int64_t rest, int got, const struct deliver_result *r)
{
	if (got <= 0 || r->end != DELIVER_UNREACHABLE)
		return LOOK_EVERY;
	if (rest < REST_FIRST)
		return REST_FIRST;
	return rest < REST_MOST / 2 ? rest * 2 : REST_MOST;
}

/*
 * To look once a second costs a read of an index that is empty nearly always; to be woken by
 * changes of the database's files would not be sooner, as those come with every reply that a send
 * records.
 */
static int
follow(const struct desk *d, const volatile int *stop, struct err *e)
{
	int64_t rest = LOOK_EVERY;
	unsigned bad = 0;

	/* Else it would say so when the first note is due: to nobody, days after the mistake. */
	if (noting_ready(&d->publication, e) < 0)
		return -1;
	log_info("following what is owed");
	listen_notify("READY=1");
	while (!*stop) {
		struct deliver_result result;
		int got = noting_run(&d->publication, d->db, stop, &bad, &result, e);

		if (got < 0 && e->code != ERR_TEMPFAIL)
			return -1;
		if (got < 0)
			log_warn("%s; trying again", e->text);
		else if (got > 0)
			say(&result);
		sweep_after(d);
		rest = next_look(rest, got, &result);
		if (!*stop)
			sleep_for(rest);
	}
	return 0;
}

/* --------------------------------------------------------------------------------------------- */

static int
run(struct context *c, const struct desk *d, bool stay, struct err *e)
{
	int lock, got = file_lock(d->publication.dir, NOTING_LOCK, &lock, e), status;
	const volatile int *stop;

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, ERR_TEMPFAIL, "another run delivers the notes");
	stop = stop_catch();
	status = stay ? follow(d, stop, e) : run_once(c, d, stop, e);
	close(lock);
	return status;
}

int
cmd_notes(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "follow", no_argument, NULL, 'f' }, { 0 } };
	bool stay = false;
	struct desk d;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'f')
			return command_bad_option("notes", opt, argv, e);
		stay = true;
	}
	if (options_no_argument("notes", argc, argv, e) < 0 || desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = run(c, &d, stay, e);
	desk_close(&d);
	return status;
}

/* cmd_daily.c: `morningpost daily`: what cron calls; as often as it likes. */
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/drafting.h"
#include "cmd/known.h"
#include "cmd/morning.h"
#include "cmd/noting.h"
#include "cmd/options.h"
#include "cmd/sending.h"
#include "cmd/sweep.h"
#include "cmd/telling.h"
#include "compose/check.h"
#include "store/delivery.h"
#include "store/issue.h"

const char cmd_daily_help[] =
	"  --date D    the issue of that day (default: today)\n"
	"\n"
	"Collects what is missing of today's data, drafts the issue if there is none,\n"
	"checks it and sends it to all who are due. A finished day ends with 0 and says\n"
	"nothing, so it may be called every ten minutes; what stands in its way is said\n"
	"once a day, and mailed to daily.alert. 75: not finished, or held; 65: the check\n"
	"fails.\n";

enum { FINDINGS = 64 * 1024 };

struct morning {
	struct context *c;
	struct desk *desk;
	struct day day;
	bool today;
	bool begun; /* its sending */
};

/* How far the issue has come; empty when its sending was not begun, or nothing can be read. */
static struct str
so_far(struct morning *m, bool *begun)
{
	struct arena *a = &m->desk->arena;
	int64_t n[DELIVERY_STATES], all = 0, left;
	struct issue issue;
	struct err e;

	*begun = issue_find(m->desk->db, m->day, a, &issue, &e) == 1;
	if (!*begun || delivery_counts(m->desk->db, issue.id, n, &e) < 0)
		return (struct str){ 0 };
	for (int i = 0; i < DELIVERY_STATES; i++)
		all += n[i];
	left = n[DELIVERY_QUEUED] + n[DELIVERY_DEFERRED];
	return str_of(arena_printf(a, "%lld of %lld were sent it, %lld failed, %lld wait",
		(long long)n[DELIVERY_SENT], (long long)all, (long long)n[DELIVERY_FAILED],
		(long long)left));
}

/* That somebody sends it by hand at this moment is no morning that went wrong. */
static bool
another_sends(const struct publication *p)
{
	struct err e;
	int lock, got = file_lock(p->dir, "var/send.lock", &lock, &e);

	if (got > 0)
		close(lock);
	return got == 0;
}

static void
alert(struct morning *m, int code, struct str words)
{
	const struct publication *p = &m->desk->publication;
	struct telling t = { .day = m->day, .code = code, .words = words };

	if (code == ERR_TEMPFAIL && another_sends(p))
		return;
	t.so_far = so_far(m, &t.begun);
	telling_alert(p, &t, clock_now());
}

/* Say it, if it was not said today, and end with the code of e in any case. */
static int
end_with(struct morning *m, const struct err *e)
{
	alert(m, (int)e->code, str_of(e->text));
	if (morning_is_news(m->desk->db, m->day, (int)e->code, str_of(e->text)))
		log_error("%s", e->text);
	else
		log_debug("%s", e->text);
	return (int)e->code;
}

static int
find_issue(struct morning *m, struct err *e)
{
	struct issue issue;
	int got = issue_find(m->desk->db, m->day, &m->desk->arena, &issue, e);

	m->begun = got == 1;
	return got < 0 ? -1 : 0;
}

/* An issue without an editor is better than none; of another day there is nothing to report. */
static int
draft(struct morning *m, struct err *e)
{
	const struct publication *p = &m->desk->publication;
	bool there = drafting_has_file(p, m->day);
	char path[32];
	int got;

	if (!m->today || m->begun || clock_now() > publication_last_moment(p, m->day))
		return 0;
	got = there ? drafting_renew(p, m->desk->db, m->day, e)
		    : drafting_write(p, m->desk->db, m->day, true, e);
	if (got < 0)
		return -1;
	publication_issue_path(m->day, path);
	if (!there || got > 0)
		log_info("%s was drafted%s", path, there ? " anew, for there are figures now" : "");
	return 0;
}

/* All that stands in the issue's way, as one text. */
static struct str
failures(struct arena *a, const struct check_finding *list, size_t n)
{
	struct buf b;

	buf_init(&b, FINDINGS);
	for (size_t i = 0; i < n; i++)
		if (list[i].level == CHECK_FAIL)
			buf_printf(&b, "%.*s: %.*s; %s\n", STR_ARG(list[i].where),
				STR_ARG(list[i].what), list[i].remedy);
	return buf_keep(&b, a);
}

static void
say_lines(struct str text)
{
	struct str line;

	while (str_line(&text, &line))
		log_error("%.*s", STR_ARG(line));
}

/* 0 it may go out, or the code to end with. */
static int
check(struct morning *m, const struct known *known, struct err *e)
{
	struct arena *a = &m->desk->arena;
	struct check_finding *list;
	struct composed composed;
	struct str all;
	size_t n;

	if (check_run(&m->desk->publication, m->day, &known->options, a, &composed, &list, &n, e) <
		0)
		return -1;
	if (!check_fails(list, n))
		return 0;
	all = failures(a, list, n);
	alert(m, ERR_DATA, all);
	if (morning_is_news(m->desk->db, m->day, ERR_DATA, all)) {
		say_lines(all);
		log_error("the issue did not pass its check; mend what is said above");
	}
	return ERR_DATA;
}

/* 0 it may be sent, or the code to end with. What was begun goes on whatever happened to its file:
 * the send looks to that. */
static int
look_at_issue(struct morning *m, struct err *e)
{
	const struct publication *p = &m->desk->publication;
	struct known known;
	const char *why;
	char path[32];

	if (m->begun)
		return 0;
	publication_issue_path(m->day, path);
	if (known_read(p, m->desk->db, m->day, &m->desk->arena, &known, e) < 0)
		return -1;
	why = known_why_held(p, known.hand);
	if (why)
		return err_set(e, ERR_TEMPFAIL,
			"%s is %s: edit it, and the next daily sends it; %s", path, why,
			known.hand == KNOWN_SAMPLE ? "by hand, 'send' does"
						   : "with unedited: send it goes out as it is");
	return check(m, &known, e);
}

static int
run_steps(struct morning *m, struct err *e)
{
	const struct sending s = { .day = m->day, .quiet_when_done = true };
	int status;

	if (find_issue(m, e) < 0)
		return -1;
	if (m->today)
		morning_collect(&m->desk->publication, m->desk->db, m->day, m->begun);
	if (draft(m, e) < 0)
		return -1;
	status = look_at_issue(m, e);
	return status ? status : sending_run(m->c, &m->desk->publication, &s, e);
}

/* One at a time: a second one would draft and collect beside the first. */
static int
run_locked(struct morning *m, struct err *e)
{
	int lock, got = file_lock(m->desk->publication.dir, "var/daily.lock", &lock, e), status;

	if (got < 0)
		return -1;
	if (got == 0) {
		log_info("another daily is running");
		return ERR_TEMPFAIL;
	}
	status = run_steps(m, e);
	if (status < 0)
		status = end_with(m, e);
	close(lock);
	sweep_after(m->desk);
	return status;
}

/* The settings may be fine all the same, or of them as much as it takes to tell somebody. */
static void
alert_without_desk(const struct context *c, const struct err *e)
{
	struct telling t = { .code = (int)e->code, .words = str_of(e->text) };
	struct publication p;
	struct err why;

	if (publication_open(c->dir, &p, &why) < 0 && publication_salvage(c->dir, &p, &why) < 0) {
		if (why.code != ERR_NOINPUT)
			log_error("no alert is mailed: %s", why.text);
		return;
	}
	t.day = publication_today(&p, clock_now());
	telling_alert(&p, &t, clock_now());
	publication_close(&p);
}

static int
run(struct context *c, const char *date, struct err *e)
{
	struct morning m = { .c = c };
	struct desk desk;
	int status;

	if (desk_open(&desk, c, DB_WRITE, e) < 0) {
		alert_without_desk(c, e);
		return -1;
	}
	m.desk = &desk;
	status = options_day("daily", date, &desk.publication, &m.day, e);
	m.today = clock_day_cmp(m.day, publication_today(&desk.publication, clock_now())) == 0;
	if (status == 0)
		status = run_locked(&m, e);
	/* Whatever stands in the issue's way, who just subscribed waits for their note. */
	noting_beside(&desk.publication, true);
	desk_close(&desk);
	return status;
}

int
cmd_daily(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date;

	if (options_only_date("daily", argc, argv, &date, e) < 0 ||
		options_no_argument("daily", argc, argv, e) < 0)
		return -1;
	return run(c, date, e);
}

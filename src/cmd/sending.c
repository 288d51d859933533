#include "cmd/sending.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/approving.h"
#include "cmd/known.h"
#include "cmd/report.h"
#include "cmd/stop.h"
#include "cmd/test_copy.h"
#include "compose/check.h"
#include "deliver/deliver.h"
#include "deliver/identity.h"
#include "deliver/mark.h"
#include "deliver/terms.h"
#include "people/standing.h"
#include "settings/signers.h"
#include "store/edition.h"
#include "store/event.h"
#include "store/headline.h"
#include "store/shown.h"

enum { DETAIL = 64 * 1024 };

/* -- progress --------------------------------------------------------------------------------- */

struct teller {
	bool terminal, quiet;
	int64_t told;
};

static void
tell(void *context, const struct deliver_progress *p)
{
	enum { BAR = 24, MINUTE = 60 };
	struct teller *t = context;
	int64_t spent = clock_steady() - p->started, done = p->done + p->sent + p->failed,
		left = p->planned - done;
	double rate =
		spent > 0 ? (double)(p->sent + p->failed) / ((double)spent / CLOCK_SECOND) : 0;
	char time[32] = "?";
	int filled = p->planned ? (int)(done * BAR / p->planned) : 0;

	if (t->quiet || (!t->terminal && clock_steady() - t->told < MINUTE * CLOCK_SECOND))
		return;
	t->told = clock_steady();
	if (rate > 0)
		clock_print_span((int64_t)((double)left / rate) * CLOCK_SECOND, time);
	if (t->terminal)
		fprintf(stderr, "\r[%.*s%*s] %lld of %lld, %.0f/s, %s left \033[K",
			filled > BAR ? BAR : filled, "########################",
			filled > BAR ? 0 : BAR - filled, "", (long long)done, (long long)p->planned,
			rate, time);
	else
		log_info("%lld of %lld, %.0f/s, %s left", (long long)done, (long long)p->planned,
			rate, time);
}

/* -- the edition ------------------------------------------------------------------------------ */

static void
print_findings(const struct check_finding *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		log_line(list[i].level == CHECK_FAIL ? LOG_ERROR : LOG_WARN, "%.*s: %.*s; %s",
			STR_ARG(list[i].where), STR_ARG(list[i].what), list[i].remedy);
}

static int
check_issue(const struct publication *p, const struct sending *s, const struct known *known,
	struct arena *a, struct composed *out, struct err *e)
{
	struct check_finding *list;
	size_t n;

	if (check_run(p, s->day, &known->options, a, out, &list, &n, e) < 0)
		return -1;
	if (!check_fails(list, n))
		return 0;
	print_findings(list, n);
	if (s->force && out->letter.count) {
		log_warn("sent all the same: --force");
		return 0;
	}
	return err_set(e, ERR_DATA, "the issue did not pass its check; mend what is said above%s",
		out->letter.count ? ", or --force" : "");
}

static int
compose_checked(const struct publication *p, struct db *db, const struct sending *s,
	struct arena *a, struct composed *out, struct str *bare, struct err *e)
{
	struct known known;
	char hash[SIGN_HEX];

	if (known_read(p, db, s->day, a, &known, e) < 0 ||
		check_issue(p, s, &known, a, out, e) < 0 ||
		edition_bare_hash(p, s->day, &known.options, a, hash, e) < 0)
		return -1;
	*bare = arena_str(a, str_of(hash));
	return approving_hold(p, db, s->day, *bare, a, out, e);
}

/* For the archive. */
static int
keep_headline(struct db *db, const struct composed *c, int64_t edition_id, struct err *e)
{
	const struct headline h = { .edition_id = edition_id,
		.title = c->front.title,
		.summary = c->front.summary,
		.author = c->front.author,
		.number = c->front.number };

	return headline_keep(db, &h, clock_now(), e);
}

static int
keep_edition(
	struct db *db, const struct composed *c, struct day day, struct edition *ed, struct err *e)
{
	char text[11];

	clock_print_day(day, text);
	*ed = (struct edition){ .hash = str_of(c->hash),
		.kind = STR("issue"),
		.day = str_of(text),
		.subject = c->subject,
		.bytes = c->letter.bytes };
	return edition_keep(db, ed, clock_now(), e) < 0 ? -1 : keep_headline(db, c, ed->id, e);
}

/* Who was meant is part of the record: a plan of some (--tag) is told from one of all. */
static int
note_plan(struct db *db, const char *kind, const struct sending *s, const struct issue *issue,
	struct err *e)
{
	struct buf b;
	int status;

	buf_init(&b, DETAIL);
	buf_addz(&b, s->only_missed ? "{\"only_missed\":true,\"tags\":[" : "{\"tags\":[");
	for (size_t i = 0; i < s->tag_count; i++) {
		buf_addz(&b, i ? ",\"" : "\"");
		for (size_t k = 0; k < s->tags[i].n; k++) {
			char c = s->tags[i].p[k];

			if (c == '"' || c == '\\')
				buf_addc(&b, '\\');
			if ((unsigned char)c >= ' ')
				buf_addc(&b, c);
		}
		buf_addc(&b, '"');
	}
	buf_addz(&b, "]}");
	status = event_add(
		db, clock_now(), kind, 0, issue->id, b.over ? (struct str){ 0 } : buf_str(&b), e);
	buf_free(&b);
	return status;
}

/* Each use of --force is on record, whether or not it was needed this time. */
static int
note_force(struct db *db, const struct issue *issue, struct err *e)
{
	char detail[64];

	snprintf(detail, sizeof detail, "{\"state\":\"%s\"}", issue_state_name(issue->state));
	if (db_begin(db, e) == 0 &&
		event_add(db, clock_now(), "forced", 0, issue->id, str_of(detail), e) == 0 &&
		db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* What it showed is kept with the first word that goes out: the rules across issues (DATA.md 5)
 * count nothing that nobody got. */
static int
begin_issue(const struct publication *p, struct db *db, const struct sending *s,
	const struct composed *c, struct str bare, struct issue *out, struct err *e)
{
	struct edition ed;
	int64_t now = clock_now();

	*out = (struct issue){ .day = s->day,
		.dated_at = now / CLOCK_SECOND * CLOCK_SECOND,
		.last_moment = publication_last_moment(p, s->day),
		.started_at = now,
		.bare_hash = bare };
	if (!s->force && now > out->last_moment)
		return err_set(e, ERR_TEMPFAIL,
			"the issue's last moment is past, so it is not sent (send.not_after); "
			"--force sends it all the same");
	if (db_begin(db, e) == 0 && keep_edition(db, c, s->day, &ed, e) == 0) {
		out->edition_id = ed.id;
		if (issue_insert(db, out, e) == 0 && note_plan(db, "send-began", s, out, e) == 0 &&
			shown_keep(db, s->day, c->shown, c->shown_count, e) == 0 &&
			db_commit(db, e) == 0)
			return 0;
	}
	db_rollback(db);
	return -1;
}

/* 1 it is what was begun, 0 it is another. */
static int
is_as_begun(struct db *db, const struct composed *c, struct str bare, const struct issue *issue,
	struct err *e)
{
	struct arena a = { 0 };
	struct edition begun;
	int got = edition_get(db, issue->edition_id, &a, &begun, e);
	bool same = got == 1 && str_eqz(begun.hash, c->hash);

	arena_free(&a);
	if (got < 0)
		return -1;
	return same || (issue->bare_hash.n && str_eq(issue->bare_hash, bare));
}

/* The issue was begun before: the same text, or --new-edition for those who have none yet. */
static int
compare_edition(struct db *db, const struct sending *s, const struct composed *c, struct str bare,
	struct issue *issue, struct err *e)
{
	struct edition ed;
	int same = is_as_begun(db, c, bare, issue, e);

	if (same != 0)
		return same < 0 ? -1 : 0;
	if (!s->new_edition)
		return err_set(e, ERR_DATA,
			"the issue was changed since its sending began; put it back, or "
			"--new-edition for those not yet served");
	if (db_begin(db, e) == 0 && keep_edition(db, c, s->day, &ed, e) == 0 &&
		issue_set_edition(db, issue->id, ed.id, bare, e) == 0 &&
		shown_keep(db, s->day, c->shown, c->shown_count, e) == 0 &&
		event_add(db, clock_now(), "new-edition", 0, issue->id, (struct str){ 0 }, e) ==
			0 &&
		db_commit(db, e) == 0) {
		issue->edition_id = ed.id;
		return 0;
	}
	db_rollback(db);
	return -1;
}

/* A run that goes on needs no file: the edition is in the database. One that is there must be the
 * same, though. */
static int
resume_issue(const struct publication *p, struct db *db, const struct sending *s,
	struct issue *issue, struct err *e)
{
	struct arena a = { 0 };
	struct composed c;
	struct str bare;
	int status = compose_checked(p, db, s, &a, &c, &bare, e);

	if (status == 0)
		status = compare_edition(db, s, &c, bare, issue, e);
	else if (e->code == ERR_NOINPUT) {
		log_warn("%s; going on with the edition that was begun", e->text);
		status = 0;
	}
	if (status == 0 && (s->tag_count || s->only_missed)) {
		status = db_begin(db, e) == 0 && issue_plan_again(db, issue, e) == 0 &&
					 note_plan(db, "planned-again", s, issue, e) == 0 &&
					 db_commit(db, e) == 0
				 ? 0
				 : -1;
		if (status < 0)
			db_rollback(db);
	}
	arena_free(&a);
	return status;
}

static struct delivery_choice
choice_of(const struct sending *s, const struct issue *issue)
{
	return (struct delivery_choice){ .tags = s->tags,
		.tag_count = s->tag_count,
		.saturday = clock_weekday(s->day) == 6,
		.before = s->only_missed ? issue->started_at : 0 };
}

/* An issue that went to nobody would be over for those who are put on the list a moment later. */
static int
is_nobody_due(struct db *db, const struct sending *s, struct err *e)
{
	const struct issue none = { .started_at = clock_now() };
	struct delivery_choice choice = choice_of(s, &none);
	int got = delivery_anybody_due(db, s->day, &choice, e);

	if (got == 0)
		log_line(s->quiet_when_done ? LOG_INFO : LOG_WARN,
			"nobody on the list is due, so nothing was begun");
	return got < 0 ? -1 : got == 0;
}

/* out->id is 0 when nobody is due and nothing was begun. */
static int
open_issue(const struct publication *p, struct db *db, const struct sending *s, struct arena *a,
	struct issue *out, struct err *e)
{
	struct composed c;
	struct str bare;
	int got = issue_find(db, s->day, a, out, e);

	if (got < 0)
		return -1;
	if (got == 1 && out->state == ISSUE_SENT && !s->tag_count && !s->only_missed &&
		!s->new_edition)
		return 0;
	if (got == 1)
		return resume_issue(p, db, s, out, e);
	if (compose_checked(p, db, s, a, &c, &bare, e) < 0)
		return -1;
	got = is_nobody_due(db, s, e);
	if (got != 0) {
		*out = (struct issue){ 0 };
		return got < 0 ? -1 : 0;
	}
	return begin_issue(p, db, s, &c, bare, out, e);
}

/* -- the run ---------------------------------------------------------------------------------- */

static int
exit_code(const struct deliver_result *r, struct err *e)
{
	switch (r->end) {
	case DELIVER_DONE:
		return 0;
	case DELIVER_LEFT:
	case DELIVER_INTERRUPTED:
		return ERR_TEMPFAIL;
	case DELIVER_UNREACHABLE:
		return err_set(e, ERR_UNAVAILABLE, "no relay could be reached: %s", r->why);
	case DELIVER_REFUSED:
		return err_set(e, r->code, "%s", r->why);
	case DELIVER_HELD:
		return err_set(e, ERR_TEMPFAIL,
			"the issue is held: %s; 'send --force' sends the rest, and so does a "
			"higher limit",
			r->why);
	case DELIVER_STALE:
		return err_set(e, ERR_TEMPFAIL, "%s", r->why);
	}
	return ERR_INTERNAL;
}

/* Whom relays refused for good is off the list before the next issue is made. */
static int
judge_refused(const struct publication *p, struct db *db, struct err *e)
{
	struct standing_tally t;

	if (standing_judge_open(db, &p->settings.bounce, clock_now(), &t, e) < 0)
		return -1;
	if (t.bounced)
		log_info("%lld off the list: their servers refused them for good",
			(long long)t.bounced);
	return 0;
}

static int
deliver(struct context *c, const struct publication *p, struct db *db, const struct keys *keys,
	const struct sending *s, struct issue *issue, struct err *e)
{
	struct teller teller = {
		.terminal = log_can_overwrite(), .quiet = c->quiet, .told = clock_steady()
	};
	struct deliver_options o = { .publication = p,
		.keys = keys,
		.signers = s->signers,
		.choice = choice_of(s, issue),
		.most = s->most,
		.wait = s->no_wait ? 0 : p->settings.send.wait,
		.deadline = s->deadline,
		.force = s->force,
		.progress = tell,
		.context = &teller,
		.stop = stop_catch() };
	struct deliver_result result;
	int status;

	if (mark_raise(p, db, e) < 0 || terms_note(p, db, e) < 0)
		return -1;
	status = deliver_issue(db, issue, &o, &result, e);
	if (teller.terminal && !teller.quiet)
		fputs("\r\033[K", stderr);
	if (status < 0 || judge_refused(p, db, e) < 0)
		return -1;
	if (report_issue(&c->out, p, db, s->day, e) < 0)
		return -1;
	return exit_code(&result, e);
}

static int
dry_run(struct context *c, struct db *db, const struct sending *s, const struct issue *issue,
	const struct composed *composed, struct err *e)
{
	struct delivery_choice choice = choice_of(s, issue);
	int64_t n;

	if (delivery_count_due(db, s->day, &choice, &n, e) < 0)
		return -1;
	out_object(&c->out, NULL);
	out_strz(&c->out, "edition", composed->hash);
	out_int(&c->out, "recipients", n);
	out_end(&c->out);
	return 0;
}

static int
run_dry(struct context *c, const struct publication *p, struct db *db, const struct sending *s,
	struct err *e)
{
	const struct issue none = { .started_at = clock_now() };
	struct composed composed;
	struct arena a = { 0 };
	struct str bare;
	int status = compose_checked(p, db, s, &a, &composed, &bare, e);

	if (status == 0)
		status = dry_run(c, db, s, &none, &composed, e);
	arena_free(&a);
	return status;
}

static int
run_locked(struct context *c, const struct publication *p, struct db *db, const struct keys *keys,
	const struct sending *s, struct err *e)
{
	struct arena a = { 0 };
	struct issue issue;
	int status = mark_check(p, db, s->force, e);

	if (status == 0)
		status = identity_hold(p, db, s->force, e);
	if (status == 0)
		status = open_issue(p, db, s, &a, &issue, e);
	if (status == 0 && s->force && issue.id)
		status = note_force(db, &issue, e);
	if (status == 0 && (issue.id == 0 || issue.state == ISSUE_SENT))
		status = s->quiet_when_done && !c->out.json
				 ? 0
				 : report_issue(&c->out, p, db, s->day, e);
	else if (status == 0)
		status = deliver(c, p, db, keys, s, &issue, e);
	arena_free(&a);
	return status;
}

static int
run_with_lock(struct context *c, const struct publication *p, struct db *db,
	const struct keys *keys, const struct sending *s, struct err *e)
{
	int lock, got = file_lock(p->dir, "var/send.lock", &lock, e), status;

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, ERR_TEMPFAIL,
			"another send is running; it will serve everybody, or run this again when "
			"it has ended");
	status = run_locked(c, p, db, keys, s, e);
	close(lock);
	return status;
}

static int
run_with_keys(struct context *c, const struct publication *p, const struct keys *keys,
	const struct sending *s, struct err *e)
{
	struct db *db;
	int status;

	if (s->to_count)
		return test_copy_send(c, p, keys, s, e);
	status = db_open(p->dir, "var/morningpost.db", DB_WRITE, &db, e);
	if (status == 0) {
		status = s->dry_run ? run_dry(c, p, db, s, e) : run_with_lock(c, p, db, keys, s, e);
		db_close(db);
	}
	return status;
}

int
sending_run(struct context *c, const struct publication *p, const struct sending *s, struct err *e)
{
	struct seal_signers signers = { 0 };
	struct sending signed_by = *s;
	struct keys keys;
	int status = keys_load(p->dir, false, &keys, e);

	if (status < 0)
		return -1;
	/* Before anything is begun: with a key that cannot be read nothing goes out. */
	status = signers_load(p, &signers, e);
	signed_by.signers = &signers;
	if (status == 0)
		status = run_with_keys(c, p, &keys, &signed_by, e);
	signers_free(&signers);
	keys_free(&keys);
	return status;
}

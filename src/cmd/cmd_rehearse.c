/* cmd_rehearse.c: `morningpost rehearse`: make every recipient's message, check each, send none. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/known.h"
#include "cmd/options.h"
#include "cmd/outline.h"
#include "cmd/rehearsal.h"
#include "mail/inspect.h"
#include "net/maildir.h"
#include "settings/signers.h"
#include "store/edition.h"
#include "store/issue.h"

const char cmd_rehearse_help[] =
	"  --date D      the issue of that day (default: today)\n"
	"  -o MAILDIR    keep the messages there, in a folder that is new or empty\n"
	"                (default: nowhere)\n"
	"\n"
	"Makes the message of everybody who is due, as a send would, and reads each back\n"
	"with a strict parser. Prints their sizes, the longest values that went into\n"
	"them, and what differs from the last issue. Nothing is sent and nothing is\n"
	"planned. The messages are real, and so are the links in them. 65: one failed.\n";

enum { BLANK = 32 << 20 };

struct stage {
	struct context *c;
	struct desk desk;
	struct day day;
	struct composed composed;
	struct keys keys;
	struct seal_signers signers;
	struct seal *seal;
	char date[40];
	int64_t dated_at;
	struct maildir *maildir;
	bool terminal;
	int64_t begun, due;
};

/* -- getting ready ------------------------------------------------------------------------------ */

/* A rehearsal must not mix with somebody's mail. */
static int
check_empty(const char *path, struct err *e)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *dir = opendir(path);

	if (!dir)
		return errno == ENOENT
			       ? 0
			       : err_set(e, ERR_CANTCREATE, "%s: %s", path, strerror(errno));
	while (empty && (entry = readdir(dir)))
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(dir);
	return empty ? 0
		     : err_set(e, ERR_CANTCREATE,
			       "%s is not empty; name a new folder for the messages", path);
}

static int
open_maildir(struct stage *s, const char *path, struct err *e)
{
	if (!path)
		return 0;
	if (check_empty(path, e) < 0 || maildir_open(AT_FDCWD, path, &s->maildir, e) < 0)
		return -1;
	/* They can be made again; 100,000 fsyncs take longer than all the rest. */
	maildir_hurry(s->maildir);
	return 0;
}

static int
open_seal(struct stage *s, struct err *e)
{
	if (signers_load(&s->desk.publication, &s->signers, e) < 0)
		return -1;
	return seal_new(&s->signers, &s->composed.letter, &s->seal, e);
}

/* The Date that copies have, or would have if the send began now. */
static int
set_date(struct stage *s, struct err *e)
{
	struct issue issue;
	int got = issue_find(s->desk.db, s->day, &s->desk.arena, &issue, e);

	s->dated_at = got == 1 ? issue.dated_at : clock_now();
	clock_rfc5322(s->dated_at, s->desk.publication.settings.publication.timezone, s->date);
	return got < 0 ? -1 : 0;
}

static int
compose(struct stage *s, struct err *e)
{
	const struct delivery_choice choice = { .saturday = clock_weekday(s->day) == 6 };
	struct desk *d = &s->desk;
	struct known known;

	if (known_read(&d->publication, d->db, s->day, &d->arena, &known, e) < 0 ||
		edition_compose(
			&d->publication, s->day, &known.options, &d->arena, &s->composed, e) < 0 ||
		delivery_count_due(d->db, s->day, &choice, &s->due, e) < 0)
		return -1;
	return set_date(s, e);
}

/* -- progress ----------------------------------------------------------------------------------- */

static void
tell_progress(void *context, int64_t done)
{
	const struct stage *s = context;
	double spent = (double)(clock_steady() - s->begun) / (double)CLOCK_SECOND;

	if (s->terminal && !s->c->quiet)
		fprintf(stderr, "\r%lld of %lld, %.0f/s \033[K", (long long)done, (long long)s->due,
			spent > 0 ? (double)done / spent : 0);
}

/* -- what differs from the last issue ----------------------------------------------------------- */

/* The last issue as its archive shows it: 1, or 0 when there was none. */
static int
read_last(
	struct stage *s, struct issue *issue, struct inspected *m, struct str *hash, struct err *e)
{
	struct desk *d = &s->desk;
	struct letter letter;
	struct edition ed = { 0 };
	struct buf b;
	int got = issue_find_before(d->db, s->day, &d->arena, issue, e);

	if (got == 1)
		got = edition_get(d->db, issue->edition_id, &d->arena, &ed, e);
	if (got <= 0)
		return got;
	*hash = ed.hash;
	buf_init(&b, BLANK);
	if (letter_freeze(ed.bytes, &d->arena, &letter, e) < 0 ||
		letter_blank(&letter, str_of(s->date), &b, e) < 0 ||
		inspect_read(arena_str(&d->arena, buf_str(&b)), false, &d->arena, m, e) < 0)
		got = err_wrap(e, "the last issue in the database");
	buf_free(&b);
	return got;
}

static int
read_this(struct stage *s, struct inspected *m, struct err *e)
{
	struct buf b;
	int status;

	buf_init(&b, BLANK);
	status = letter_blank(&s->composed.letter, str_of(s->date), &b, e);
	if (status == 0)
		status = inspect_read(
			arena_str(&s->desk.arena, buf_str(&b)), false, &s->desk.arena, m, e);
	buf_free(&b);
	return status;
}

/* Those of `list` that `others` has not, each after a sign. */
static void
write_missing(struct out *o, const char *key, char sign, const struct str *list, size_t n,
	const struct str *others, size_t other_count)
{
	out_array(o, key);
	for (size_t i = 0; i < n; i++)
		if (!outline_has(others, other_count, list[i])) {
			out_str(o, NULL, list[i]);
			out_line(o, "  %c %.*s", sign, STR_ARG(list[i]));
		}
	out_end(o);
}

static void
write_outline(struct out *o, const struct outline *now, const struct outline *last)
{
	write_missing(o, "headings_new", '+', now->headings, now->heading_count, last->headings,
		last->heading_count);
	write_missing(o, "headings_gone", '-', last->headings, last->heading_count, now->headings,
		now->heading_count);
	write_missing(
		o, "links_new", '+', now->links, now->link_count, last->links, last->link_count);
	write_missing(
		o, "links_gone", '-', last->links, last->link_count, now->links, now->link_count);
}

static void
write_sizes(struct out *o, const char *key, size_t now, size_t last)
{
	out_object(o, key);
	out_int(o, "now", (int64_t)now);
	out_int(o, "last", (int64_t)last);
	out_end(o);
	out_line(o, "  %s: %zu bytes, was %zu (%+.0f %%)", key, now, last,
		last ? ((double)now / (double)last - 1) * 100 : 0);
}

static int
write_difference(struct stage *s, struct err *e)
{
	struct inspected now, last;
	struct outline now_outline, last_outline;
	struct str own = str_of(s->desk.publication.settings.publication.url), hash;
	struct out *o = &s->c->out;
	struct issue issue;
	char day[11];
	int got = read_last(s, &issue, &last, &hash, e);

	if (got <= 0) {
		out_null(o, "against");
		return got;
	}
	if (read_this(s, &now, e) < 0)
		return -1;
	outline_read(inspect_body(&now, "text/html"), own, &s->desk.arena, &now_outline);
	outline_read(inspect_body(&last, "text/html"), own, &s->desk.arena, &last_outline);
	clock_print_day(issue.day, day);
	out_object(o, "against");
	out_strz(o, "issue", day);
	out_str(o, "edition", hash);
	out_line(o, "against the issue of %s (edition %.12s):", day, hash.p);
	write_sizes(
		o, "html", inspect_body(&now, "text/html").n, inspect_body(&last, "text/html").n);
	write_sizes(
		o, "text", inspect_body(&now, "text/plain").n, inspect_body(&last, "text/plain").n);
	write_outline(o, &now_outline, &last_outline);
	out_end(o);
	return 0;
}

/* -- the report --------------------------------------------------------------------------------- */

static void
write_longest(struct out *o, const char *key, const struct rehearsal_longest *l)
{
	out_object(o, key);
	out_int(o, "bytes", (int64_t)l->n);
	out_strz(o, "value", l->n ? l->value : NULL);
	out_strz(o, "of", l->n ? l->whose : NULL);
	out_end(o);
	if (l->n)
		out_line(o, "longest %s: %zu bytes, '%s' of %s", key, l->n, l->value, l->whose);
}

static void
write_people(struct out *o, const struct rehearsal *r)
{
	write_longest(o, "name", &r->name);
	write_longest(o, "address", &r->email);
	out_int(o, "without_name", r->nameless);
	out_int(o, "smtputf8", r->smtputf8);
	out_int(o, "international_domains", r->international);
}

static void
write_messages(struct out *o, const struct rehearsal *r)
{
	size_t median = rehearsal_median(r);

	out_object(o, "bytes");
	out_int(o, "min", (int64_t)r->least);
	out_int(o, "median", (int64_t)median);
	out_int(o, "max", (int64_t)r->most);
	out_int(o, "all", (int64_t)r->bytes);
	out_end(o);
	out_line(o, "bytes: %zu to %zu, half of them up to %zu; %.1f MB in all", r->least, r->most,
		median, (double)r->bytes / 1e6);
	out_int(o, "longest_line", (int64_t)r->longest_line);
}

static void
write_failures(struct out *o, const struct rehearsal *r)
{
	out_int(o, "failed", r->failed);
	out_array(o, "failures");
	for (size_t i = 0; i < r->failure_count; i++) {
		out_object(o, NULL);
		out_strz(o, "of", r->failures[i].whose);
		out_strz(o, "why", r->failures[i].why);
		out_end(o);
		out_line(o, "  %s: %s", r->failures[i].whose, r->failures[i].why);
	}
	out_end(o);
}

static int
report(struct stage *s, const struct rehearsal *r, struct err *e)
{
	double spent = (double)(clock_steady() - s->begun) / (double)CLOCK_SECOND;
	struct out *o = &s->c->out;
	char day[11];
	int status;

	clock_print_day(s->day, day);
	out_object(o, NULL);
	out_strz(o, "issue", day);
	out_strz(o, "edition", s->composed.hash);
	out_int(o, "recipients", r->all);
	write_failures(o, r);
	write_messages(o, r);
	write_people(o, r);
	out_real(o, "seconds", spent, 2);
	out_int(o, "rate", spent > 0 ? (int64_t)((double)r->all / spent) : 0);
	status = write_difference(s, e);
	out_end(o);
	return status < 0 ? -1 : r->failed ? ERR_DATA : 0;
}

/* -- the run ------------------------------------------------------------------------------------ */

static int
rehearse(struct stage *s, struct err *e)
{
	const struct rehearsal_options o = { .publication = &s->desk.publication,
		.keys = &s->keys,
		.letter = &s->composed.letter,
		.seal = s->seal,
		.day = s->day,
		.date = s->date,
		.dated_at = s->dated_at,
		.maildir = s->maildir,
		.progress = tell_progress,
		.context = s };
	struct rehearsal *result = arena_new(&s->desk.arena, struct rehearsal);
	int status;

	s->begun = clock_steady();
	s->terminal = log_can_overwrite();
	status = rehearsal_run(s->desk.db, &o, result, e);
	if (s->terminal && !s->c->quiet)
		fputs("\r\033[K", stderr);
	return status < 0 ? -1 : report(s, result, e);
}

static int
run(struct stage *s, const char *date, const char *path, struct err *e)
{
	struct desk *d = &s->desk;
	int status;

	if (options_day("rehearse", date, &d->publication, &s->day, e) < 0 || compose(s, e) < 0 ||
		keys_load(d->publication.dir, false, &s->keys, e) < 0)
		return -1;
	status = open_seal(s, e);
	if (status == 0)
		status = open_maildir(s, path, e);
	if (status == 0)
		status = rehearse(s, e);
	maildir_close(s->maildir);
	seal_free(s->seal);
	signers_free(&s->signers);
	keys_free(&s->keys);
	return status;
}

int
cmd_rehearse(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' }, { 0 } };
	const char *date = NULL, *path = NULL;
	struct stage s = { .c = c };
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		if (opt != 'd' && opt != 'o')
			return command_bad_option("rehearse", opt, argv, e);
		*(opt == 'd' ? &date : &path) = optarg;
	}
	if (options_no_argument("rehearse", argc, argv, e) < 0)
		return -1;
	if (desk_open(&s.desk, c, DB_READ, e) < 0)
		return -1;
	status = run(&s, date, path, e);
	desk_close(&s.desk);
	return status;
}

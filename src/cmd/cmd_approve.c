/* cmd_approve.c: `morningpost approve`: let an edition go out. */
#include <ctype.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/issues.h"
#include "cmd/known.h"
#include "cmd/options.h"
#include "compose/check.h"
#include "store/approval.h"
#include "store/edition.h"

const char cmd_approve_help[] =
	"  HASH        what 'compose', 'check' and 'preview' call the edition; its first\n"
	"              twelve digits are enough\n"
	"  --date D    the issue of that day (default: whichever issue the edition is of)\n"
	"\n"
	"With 'send: {approval: required}' only what was approved goes out; who approved\n"
	"it and when is kept. 65: no issue is that edition as its file stands now.\n";

enum { HASH_LEAST = 12, HASH_MOST = 64 };

static int
check_hash(const char *hash, struct err *e)
{
	size_t n = strlen(hash);

	if (n < HASH_LEAST || n > HASH_MOST || strspn(hash, "0123456789abcdef") != n)
		return command_usage("approve", e,
			"'%s' is no edition's hash: 64 digits and letters from a to f, or the "
			"first 12 of them at least",
			hash);
	return 0;
}

/* Before root goes on as the owner of the folder: whoever asks is who approves. */
static const char *
system_user(struct arena *a)
{
	const struct passwd *pw = getpwuid(getuid());
	const char *asked = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	char *name = pw ? arena_printf(a, "%s%s%s", asked ? asked : pw->pw_name,
				  asked ? " as " : "", asked ? pw->pw_name : "")
			: arena_printf(a, "user %ld", (long)getuid());

	for (char *p = name; *p; p++)
		if (!isprint((unsigned char)*p) || *p == '"' || *p == '\\')
			*p = '?';
	return name;
}

/* -- which issue it is ------------------------------------------------------------------------ */

struct candidate {
	struct arena arena;
	struct day day;
	struct known known;
	struct composed composed;
	struct check_finding *findings;
	size_t finding_count;
};

/* 1 the issue of that day is this edition, 0 it is not, or cannot be composed. */
static int
try_day(struct desk *d, struct day day, const char *hash, struct candidate *c, struct err *e)
{
	struct arena *a = &c->arena;

	arena_free(a);
	c->day = day;
	if (known_read(&d->publication, d->db, day, a, &c->known, e) < 0 ||
		check_run(&d->publication, day, &c->known.options, a, &c->composed, &c->findings,
			&c->finding_count, e) < 0)
		return -1;
	return c->composed.letter.count && str_starts(str_of(c->composed.hash), str_of(hash));
}

static int
find_given(struct desk *d, const char *date, const char *hash, struct candidate *c, struct err *e)
{
	struct day day;
	int got;

	if (options_day("approve", date, &d->publication, &day, e) < 0)
		return -1;
	got = try_day(d, day, hash, c, e);
	if (got == 0)
		return err_set(e, ERR_DATA,
			c->composed.letter.count
				? "the issue of %s is the edition %s now, not %s: look at it "
				  "again, then approve that"
				: "the issue of %s cannot be composed; 'morningpost check' says "
				  "why",
			date, c->composed.hash, hash);
	return got < 0 ? -1 : 0;
}

/* Today's is tried before all others: it is what is asked about nearly always. */
static int
find_any(struct desk *d, const char *hash, struct candidate *c, struct err *e)
{
	struct day today = publication_today(&d->publication, clock_now()), *days;
	size_t n;
	int got = 0;

	if (issues_list(&d->publication, &d->arena, &days, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && got == 0; i++)
		if (clock_day_cmp(days[i], today) == 0)
			got = try_day(d, today, hash, c, e);
	for (size_t i = 0; i < n && got == 0; i++)
		if (clock_day_cmp(days[i], today) != 0)
			got = try_day(d, days[i], hash, c, e);
	if (got == 0)
		return err_set(e, ERR_DATA,
			"no issue is the edition %s as its file stands now: it was changed since; "
			"look at it again and approve what 'morningpost compose' calls it",
			hash);
	return got < 0 ? -1 : 0;
}

/* -- keeping ---------------------------------------------------------------------------------- */

static int
keep(struct desk *d, const struct candidate *c, struct approval *approval, const char *day,
	struct err *e)
{
	struct edition ed = { .hash = str_of(c->composed.hash),
		.kind = STR("issue"),
		.day = str_of(day),
		.subject = c->composed.subject,
		.bytes = c->composed.letter.bytes };

	if (db_begin(d->db, e) == 0 && edition_keep(d->db, &ed, approval->at, e) == 0) {
		approval->edition_id = ed.id;
		if (approval_add(d->db, c->day, approval, e) == 0 && db_commit(d->db, e) == 0)
			return 0;
	}
	db_rollback(d->db);
	return -1;
}

static void
tell(struct context *c, const struct candidate *found, const struct approval *approval,
	const char *day)
{
	if (check_fails(found->findings, found->finding_count))
		log_warn("it does not pass its check, so it will not be sent as it is; "
			 "'morningpost check --date %s' says why",
			day);
	out_object(&c->out, NULL);
	out_strz(&c->out, "issue", day);
	out_str(&c->out, "edition", approval->hash);
	out_str(&c->out, "approved_by", approval->by);
	out_time(&c->out, "approved_at", approval->at);
	out_end(&c->out);
}

static int
approve(struct context *c, struct desk *d, struct candidate *found, const char *by, struct err *e)
{
	struct approval approval = {
		.hash = str_of(found->composed.hash), .by = str_of(by), .at = clock_now()
	};
	char bare[SIGN_HEX], day[11];

	if (edition_bare_hash(
		    &d->publication, found->day, &found->known.options, &found->arena, bare, e) < 0)
		return -1;
	clock_print_day(found->day, day);
	approval.bare_hash = str_of(bare);
	if (keep(d, found, &approval, day, e) < 0)
		return -1;
	tell(c, found, &approval, day);
	return 0;
}

int
cmd_approve(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date, *by, *hash;
	struct candidate found = { 0 };
	struct arena a = { 0 };
	struct desk d;
	int status;

	if (options_only_date("approve", argc, argv, &date, e) < 0)
		return -1;
	if (argc - optind != 1)
		return command_usage("approve", e, "it takes one HASH");
	hash = argv[optind];
	if (check_hash(hash, e) < 0)
		return -1;
	by = system_user(&a);
	status = desk_open(&d, c, DB_WRITE, e);
	if (status == 0) {
		status = date ? find_given(&d, date, hash, &found, e)
			      : find_any(&d, hash, &found, e);
		if (status == 0)
			status = approve(c, &d, &found, by, e);
		desk_close(&d);
	}
	arena_free(&found.arena);
	arena_free(&a);
	return status;
}

/* cmd_suppress.c: `morningpost suppress`: addresses that never get mail, whoever brings them in. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "people/suppress.h"
#include "people/suppress_import.h"

const char cmd_suppress_help[] =
	"  add WHOM...     never mail to them again; who is on the list is taken off\n"
	"  remove WHOM...  let them come in again; nobody is put on the list by it. Not\n"
	"                  suppressed: 66\n"
	"  list            all of them, a line each: whom, why and since when\n"
	"  import FILE|- [--encoding NAME]\n"
	"                  one WHOM a line, or CSV with a column email, address, recipient,\n"
	"                  sha256 or hash. A bad line is told and stops no other\n"
	"\n"
	"WHOM is an address; the SHA-256 of one in lower case, as 64 hexadecimal digits; or\n"
	"keyed: and what 'list' shows where the address is not known ('subscriber erase'\n"
	"leaves that). Adding, importing, confirming and changing an address all ask this\n"
	"list, and no switch goes round it.\n";

static void
put_hash(const uint8_t hash[static SUPPRESSION_HASH], char out[static 2 * SUPPRESSION_HASH + 8])
{
	int n = snprintf(out, 8, SUPPRESS_KEYED);

	for (int i = 0; i < SUPPRESSION_HASH; i++)
		snprintf(out + n + 2 * i, 3, "%02x", hash[i]);
}

/* -- add and remove --------------------------------------------------------------------------- */

/* One that was named on the command line: what became of it, in a word. */
typedef int one_fn(struct desk *d, const struct suppress_target *t, const char *word,
	const char **outcome, struct err *e);

static int
add_one(struct desk *d, const struct suppress_target *t, const char *word, const char **outcome,
	struct err *e)
{
	static const char *const words[] = {
		[SUPPRESS_ADDED] = "suppressed",
		[SUPPRESS_WAS_THERE] = "was suppressed before",
		[SUPPRESS_TAKEN_OFF] = "suppressed, and off the list",
	};
	enum suppress_outcome done;

	(void)word;
	if (people_suppress(d->db, t, STR("operator"), clock_now(), &done, e) < 0)
		return -1;
	*outcome = words[done];
	return 0;
}

static int
remove_one(struct desk *d, const struct suppress_target *t, const char *word, const char **outcome,
	struct err *e)
{
	int got = people_unsuppress(d->db, t, clock_now(), e);

	*outcome = "may come in again";
	return got == 0  ? err_set(e, ERR_NOINPUT,
				   "%s is not suppressed; 'morningpost suppress list' shows who is",
				   word)
	       : got < 0 ? -1
			 : 0;
}

static int
read_target(struct desk *d, const char *word, struct suppress_target *out, struct err *e)
{
	const char *why;
	int got = suppress_read(&d->keys, str_trim(str_of(word)), &d->arena, out, &why, e);

	if (got == 0)
		return err_set(e, ERR_DATA, "'%s' is neither an address nor a hash: %s", word, why);
	return got < 0 ? -1 : 0;
}

/* All that are named or none: who mistypes the third should not wonder about the first two. */
static int
change_all(struct context *c, struct desk *d, char **words, one_fn *change, struct err *e)
{
	struct suppress_target target;
	const char *outcome;

	for (; *words; words++) {
		if (read_target(d, *words, &target, e) < 0 ||
			change(d, &target, *words, &outcome, e) < 0)
			return -1;
		out_line(&c->out, "%s: %s", *words, outcome);
		out_object(&c->out, NULL);
		out_strz(&c->out, "whom", *words);
		out_strz(&c->out, "outcome", outcome);
		out_end(&c->out);
	}
	return 0;
}

/* Whoever was named by a hash alone is looked for in the whole list. */
static int
sweep(struct desk *d, char **words, struct err *e)
{
	int64_t off;
	bool hashes = false;

	for (; *words; words++)
		hashes = hashes || !strchr(*words, '@');
	if (!hashes)
		return 0;
	if (suppress_sweep(d->db, &d->keys, clock_now(), &off, e) < 0)
		return -1;
	if (off)
		log_info("%" PRId64 " off the list, known by their hash", off);
	return 0;
}

static int
change(struct context *c, struct desk *d, char **words, one_fn *fn, struct err *e)
{
	int status;

	if (desk_take_keys(d, e) < 0 || db_begin(d->db, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	status = change_all(c, d, words, fn, e);
	out_end(&c->out);
	if (status == 0)
		status = db_commit(d->db, e);
	db_rollback(d->db);
	return status == 0 && fn == add_one ? sweep(d, words, e) : status;
}

static int
change_verb(struct context *c, int argc, char **argv, one_fn *fn, struct err *e)
{
	struct desk d;
	int status;

	if (argc < 2)
		return command_usage("suppress", e, "%s needs an address or a hash", argv[0]);
	if (desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = change(c, &d, argv + 1, fn, e);
	desk_close(&d);
	return status;
}

static int
add_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return change_verb(c, argc, argv, add_one, e);
}

static int
remove_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return change_verb(c, argc, argv, remove_one, e);
}

/* -- list ------------------------------------------------------------------------------------- */

static int
list_one(void *context, const struct suppression *s, struct err *e)
{
	struct out *o = context;
	char hash[2 * SUPPRESSION_HASH + 8], at[24];

	put_hash(s->hash, hash);
	clock_rfc3339(s->at, at);
	out_line(o, "%.*s  %.*s  %.10s", STR_ARG(s->email.n ? s->email : str_of(hash)),
		STR_ARG(s->why), at);
	out_object(o, NULL);
	if (s->email.n)
		out_str(o, "email", s->email);
	else
		out_null(o, "email");
	out_strz(o, "hash", hash);
	out_str(o, "why", s->why);
	out_time(o, "at", s->at);
	out_end(o);
	if (ferror(o->to))
		return err_set(e, ERR_IO, "standard output could not be written");
	return 0;
}

static int
list_verb(struct context *c, int argc, char **argv, struct err *e)
{
	struct desk d;
	int status;

	if (argc > 1)
		return command_usage(
			"suppress", e, "list takes no argument, and was given '%s'", argv[1]);
	if (desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	status = suppression_each(d.db, list_one, &c->out, e);
	out_end(&c->out);
	desk_close(&d);
	return status;
}

/* -- import ----------------------------------------------------------------------------------- */

static void
told_rejected(void *context, size_t line, const char *reason)
{
	log_warn("%s:%zu: %s", (const char *)context, line, reason);
}

static void
tell_import(struct out *o, const struct suppress_import_result *r)
{
	out_line(o,
		"%" PRId64 " added, %" PRId64 " were there, %" PRId64 " rejected; %" PRId64
		" taken off the list",
		r->added, r->known, r->rejected, r->off);
	if (!o->json)
		return;
	out_object(o, NULL);
	out_int(o, "added", r->added);
	out_int(o, "known", r->known);
	out_int(o, "rejected", r->rejected);
	out_int(o, "taken_off", r->off);
	out_end(o);
}

static int
import(struct context *c, struct desk *d, char *file, const char *encoding, struct err *e)
{
	struct suppress_import_options o = { .encoding = encoding,
		.keys = &d->keys,
		.now = clock_now(),
		.rejected = told_rejected,
		.context = file };
	struct suppress_import_result r;
	bool is_file = strcmp(file, "-") != 0;
	int fd = STDIN_FILENO, status;

	if (desk_take_keys(d, e) < 0)
		return -1;
	if (is_file)
		fd = file_openat(AT_FDCWD, file, O_RDONLY | O_NOCTTY, 0);
	if (fd < 0)
		return err_set(
			e, errno == ENOENT ? ERR_NOINPUT : ERR_IO, "%s: %s", file, strerror(errno));
	status = suppress_import(d->db, fd, &o, &r, e);
	if (is_file)
		close(fd);
	if (status < 0)
		return err_wrap(e, "%s", file);
	sheet_tell(&r.sheet, file);
	tell_import(&c->out, &r);
	return r.rejected && r.added + r.known == 0 ? ERR_DATA : 0;
}

static int
import_verb(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "encoding", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 } };
	const char *encoding = NULL;
	struct desk d;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'e')
			return command_bad_option("suppress", opt, argv, e);
		encoding = optarg;
	}
	if (argc - optind != 1)
		return command_usage(
			"suppress", e, "import needs one FILE, or - for standard input");
	if (desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = import(c, &d, argv[optind], encoding, e);
	desk_close(&d);
	return status;
}

/* -- the verbs -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	command_fn *run;
} verbs[] = {
	{ "add", add_verb },
	{ "remove", remove_verb },
	{ "list", list_verb },
	{ "import", import_verb },
};

int
cmd_suppress(struct context *c, int argc, char **argv, struct err *e)
{
	if (argc < 2)
		return command_usage(argv[0], e, "it needs a verb: add, remove, list or import");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(c, argc - 1, argv + 1, e);
	return command_usage(argv[0], e, "'%s' is none of its verbs", argv[1]);
}

/* cmd_bounce.c: `morningpost bounce`: take in what came back. */
#include <getopt.h>

#include "base/log.h"
#include "cmd/bounce.h"
#include "cmd/bounce_intake.h"
#include "cmd/bounce_reports.h"
#include "cmd/command.h"

const char cmd_bounce_help[] =
	"  FILE...      delivery reports, complaints, automatic answers: a message or an mbox "
	"each;\n"
	"               -: standard input. One that cannot be read is told, and stops no other\n"
	"  --format F   ses, sendgrid, mailgun or postmark: FILE is what their webhook posts, with "
	"the\n"
	"               request's header in front where the signature stands there (SendGrid)\n"
	"  --maildir D  each message of a Maildir, or of a folder; what was dealt with is moved "
	"to\n"
	"               D/done/, what is for a person stays\n"
	"  --fetch      the mailbox of the settings (bounce.mailbox), by POP3 or IMAP; the same,\n"
	"               and what was dealt with is removed once it is recorded\n"
	"  --trust      of a post that nothing signs or proves, the address is believed: you "
	"vouch\n"
	"               for who may write it\n"
	"  --dry-run    change nothing, move and remove nothing; print what each recipient's\n"
	"               report says:\n"
	"               ADDRESS TAB hard|soft|complaint|none TAB STATUS TAB REASON\n"
	"Of each message the first megabyte is read, by a process of its own that reaches "
	"nothing.\n"
	"\n"
	"A hard bounce takes its reader off the list, a complaint for good, soft ones when there\n"
	"are enough (bounce.soft_*); a mail that asks to leave by List-Unsubscribe is obeyed.\n"
	"Nothing counts but what is proved to be about mail of ours: by the sender's address\n"
	"that was made for it (sender.bounce), its Message-ID, or the reader's own link; or what\n"
	"a provider signed. What is neither proved nor a report is for a person: of standard\n"
	"input it is put into var/unmatched/. Nothing is ever answered.\n";

struct bounce_options {
	bool dry_run, fetch, trust;
	const char *maildir; /* or NULL */
	bool is_webhook;
	enum webhook_format format;
};

static int
check_options(const struct bounce_options *o, int argc, char **argv, struct err *e)
{
	int ways = (optind < argc) + (o->maildir != NULL) + o->fetch;

	if (ways == 0)
		return command_usage(
			argv[0], e, "it needs a FILE, - for standard input, --maildir or --fetch");
	if (ways > 1)
		return command_usage(argv[0], e, "FILE, --maildir and --fetch: one of them");
	if (optind == argc && o->is_webhook)
		return command_usage(argv[0], e, "--format takes FILEs, or - for standard input");
	if (o->trust && !o->is_webhook)
		return command_usage(argv[0], e, "--trust is for what --format names");
	return 0;
}

static int
take_options(struct bounce_options *o, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
		{ "maildir", required_argument, NULL, 'm' },
		{ "fetch", no_argument, NULL, 'F' },
		{ "trust", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		switch (opt) {
		case 'd':
			o->dry_run = true;
			break;
		case 'f':
			o->is_webhook = true;
			if (!webhook_format_of(str_of(optarg), &o->format))
				return command_usage(argv[0], e,
					"--format '%s': it is ses, sendgrid, mailgun or postmark",
					optarg);
			break;
		case 'm':
			o->maildir = optarg;
			break;
		case 'F':
			o->fetch = true;
			break;
		case 't':
			o->trust = true;
			break;
		default:
			return command_bad_option(argv[0], opt, argv, e);
		}
	return check_options(o, argc, argv, e);
}

/* A dry run needs no publication; where there is one, its keys check what is signed. */
static int
find_keys(struct context *c, struct arena *a, struct webhook_keys *keys, struct err *e)
{
	struct publication p;
	int status;

	*keys = (struct webhook_keys){ 0 };
	if (publication_open(c->dir, &p, e) < 0)
		return e->code == ERR_NOINPUT ? 0 : -1;
	status = bounce_keys(&p, a, keys, e);
	publication_close(&p);
	return status;
}

/* -- files ------------------------------------------------------------------------------------ */

/* What is done with each. */
struct file_work {
	struct context *c;
	const struct bounce_options *o;
	struct intake *in; /* NULL: a dry run */
};

static int
dry_run(const struct file_work *w, const char *file, struct str bytes, struct arena *a,
	struct err *e)
{
	struct webhook_keys keys;
	struct bounce_reports reports = { 0 };
	int status = w->o->is_webhook ? find_keys(w->c, a, &keys, e) : 0;

	if (status == 0)
		status = w->o->is_webhook ? bounce_read_webhook(file, w->o->format, bytes, &keys, a,
						    &reports, e)
					  : bounce_read_mail(file, bytes, a, &reports, e);
	for (size_t i = 0; status == 0 && i < reports.n; i++)
		bounce_show(&w->c->out, file, reports.p[i]);
	return status;
}

static int
work_on(const struct file_work *w, const char *file, struct str bytes, struct arena *a,
	struct err *e)
{
	return !w->in             ? dry_run(w, file, bytes, a, e)
	       : w->o->is_webhook ? intake_post(w->in, file, bytes, w->o->format, e)
				  : intake_file(w->in, file, bytes, e);
}

/* *its_own: the file is at fault, and another may be well. */
static int
one_file(const struct file_work *w, const char *file, bool *its_own, struct err *e)
{
	struct arena a = { 0 };
	struct str bytes;
	int status = bounce_bytes(file, &a, &bytes, e);

	*its_own = status < 0;
	if (status == 0) {
		status = work_on(w, file, bytes, &a, e);
		*its_own = status < 0 && e->code == ERR_DATA;
	}
	arena_free(&a);
	return status;
}

/* One that cannot be read keeps back no other: it is told, and the code of the first such is what the
 * run ends with. */
static int
all_files(const struct file_work *w, char **files, struct err *e)
{
	int code = 0;
	bool its_own;

	for (; *files; files++) {
		if (one_file(w, *files, &its_own, e) == 0)
			continue;
		if (!its_own)
			return -1;
		log_error("%s", e->text);
		code = code ? code : (int)e->code;
		*e = (struct err){ 0 };
	}
	return code;
}

/* -- the roads -------------------------------------------------------------------------------- */

/* Nor does a folder. */
static int
dry_run_maildir(struct context *c, const char *path, struct err *e)
{
	struct intake in = { .c = c, .dry_run = true };
	int status = intake_maildir(&in, path, e);

	arena_free(&in.desk.arena);
	return status;
}

static int
take_in(struct intake *in, const struct bounce_options *o, char **files, struct err *e)
{
	const struct file_work w = { in->c, o, in };

	return o->maildir ? intake_maildir(in, o->maildir, e)
	       : o->fetch ? intake_fetch(in, e)
			  : all_files(&w, files, e);
}

static int
take_all_in(struct context *c, const struct bounce_options *o, char **files, struct err *e)
{
	struct intake in;
	int status;

	if (intake_open(&in, c, o->dry_run, e) < 0)
		return -1;
	in.returning.trust = o->trust;
	status = take_in(&in, o, files, e);
	/* What was taken in before something failed is told as well. */
	if (!o->dry_run)
		intake_tell(&in);
	intake_close(&in);
	return status;
}

int
cmd_bounce(struct context *c, int argc, char **argv, struct err *e)
{
	struct bounce_options o = { 0 };
	const struct file_work dry = { c, &o, NULL };
	int status;

	if (take_options(&o, argc, argv, e) < 0)
		return -1;
	if (c->out.json)
		out_array(&c->out, NULL);
	if (o.dry_run && o.maildir)
		status = dry_run_maildir(c, o.maildir, e);
	else if (o.dry_run && !o.fetch)
		status = all_files(&dry, argv + optind, e);
	else
		status = take_all_in(c, &o, argv + optind, e);
	if (status >= 0 && c->out.json)
		out_end(&c->out);
	return status;
}

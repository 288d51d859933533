/* cmd_bounce.c: `morningpost bounce`: take in what came back. */
#include <getopt.h>

#include "cmd/bounce.h"
#include "cmd/bounce_reports.h"
#include "cmd/command.h"

const char cmd_bounce_help[] =
	"  FILE...      delivery reports, complaints, automatic answers: a message or an mbox "
	"each;\n"
	"               -: standard input\n"
	"  --format F   ses, sendgrid, mailgun or postmark: FILE is what their webhook posts, with "
	"the\n"
	"               request's header in front where the signature stands there (SendGrid)\n"
	"  --dry-run    change nothing; print what each recipient's report says:\n"
	"               ADDRESS TAB hard|soft|complaint|none TAB STATUS TAB REASON\n"
	"Of each message the first megabyte is read, by a process of its own that reaches "
	"nothing.\n";

struct bounce_options {
	bool dry_run;
	bool is_webhook;
	enum webhook_format format;
};

static int
take_options(struct bounce_options *o, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
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
		default:
			return command_bad_option(argv[0], opt, argv, e);
		}
	if (optind == argc)
		return command_usage(argv[0], e, "it needs a FILE, or - for standard input");
	if (!o->dry_run)
		return command_usage(argv[0], e, "only --dry-run yet");
	return 0;
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

static int
dry_run(struct context *c, const struct bounce_options *o, const char *file, struct err *e)
{
	struct arena a = { 0 };
	struct webhook_keys keys;
	struct bounce_reports reports = { 0 };
	struct str bytes;
	int status = bounce_bytes(file, &a, &bytes, e);

	if (status == 0 && o->is_webhook)
		status = find_keys(c, &a, &keys, e);
	if (status == 0)
		status = o->is_webhook ? bounce_read_webhook(
						 file, o->format, bytes, &keys, &a, &reports, e)
				       : bounce_read_mail(file, bytes, &a, &reports, e);
	for (size_t i = 0; status == 0 && i < reports.n; i++)
		bounce_show(&c->out, file, reports.p[i]);
	arena_free(&a);
	return status;
}

int
cmd_bounce(struct context *c, int argc, char **argv, struct err *e)
{
	struct bounce_options o = { 0 };

	if (take_options(&o, argc, argv, e) < 0)
		return -1;
	if (c->out.json)
		out_array(&c->out, NULL);
	for (int i = optind; i < argc; i++)
		if (dry_run(c, &o, argv[i], e) < 0)
			return -1;
	if (c->out.json)
		out_end(&c->out);
	return 0;
}

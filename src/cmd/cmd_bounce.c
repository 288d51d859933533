/* cmd_bounce.c: `morningpost bounce`: take in what came back. */
#include <getopt.h>

#include "cmd/bounce.h"
#include "cmd/command.h"
#include "mail/reading.h"

const char cmd_bounce_help[] =
	"  FILE...    delivery reports, complaints, automatic answers: a message each; -: standard "
	"input\n"
	"  --dry-run  change nothing; print what each recipient's report says:\n"
	"             ADDRESS TAB hard|soft|complaint|none TAB STATUS TAB REASON\n"
	"Of each file the first megabyte is read, without network, by a process of its own.\n";

static int
dry_run(struct context *c, const char *file, struct err *e)
{
	struct arena a = { 0 };
	struct str bytes;
	struct report *r = arena_new(&a, struct report);
	int status = bounce_bytes(file, READING_MAX, &a, &bytes, e);

	if (status == 0)
		status = reading_report_apart(bytes, &a, r, e);
	if (status == 0)
		bounce_show(&c->out, file, r);
	arena_free(&a);
	return status < 0 ? err_wrap(e, "%s", file) : 0;
}

int
cmd_bounce(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "dry-run", no_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	bool dry = false;
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd')
			return command_bad_option(argv[0], opt, argv, e);
		dry = true;
	}
	if (optind == argc)
		return command_usage(argv[0], e, "it needs a FILE, or - for standard input");
	if (!dry)
		return command_usage(argv[0], e, "only --dry-run yet");
	if (c->out.json)
		out_array(&c->out, NULL);
	for (int i = optind; i < argc; i++)
		if (dry_run(c, argv[i], e) < 0)
			return -1;
	if (c->out.json)
		out_end(&c->out);
	return 0;
}

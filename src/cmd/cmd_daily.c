/* cmd_daily.c: `morningpost daily`: what cron calls; as often as it likes. */
#include <getopt.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/sending.h"

const char cmd_daily_help[] = "  --date D    the issue of that day (default: today)\n"
			      "\n"
			      "Checks the day's issue and sends it to all who are due. A finished "
			      "day ends with 0 and says nothing, so it\n"
			      "may be called every ten minutes. 66: there is no issue yet.\n";

int
cmd_daily(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' }, { 0 } };
	struct sending s = { .quiet_when_done = true };
	const char *date = NULL;
	struct publication p;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd')
			return command_usage("daily", e,
				"it does not know '%s', or it needs a value", argv[optind - 1]);
		date = optarg;
	}
	if (optind != argc)
		return command_usage(
			"daily", e, "it takes no argument, and was given '%s'", argv[optind]);
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = options_day("daily", date, &p, &s.day, e);
	if (status == 0)
		status = sending_run(c, &p, &s, e);
	publication_close(&p);
	return status;
}

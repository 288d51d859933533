/* cmd_status.c: `morningpost status`: how far a send has come. */
#include <getopt.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/report.h"

const char cmd_status_help[] = "  --date D    the issue of that day (default: today)\n";

int
cmd_status(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' }, { 0 } };
	const char *date = NULL;
	struct publication p;
	struct day day;
	struct db *db;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt != 'd')
			return command_usage("status", e,
				"it does not know '%s', or it needs a value", argv[optind - 1]);
		date = optarg;
	}
	if (optind != argc)
		return command_usage(
			"status", e, "it takes no argument, and was given '%s'", argv[optind]);
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = options_day("status", date, &p, &day, e);
	if (status == 0)
		status = db_open(p.dir, "var/morningpost.db", DB_READ, &db, e);
	if (status == 0) {
		status = report_issue(&c->out, &p, db, day, e);
		db_close(db);
	}
	publication_close(&p);
	return status;
}

/* cmd_status.c: `morningpost status`: how far a send has come. */
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/report.h"

const char cmd_status_help[] = "  --date D    the issue of that day (default: today)\n";

int
cmd_status(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date;
	struct publication p;
	struct day day;
	struct db *db;
	int status;

	if (options_only_date("status", argc, argv, &date, e) < 0 ||
		options_no_argument("status", argc, argv, e) < 0)
		return -1;
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

/* cmd_draft.c: `morningpost draft`: the day's issue, written as far as figures can write it. */
#include "cmd/desk.h"
#include "cmd/drafting.h"
#include "cmd/options.h"

const char cmd_draft_help[] =
	"  --date D    the issue of that day (default: today)\n"
	"\n"
	"Writes issues/D.md from templates/draft.md: a lead from the strongest facts of\n"
	"the day, the data blocks, lists of tools and of what to read, and prompts (TODO:)\n"
	"where words are wanted. 73: the file is there already; a draft never overwrites.\n";

static int
run(struct context *c, struct desk *d, const char *date, struct err *e)
{
	char path[32];
	struct day day;

	if (options_day("draft", date, &d->publication, &day, e) < 0 ||
		drafting_write(&d->publication, d->db, day, false, e) < 0)
		return -1;
	publication_issue_path(day, path);
	out_object(&c->out, NULL);
	out_strz(&c->out, "draft", path);
	out_end(&c->out);
	out_line(&c->out, "next: write where it says TODO:, then 'morningpost check'");
	return 0;
}

int
cmd_draft(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date;
	struct desk d;
	int status;

	if (options_only_date("draft", argc, argv, &date, e) < 0 ||
		options_no_argument("draft", argc, argv, e) < 0)
		return -1;
	if (desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = run(c, &d, date, e);
	desk_close(&d);
	return status;
}

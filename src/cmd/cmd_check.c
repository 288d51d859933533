/* cmd_check.c: `morningpost check`: may the issue go out? */
#include "cmd/command.h"
#include "cmd/known.h"
#include "cmd/options.h"
#include "compose/check.h"

const char cmd_check_help[] =
	"  --date D    the issue of that day (default: today)\n"
	"\n"
	"Prints a line for each finding: level, code, place, what and the remedy.\n"
	"Exit code 65 when one of them is a failure.\n";

static void
print_finding(struct out *o, const struct check_finding *f)
{
	const char *level = f->level == CHECK_FAIL ? "fail" : "warn";

	out_object(o, NULL);
	out_strz(o, "level", level);
	out_strz(o, "code", f->code);
	out_str(o, "where", f->where);
	out_str(o, "what", f->what);
	out_strz(o, "remedy", f->remedy);
	out_end(o);
	out_line(o, "%-4s  %-18s %.*s: %.*s; %s", level, f->code, STR_ARG(f->where),
		STR_ARG(f->what), f->remedy);
}

static int
run(struct context *c, const struct publication *p, struct day day, struct err *e)
{
	struct check_finding *list;
	struct composed composed;
	struct arena a = { 0 };
	struct known known;
	int status = ERR_DATA;
	size_t n;

	if (known_read(p, NULL, day, &a, &known, e) < 0 ||
		check_run(p, day, &known.options, &a, &composed, &list, &n, e) < 0) {
		arena_free(&a);
		return -1;
	}
	out_array(&c->out, NULL);
	for (size_t i = 0; i < n; i++)
		print_finding(&c->out, &list[i]);
	out_end(&c->out);
	if (!check_fails(list, n)) {
		status = 0;
		out_line(&c->out, "%s: may go out as %.12s", n ? "warnings only" : "nothing found",
			composed.hash);
	}
	arena_free(&a);
	return status;
}

int
cmd_check(struct context *c, int argc, char **argv, struct err *e)
{
	const char *date;
	struct publication p;
	struct day day;
	int status;

	if (options_only_date("check", argc, argv, &date, e) < 0 ||
		options_no_argument("check", argc, argv, e) < 0)
		return -1;
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = options_day("check", date, &p, &day, e);
	if (status == 0)
		status = run(c, &p, day, e);
	publication_close(&p);
	return status;
}

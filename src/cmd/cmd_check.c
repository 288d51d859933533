/* cmd_check.c: `morningpost check`: may the issue go out? */
#include <getopt.h>

#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/command.h"
#include "cmd/known.h"
#include "cmd/options.h"
#include "cmd/spelling.h"
#include "compose/check.h"

const char cmd_check_help[] =
	"  --date D    the issue of that day (default: today)\n"
	"  --links     ask for each link over HTTP, none twice a day\n"
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

/* Spelling, where somebody has written, and what is behind its links. */
static int
look_further(struct context *c, const struct publication *p, struct day day, bool links,
	bool written, const struct composed *composed, struct arena *a, struct findings *found,
	struct err *e)
{
	if (written && composed->has_body && spelling_check(p, day, composed, a, found, e) < 0)
		return -1;
	return links && composed->has_parts ? asking_check(p, day, composed,
						      log_can_overwrite() && !c->quiet, a, found, e)
					    : 0;
}

static int
find(struct context *c, const struct publication *p, struct day day, bool links,
	struct composed *composed, struct arena *a, struct findings *found, struct err *e)
{
	struct check_finding *list;
	struct known known;
	size_t n;

	if (known_read(p, NULL, day, a, &known, e) < 0 ||
		check_run(p, day, &known.options, a, composed, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		findings_add(found, a, &list[i]);
	return look_further(c, p, day, links, known.hand == KNOWN_EDITOR, composed, a, found, e);
}

static int
run(struct context *c, const struct publication *p, struct day day, bool links, struct err *e)
{
	struct findings found = { 0 };
	struct composed composed;
	struct arena a = { 0 };
	int status = find(c, p, day, links, &composed, &a, &found, e);

	if (status < 0) {
		arena_free(&a);
		return -1;
	}
	out_array(&c->out, NULL);
	for (size_t i = 0; i < found.n; i++)
		print_finding(&c->out, &found.p[i]);
	out_end(&c->out);
	if (check_fails(found.p, found.n))
		status = ERR_DATA;
	else
		out_line(&c->out, "%s: may go out as %.12s",
			found.n ? "warnings only" : "nothing found", composed.hash);
	arena_free(&a);
	return status;
}

int
cmd_check(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = { { "date", required_argument, NULL, 'd' },
		{ "links", no_argument, NULL, 'l' }, { 0 } };
	const char *date = NULL;
	struct publication p;
	struct day day;
	bool links = false;
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt == 'l')
			links = true;
		else if (opt == 'd')
			date = optarg;
		else
			return command_bad_option("check", opt, argv, e);
	}
	if (options_no_argument("check", argc, argv, e) < 0)
		return -1;
	if (publication_open(c->dir, &p, e) < 0)
		return -1;
	status = options_day("check", date, &p, &day, e);
	if (status == 0)
		status = run(c, &p, day, links, e);
	publication_close(&p);
	return status;
}

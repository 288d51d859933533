/* cmd_stats.c: `morningpost stats`: growth, deliveries, and what came back. */
#include <fcntl.h>
#include <getopt.h>

#include "base/file.h"
#include "cmd/desk.h"
#include "cmd/options.h"
#include "cmd/stats.h"

const char cmd_stats_help[] =
	"  --from D, --to D   the days (default: thirty, up to today)\n"
	"  -o FILE.svg        draw it, for a browser or a report\n"
	"\n"
	"Readers, who came and left, what was sent, bounces and complaints, by day and by\n"
	"domain. A day's bounces and complaints are those of its issue, whenever they came.\n"
	"No opens, no clicks: we do not track.\n";

enum { USUAL_DAYS = 30, MOST_DAYS = 3700, DOMAINS = 10 };

struct asked {
	const char *from, *to, *file;
};

static int
parse(int argc, char **argv, struct asked *out, struct err *e)
{
	static const struct option longs[] = { { "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' }, { 0 } };
	int opt;

	while ((opt = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		if (opt == 'f')
			out->from = optarg;
		else if (opt == 't')
			out->to = optarg;
		else if (opt == 'o')
			out->file = optarg;
		else
			return command_bad_option("stats", opt, argv, e);
	}
	if (out->file && !str_ends(str_of(out->file), STR(".svg")))
		return command_usage("stats", e, "-o draws an .svg, not '%s'", out->file);
	return options_no_argument("stats", argc, argv, e);
}

static int
take_days(const struct publication *p, const struct asked *asked, struct day *from, struct day *to,
	struct err *e)
{
	int days;

	if (options_day("stats", asked->to, p, to, e) < 0)
		return -1;
	*from = clock_add_days(*to, 1 - USUAL_DAYS);
	if (asked->from && options_day("stats", asked->from, p, from, e) < 0)
		return -1;
	days = clock_day_number(*to) - clock_day_number(*from) + 1;
	if (days < 1)
		return command_usage("stats", e, "--from is behind --to");
	if (days > MOST_DAYS)
		return command_usage("stats", e, "at most %d days", MOST_DAYS);
	return 0;
}

static int
draw(struct context *c, const struct desk *d, const struct stats *s, const char *file,
	struct arena *a, struct err *e)
{
	struct str svg = stats_svg(&d->publication, s, a);

	if (file_write(AT_FDCWD, file, svg, 0644, e) < 0)
		return -1;
	out_line(&c->out, "%s: drawn", file);
	return 0;
}

static int
run(struct context *c, struct desk *d, const struct asked *asked, struct err *e)
{
	const struct publication *p = &d->publication;
	struct day from, to;
	struct stats s;

	if (take_days(p, asked, &from, &to, e) < 0 ||
		stats_read(d->db, from, to, p->settings.publication.timezone, DOMAINS, &d->arena,
			&s, e) < 0)
		return -1;
	if (asked->file && draw(c, d, &s, asked->file, &d->arena, e) < 0)
		return -1;
	if (c->out.json)
		stats_json(&c->out, &s);
	else if (!asked->file)
		stats_text(&c->out, p, &s, &d->arena);
	return 0;
}

int
cmd_stats(struct context *c, int argc, char **argv, struct err *e)
{
	struct asked asked = { 0 };
	struct desk d;
	int status;

	if (parse(argc, argv, &asked, e) < 0 || desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = run(c, &d, &asked, e);
	desk_close(&d);
	return status;
}

/* cmd_trending.c: `morningpost trending`: what gains momentum, and the biggest movers. */
#include <getopt.h>
#include <string.h>

#include "cmd/chart.h"
#include "cmd/desk.h"
#include "cmd/options.h"

const char cmd_trending_help[] =
	"  --date D      as of that day (default: today)\n"
	"  --source S    only github, hf_models, hf_datasets or hf_spaces\n"
	"  --top N       so many rows of each list (default: 15; with --json: all)\n"
	"\n"
	"Momentum is what was gained in a week; morningpost(1) says how it is counted.\n";

enum { TOP = 15, MOST = 1000000 };

struct asked {
	const char *date, *source;
	size_t top; /* 0: not said */
};

static int
parse_options(int argc, char **argv, struct asked *asked, struct err *e)
{
	static const struct option longs[] = {
		{ "date", required_argument, NULL, 'd' },
		{ "source", required_argument, NULL, 's' },
		{ "top", required_argument, NULL, 't' },
		{ 0 },
	};
	uint64_t top = 0;
	int opt;

	*asked = (struct asked){ 0 };
	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		switch (opt) {
		case 'd':
			asked->date = optarg;
			break;
		case 's':
			asked->source = optarg;
			break;
		case 't':
			if (!str_u64(str_of(optarg), MOST, &top) || top == 0)
				return command_usage("trending", e,
					"--top wants a number from 1, not '%s'", optarg);
			asked->top = (size_t)top;
			break;
		default:
			return command_bad_option("trending", opt, argv, e);
		}
	}
	return options_no_argument("trending", argc, argv, e);
}

static bool
is_wanted(const struct asked *asked, const struct figures_chart *c)
{
	return !asked->source || strcmp(asked->source, c->source) == 0;
}

static int
check_source(const struct asked *asked, const struct figures *f, struct err *e)
{
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		if (is_wanted(asked, &f->charts[i]))
			return 0;
	return command_usage("trending", e,
		"'%s' is no source; there are github, hf_models, hf_datasets and hf_spaces",
		asked->source);
}

static void
tell_json(struct out *o, const struct figures *f, const struct asked *asked)
{
	char day[11];

	clock_print_day(f->day, day);
	out_object(o, NULL);
	out_strz(o, "date", day);
	out_object(o, "sources");
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		if (is_wanted(asked, &f->charts[i]))
			chart_json(o, &f->charts[i], asked->top);
	out_end(o);
	out_end(o);
}

static void
tell_text(struct out *o, const struct figures *f, const struct asked *asked, struct arena *a)
{
	bool first = true;

	for (size_t i = 0; i < FIGURES_CHARTS; i++) {
		if (!is_wanted(asked, &f->charts[i]))
			continue;
		if (!first)
			out_line(o, "%s", "");
		first = false;
		chart_text(o, &f->charts[i], f->day, asked->top ? asked->top : TOP, a);
	}
}

static int
trending(struct context *c, struct desk *d, const struct asked *asked, struct err *e)
{
	struct figures f;
	struct day day;

	if (options_day("trending", asked->date, &d->publication, &day, e) < 0 ||
		figures_read(d->db, day, &d->arena, &f, e) < 0 || check_source(asked, &f, e) < 0)
		return -1;
	if (c->out.json)
		tell_json(&c->out, &f, asked);
	else
		tell_text(&c->out, &f, asked, &d->arena);
	return 0;
}

int
cmd_trending(struct context *c, int argc, char **argv, struct err *e)
{
	struct asked asked;
	struct desk d;
	int status;

	if (parse_options(argc, argv, &asked, e) < 0 || desk_open(&d, c, DB_READ, e) < 0)
		return -1;
	status = trending(c, &d, &asked, e);
	desk_close(&d);
	return status;
}

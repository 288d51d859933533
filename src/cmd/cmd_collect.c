/* cmd_collect.c: `morningpost collect`: what the sources answer, into the day's snapshot. */
#include <getopt.h>

#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/options.h"
#include "collect/collect.h"
#include "collect/recorded.h"
#include "store/thin.h"

const char cmd_collect_help[] =
	"  --date D      the day that the answers are of (default: today, UTC); with --from:\n"
	"                only that day\n"
	"  --deadline T  end it after this time, as in 5m (default: 15m)\n"
	"  --from DIR    take recorded answers: DIR/github/search/D.json,\n"
	"                DIR/hf/{models,models-pool,datasets,spaces,papers}/D.json,\n"
	"                DIR/ossinsight/past_week/D.json, DIR/arxiv/D.atom, DIR/feeds/D.rss;\n"
	"                without --date all days it has\n"
	"\n"
	"Asks the sources of morningpost.yaml, one after the other; one that fails stops\n"
	"no other. Exit codes: 0 when any source answered, 69 when none did, 75 when\n"
	"another collect is running.\n";

struct collecting {
	const char *date, *from;
	int64_t deadline;
};

/* What the run came to. */
struct told {
	struct out *out;
	int asked, answered;
	char day[11];
};

static int
parse_options(int argc, char **argv, struct collecting *asked, struct err *e)
{
	static const struct option longs[] = {
		{ "date", required_argument, NULL, 'd' },
		{ "from", required_argument, NULL, 'f' },
		{ "deadline", required_argument, NULL, 'l' },
		{ 0 },
	};
	int opt;

	*asked = (struct collecting){ .deadline = 900 * CLOCK_SECOND };
	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		switch (opt) {
		case 'd':
			asked->date = optarg;
			break;
		case 'f':
			asked->from = optarg;
			break;
		case 'l':
			if (!clock_parse_span(str_of(optarg), &asked->deadline) || !asked->deadline)
				return command_usage("collect", e,
					"--deadline takes a time, as in 5m, not '%s'", optarg);
			break;
		default:
			return command_bad_option("collect", opt, argv, e);
		}
	}
	return options_no_argument("collect", argc, argv, e);
}

static void
begin_json(struct out *o, const char *source, const char *day, const struct snapshot_result *r,
	const char *why)
{
	out_object(o, NULL);
	out_strz(o, "date", day);
	out_strz(o, "source", source);
	out_int(o, "rows", r->rows);
	out_int(o, "rejected", r->rejected);
	out_bool(o, "partial", r->partial);
	out_bool(o, "kept", r->kept);
	out_strz(o, "why", *why ? why : NULL);
}

/* A line on standard error for each source and day. */
static void
tell_line(const char *source, const char *day, const struct snapshot_result *r, const char *why)
{
	char rejected[40] = "";

	if (r->rejected)
		snprintf(rejected, sizeof rejected, ", %lld rejected", (long long)r->rejected);
	log_line(*why ? LOG_WARN : LOG_INFO, "%s %s: %lld rows%s%s%s%s%s", day, source,
		(long long)r->rows, rejected, r->rows && r->partial ? ", partial" : "",
		*why ? ": " : "", why, r->kept ? "" : "; what was there before stays");
}

static int
tell(void *context, const char *source, struct day day, const struct snapshot_result *r,
	const char *failed, struct err *e)
{
	struct told *t = context;
	const char *why = failed ? failed : r->why;
	char text[11];

	(void)e;
	clock_print_day(day, text);
	t->asked++;
	t->answered += r->answered;
	tell_line(source, text, r, why);
	if (t->out->json) {
		begin_json(t->out, source, text, r, why);
		out_end(t->out);
	}
	return 0;
}

/* What was spent on a source, beside what it gave. */
static void
tell_live(void *context, const struct collect_result *r)
{
	struct told *t = context;
	double seconds = (double)r->took / (double)CLOCK_SECOND;

	t->asked++;
	t->answered += r->kept.answered;
	log_line(*r->why ? LOG_WARN : LOG_INFO,
		"%s: %jd rows, %jd rejected, %u calls, %.1f kB, %.1f s%s%s%s%s", r->source,
		(intmax_t)r->kept.rows, (intmax_t)r->kept.rejected, r->calls,
		(double)r->bytes / 1000, seconds,
		r->kept.rows && r->kept.partial ? ", partial" : "", *r->why ? ": " : "", r->why,
		r->kept.rows && !r->kept.kept ? "; what was there before stays" : "");
	if (!t->out->json)
		return;
	begin_json(t->out, r->source, t->day, &r->kept, r->why);
	out_int(t->out, "calls", r->calls);
	out_int(t->out, "bytes", (int64_t)r->bytes);
	out_real(t->out, "seconds", seconds, 3);
	out_end(t->out);
}

static int
ask_sources(struct desk *d, const struct collecting *asked, struct day day, struct told *t,
	struct err *e)
{
	clock_print_day(day, t->day);
	if (clock_day_cmp(day, clock_day_at(clock_now(), "UTC")) < 0)
		log_warn("sources answer for today: unless these play that day, %s gets today's "
			 "counters; recorded answers come in with --from",
			t->day);
	return collect_run(
		&d->publication, d->db, day, COLLECT_ALL, asked->deadline, tell_live, t, e);
}

/* --from: recorded answers, of one day or of all. */
static int
take_recorded(struct desk *d, const struct collecting *asked, const struct day *day, struct told *t,
	struct err *e)
{
	return recorded_take(d->db, asked->from, day, clock_now(), tell, t, e);
}

static int
collect(struct context *c, struct desk *d, const struct collecting *asked, struct err *e)
{
	struct told t = { .out = &c->out };
	struct day day = clock_day_at(clock_now(), "UTC");
	int status;

	if (asked->date && options_day("collect", asked->date, &d->publication, &day, e) < 0)
		return -1;
	out_array(&c->out, NULL);
	status = asked->from ? take_recorded(d, asked, asked->date ? &day : NULL, &t, e)
			     : ask_sources(d, asked, day, &t, e);
	if (status == 0)
		status = thin_run(d->db, clock_day_at(clock_now(), "UTC"), e);
	out_end(&c->out);
	if (status < 0)
		return -1;
	if (!t.asked && !asked->from)
		return err_set(e, ERR_UNAVAILABLE,
			"nobody was asked: morningpost.yaml has sources:, and names none in it");
	return t.answered ? 0 : err_set(e, ERR_UNAVAILABLE, "no source answered");
}

int
cmd_collect(struct context *c, int argc, char **argv, struct err *e)
{
	struct collecting asked;
	struct desk d;
	int status;

	if (parse_options(argc, argv, &asked, e) < 0)
		return -1;
	if (desk_open(&d, c, DB_CREATE, e) < 0)
		return -1;
	status = collect(c, &d, &asked, e);
	desk_close(&d);
	return status;
}

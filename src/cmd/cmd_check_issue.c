/* cmd_check_issue.c: `morningpost check-issue`: for monitoring: has today's issue gone out? */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/desk.h"
#include "cmd/monitor.h"
#include "cmd/options.h"

const char cmd_check_issue_help[] =
	"  --by HH:MM        it need not be out before that time of publication.timezone\n"
	"                    (default: it is due all day)\n"
	"  --date D          the issue of that day (default: today)\n"
	"  --textfile FILE   the figures as well, for Prometheus' node_exporter: written\n"
	"                    whole, or not at all\n"
	"\n"
	"One line for Nagios and the like. Exit codes are theirs: 0 it is out; 1 on its way,\n"
	"or out with too much coming back; 2 not out, held, stuck or late; 3 it cannot be\n"
	"known.\n";

enum { METRICS = 64 * 1024 };

static const char *const level_names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

struct asked {
	const char *by, *date, *textfile;
};

/* -- the line ---------------------------------------------------------------------------------- */

/* A bar begins the figures, so none stands in the words; a relay's may have one. */
static void
print_line(struct out *o, enum monitor_level level, struct str words, const char *figures)
{
	char safe[1200];

	log_escape(words, safe, sizeof safe);
	for (char *p = safe; *p; p++)
		if (*p == '|')
			*p = '/';
	out_line(o, "MORNINGPOST %s: %s%s%s", level_names[level], safe, *figures ? " | " : "",
		figures);
	out_object(o, NULL);
	if (!o->json)
		return;
	out_int(o, "level", level);
	out_strz(o, "status", level_names[level]);
	out_str(o, "words", words);
}

static char *
figures(const struct monitor *m, const struct settings *s, int64_t now, struct arena *a)
{
	int64_t open = m->counts[DELIVERY_QUEUED] + m->counts[DELIVERY_SENDING] +
		       m->counts[DELIVERY_DEFERRED];
	char *line = arena_printf(a,
		"recipients=%" PRId64 ";;;0 sent=%" PRId64 ";;;0 failed=%" PRId64
		";;;0 left=%" PRId64 ";;;0 in_doubt=%" PRId64
		";;;0 bounced=%.2f%%;%g;;0;100 complained=%.2f%%;%g;;0;100",
		m->all, m->counts[DELIVERY_SENT], m->counts[DELIVERY_FAILED], open,
		m->counts[DELIVERY_IN_DOUBT], 100 * monitor_bounced(m), 100 * s->send.max_bounced,
		100 * monitor_complained(m), 100 * s->send.max_complained);

	return m->last_out ? arena_printf(a, "%s age=%" PRId64 "s;;;0", line,
				     (now - m->last_out) / CLOCK_SECOND)
			   : line;
}

static void
print_figures(struct out *o, const struct monitor *m)
{
	if (!o->json)
		return;
	out_int(o, "recipients", m->all);
	for (int i = 0; i < DELIVERY_STATES; i++)
		out_int(o, delivery_state_name((enum delivery_state)i), m->counts[i]);
	out_real(o, "bounced", monitor_bounced(m), 6);
	out_real(o, "complained", monitor_complained(m), 6);
	out_time(o, "last_out", m->last_out);
}

/* -- the text file ----------------------------------------------------------------------------- */

/* Prometheus has seconds. */
static double
seconds(int64_t at)
{
	int64_t whole = at / CLOCK_SECOND;

	return (double)whole;
}

static void
metric(struct buf *b, const char *name, const char *help, double value)
{
	buf_printf(b,
		"# HELP morningpost_%s %s\n# TYPE morningpost_%s gauge\nmorningpost_%s %.15g\n",
		name, help, name, name, value);
}

static void
add_metrics(struct buf *b, enum monitor_level level, const struct monitor *m, int64_t now)
{
	metric(b, "issue_check", "Today's issue: 0 is out, 1 warning, 2 critical, 3 unknown.",
		level);
	metric(b, "issue_check_timestamp_seconds", "When that was looked at.", seconds(now));
	if (level == MONITOR_UNKNOWN)
		return;
	metric(b, "issue_out", "Today's issue is out to everybody.",
		m->begun && m->issue.state == ISSUE_SENT);
	metric(b, "issue_bounced_ratio", "Share of those served who bounced.", monitor_bounced(m));
	metric(b, "issue_complained_ratio", "Share of those served who complained.",
		monitor_complained(m));
	if (m->last_out)
		metric(b, "issue_last_out_timestamp_seconds",
			"When an issue was last out to everybody.", seconds(m->last_out));
	buf_addz(b, "# HELP morningpost_issue_recipients Today's issue, by what came of it.\n"
		    "# TYPE morningpost_issue_recipients gauge\n");
	for (int i = 0; i < DELIVERY_STATES; i++)
		buf_printf(b, "morningpost_issue_recipients{state=\"%s\"} %" PRId64 "\n",
			delivery_state_name((enum delivery_state)i), m->counts[i]);
}

/* Others read it: node_exporter is another user. */
static int
write_textfile(const char *path, enum monitor_level level, const struct monitor *m, int64_t now,
	struct err *e)
{
	struct buf b;
	int status;

	buf_init(&b, METRICS);
	add_metrics(&b, level, m, now);
	status = file_write(AT_FDCWD, path, buf_str(&b), 0644, e);
	buf_free(&b);
	return status;
}

/* -- the command ------------------------------------------------------------------------------- */

static int
parse(int argc, char **argv, struct asked *out, struct err *e)
{
	static const struct option longs[] = { { "by", required_argument, NULL, 'b' },
		{ "date", required_argument, NULL, 'd' },
		{ "textfile", required_argument, NULL, 't' }, { 0 } };
	int opt;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt == 'b')
			out->by = optarg;
		else if (opt == 'd')
			out->date = optarg;
		else if (opt == 't')
			out->textfile = optarg;
		else
			return command_bad_option("check-issue", opt, argv, e);
	}
	return options_no_argument("check-issue", argc, argv, e);
}

static int
due_at(const struct publication *p, const char *by, struct day day, int64_t *out, struct err *e)
{
	struct str rest = str_of(by ? by : "00:00"), hours;
	uint64_t hour = 0, minute = 0;

	if (rest.n != 5 || !str_split(&rest, ':', &hours) || hours.n != 2 ||
		!str_u64(hours, 23, &hour) || !str_u64(rest, 59, &minute))
		return command_usage(
			"check-issue", e, "--by takes a time, as in 07:30, not '%s'", by);
	*out = clock_moment(day, (int)hour, (int)minute, p->settings.publication.timezone);
	return 0;
}

/* The level; -1 with e: it cannot be known. */
static int
look(struct context *c, struct desk *d, const struct asked *asked, struct monitor *m, struct err *e)
{
	const struct publication *p = &d->publication;
	int64_t due, now = clock_now();
	struct day day;
	struct str words;
	enum monitor_level level;

	if (options_day("check-issue", asked->date, p, &day, e) < 0 ||
		due_at(p, asked->by, day, &due, e) < 0 ||
		monitor_read(p, d->db, day, due, &d->arena, m, e) < 0)
		return -1;
	level = monitor_judge(m, &p->settings, now, &d->arena, &words);
	if (asked->textfile && write_textfile(asked->textfile, level, m, now, e) < 0)
		return -1;
	print_line(&c->out, level, words, figures(m, &p->settings, now, &d->arena));
	print_figures(&c->out, m);
	out_end(&c->out);
	return (int)level;
}

/* What is known of nothing is told too, or the file would say for ever that all is well. */
static int
unknown(struct context *c, const struct asked *asked, const struct err *e)
{
	const struct monitor nothing = { 0 };
	struct err ignored;

	if (asked->textfile && write_textfile(asked->textfile, MONITOR_UNKNOWN, &nothing,
				       clock_now(), &ignored) < 0)
		log_warn("%s", ignored.text);
	print_line(&c->out, MONITOR_UNKNOWN, str_of(e->text), "");
	out_end(&c->out);
	return MONITOR_UNKNOWN;
}

int
cmd_check_issue(struct context *c, int argc, char **argv, struct err *e)
{
	struct asked asked = { 0 };
	struct monitor m;
	struct desk d;
	int level;

	if (parse(argc, argv, &asked, e) < 0 || desk_open(&d, c, DB_READ, e) < 0)
		return unknown(c, &asked, e);
	level = look(c, &d, &asked, &m, e);
	desk_close(&d);
	return level < 0 ? unknown(c, &asked, e) : level;
}

#include "cmd/stats.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "cmd/plot.h"
#include "compose/amount.h"

enum { SVG = 4 << 20 };

/* The sheet, in pixels: margins, and how high and far apart its parts are. */
enum {
	WIDTH = 960,
	LEFT = 80,
	RIGHT = 96, /* what the line ends at is written there */
	EDGE = 32,
	TOP = 150,
	TALL = 180,
	LOW = 104,
	HALF_APART = 84,
	FOOT = 46,
};

static const char style[] =
	"svg{--sheet:#fffdf8;--ink:#1c1a17;--muted:#5c574d;--accent:#8c1d18;--hair:#ddd5c5;--up:#"
	"0b4f8a;"
	"--down:#b8432f;--plain:#a39a86}"
	"@media (prefers-color-scheme:dark){svg{--sheet:#1d1b17;--ink:#f3ede0;--muted:#c2baa8;"
	"--accent:#ffb09c;--hair:#3b3730;--up:#9ccbff;--down:#e8836b;--plain:#8a8373}}"
	"text{font:13px Helvetica,Arial,sans-serif;fill:var(--muted)}"
	".paper{fill:var(--sheet)}.rule{stroke:var(--ink)}.hair{stroke:var(--hair)}.base{stroke:"
	"var(--muted)}"
	".name{font-weight:bold;letter-spacing:2px;fill:var(--accent)}"
	".head{font:bold 32px Georgia,'Times New Roman',serif;fill:var(--ink)}"
	".span{font:italic 17px Georgia,'Times New Roman',serif}"
	".part{font-weight:bold;letter-spacing:1.5px;fill:var(--ink)}"
	".end{font-weight:bold;font-size:15px;fill:var(--accent)}"
	".r{text-anchor:end}.m{text-anchor:middle}"
	".line{fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linejoin:round;stroke-"
	"linecap:round}"
	".area{fill:var(--accent);opacity:.1}.dot{fill:var(--accent)}"
	".up{fill:var(--up)}.down{fill:var(--down)}.plain{fill:var(--plain)}"
	".limit{stroke:var(--accent);stroke-width:1.5;stroke-dasharray:5 4}"
	".limits{fill:var(--accent)}";

static struct str
whole_date(struct day d, struct arena *a)
{
	return str_of(
		arena_printf(a, "%.*s %d", STR_ARG(amount_day(clock_day_number(d), a)), d.year));
}

static struct str
counted(int64_t n, const char *what, struct arena *a)
{
	return str_of(arena_printf(a, "%.*s %s", STR_ARG(amount_whole((double)n, a)), what));
}

/* -- the parts --------------------------------------------------------------------------------- */

static void
draw_head(struct plot *p, const struct publication *publication)
{
	const struct stats *s = p->s;
	int64_t more = s->all.readers - s->readers_before;
	struct str change = more == 0 ? STR("as many as")
				      : str_of(arena_printf(p->a, "%.*s %s than",
						STR_ARG(amount_whole((double)llabs(more), p->a)),
						more > 0 ? "more" : "fewer"));

	plot_line(p, "rule", EDGE, 24, WIDTH - EDGE, 24, 4);
	plot_line(p, "rule", EDGE, 29.5, WIDTH - EDGE, 29.5, 1);
	plot_text(p, "name", EDGE, 56, str_of(publication->settings.publication.name));
	plot_text(p, "head", EDGE, 96,
		str_of(arena_printf(p->a, "%.*s, %.*s %.*s before",
			STR_ARG(amount_count((size_t)s->all.readers, "reader", "readers", p->a)),
			STR_ARG(change),
			STR_ARG(amount_count(s->day_count, "day", "days", p->a)))));
	plot_text(p, "span", EDGE, 124,
		str_of(arena_printf(p->a,
			"%.*s to %.*s; %.*s joined and %.*s left, a churn of %.*s in 30 days",
			STR_ARG(whole_date(s->days[0].day, p->a)),
			STR_ARG(whole_date(s->days[s->day_count - 1].day, p->a)),
			STR_ARG(amount_whole((double)s->all.joined, p->a)),
			STR_ARG(amount_whole((double)s->all.left, p->a)),
			STR_ARG(amount_percent(stats_churn(s), p->a)))));
}

static void
draw_path(struct plot *p, const struct plot_box *box, bool closed)
{
	const struct stats *s = p->s;

	buf_printf(&p->b, "<path class=\"%s\" d=\"", closed ? "area" : "line");
	for (size_t i = 0; i < s->day_count; i++)
		buf_printf(&p->b, "%c%.1f %.1f", i ? 'L' : 'M', plot_x(p, box, i),
			plot_y(box, (double)s->days[i].readers));
	if (closed)
		buf_printf(&p->b, "L%.1f %.1fL%.1f %.1fZ", plot_x(p, box, s->day_count - 1),
			box->y + box->h, plot_x(p, box, 0), box->y + box->h);
	buf_addz(&p->b, "\"/>\n");
}

static void
draw_readers(struct plot *p)
{
	struct plot_box box = plot_box(p, LEFT, WIDTH - LEFT - RIGHT, TALL, 12);
	const struct stats *s = p->s;
	double least = (double)s->days[0].readers, most = least;
	double x = plot_x(p, &box, s->day_count - 1), y;

	for (size_t i = 1; i < s->day_count; i++) {
		least = fmin(least, (double)s->days[i].readers);
		most = fmax(most, (double)s->days[i].readers);
	}
	axis_fit(least, most, true, true, &box.axis);
	y = plot_y(&box, (double)s->all.readers);
	plot_title(p, &box, "READERS",
		box.axis.low > 0
			? STR("active at the end of each day; the scale does not begin at 0")
			: STR("active at the end of each day"));
	plot_frame(p, &box);
	/* An area is as large as what it stands for only above a scale from 0. */
	if (box.axis.low == 0)
		draw_path(p, &box, true);
	draw_path(p, &box, false);
	buf_printf(&p->b, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>\n", x, y);
	plot_text(p, "end", x + 12, y + 5, amount_whole((double)s->all.readers, p->a));
	plot_next(p, &box);
}

/* Above and below one line, in one scale. */
static void
fit_both(const struct plot *p, struct axis *out)
{
	double joined = 0, left = 0;

	for (size_t i = 0; i < p->span_count; i++) {
		joined = fmax(joined, (double)p->spans[i].sum.joined);
		left = fmax(left, (double)p->spans[i].sum.left);
	}
	axis_fit(0, joined + left, false, true, out);
	out->low = -ceil(left / out->step - 1e-9) * out->step;
	out->high = fmax(1, ceil(joined / out->step - 1e-9)) * out->step;
	out->marks = (int)lround((out->high - out->low) / out->step) + 1;
}

static void
draw_coming(struct plot *p)
{
	static const char *const words[][2] = { { "up", "joined" }, { "down", "left" } };
	struct plot_box box = plot_box(p, LEFT, WIDTH - LEFT - RIGHT, LOW, 12);

	box.sign = true;
	fit_both(p, &box.axis);
	plot_title(p, &box, "CAME AND LEFT", str_of(arena_printf(p->a, "persons %s", p->per)));
	plot_legend(p, &box, words, 2);
	plot_frame(p, &box);
	for (size_t i = 0; i < p->span_count; i++) {
		const struct stats_day *d = &p->spans[i].sum;

		plot_bar(p, &box, "up", &p->spans[i], 0, (double)d->joined,
			counted(d->joined, "joined", p->a));
		plot_bar(p, &box, "down", &p->spans[i], 0, -(double)d->left,
			counted(d->left, "left", p->a));
	}
	plot_next(p, &box);
}

static void
draw_sent(struct plot *p)
{
	static const char *const words[][2] = { { "plain", "sent" }, { "down", "failed" } };
	struct plot_box box = plot_box(p, LEFT, WIDTH - LEFT - RIGHT, LOW, 12);
	double most = 0;

	for (size_t i = 0; i < p->span_count; i++)
		most = fmax(
			most, (double)(p->spans[i].sum.mail.sent + p->spans[i].sum.mail.failed));
	axis_fit(0, most, false, true, &box.axis);
	plot_title(p, &box, "SENT", str_of(arena_printf(p->a, "letters %s", p->per)));
	plot_legend(p, &box, words, 2);
	plot_frame(p, &box);
	for (size_t i = 0; i < p->span_count; i++) {
		const struct stats_mail *m = &p->spans[i].sum.mail;

		plot_bar(p, &box, "plain", &p->spans[i], 0, (double)m->sent,
			counted(m->sent, "sent", p->a));
		plot_bar(p, &box, "down", &p->spans[i], (double)m->sent,
			(double)(m->sent + m->failed), counted(m->failed, "failed", p->a));
	}
	plot_next(p, &box);
}

/* The line at which a sending stops, where the scale reaches it. */
static void
draw_limit(struct plot *p, const struct plot_box *box, double limit)
{
	double y = plot_y(box, limit);

	if (limit <= 0 || limit > box->axis.high)
		return;
	plot_line(p, "limit", box->x, y, box->x + box->w, y, 1.5);
	plot_text(p, "limits r", box->x + box->w, y + 15, STR("stops here"));
}

static void
draw_share(struct plot *p, struct plot_box *box, const char *title, const char *what, double limit,
	double (*share)(const struct stats_mail *m))
{
	double most = 0;
	struct str stops =
		limit > 0 ? str_of(arena_printf(
				    p->a, "of those served; a sending stops at %g%%", limit * 100))
			  : STR("of those served");

	for (size_t i = 0; i < p->span_count; i++)
		most = fmax(most, share(&p->spans[i].sum.mail));
	/* Near the limit, it is part of the picture. */
	axis_fit(0,
		limit > 0 && most >= limit / 4 ? fmax(most, limit)
		: most > 0                     ? most
					       : 0.01,
		false, false, &box->axis);
	box->percent = true;
	plot_title(p, box, title, stops);
	plot_frame(p, box);
	for (size_t i = 0; i < p->span_count; i++) {
		double v = share(&p->spans[i].sum.mail);

		plot_bar(p, box, "down", &p->spans[i], 0, v,
			str_of(arena_printf(
				p->a, "%.*s %s", STR_ARG(amount_percent(v, p->a)), what)));
	}
	draw_limit(p, box, limit);
}

static void
draw_answers(struct plot *p, const struct settings_send *send)
{
	double half = (WIDTH - LEFT - RIGHT - HALF_APART) / 2.0;
	struct plot_box left = plot_box(p, LEFT, half, LOW, 6),
			right = plot_box(p, LEFT + half + HALF_APART, half, LOW, 6);

	draw_share(p, &left, "BOUNCED", "bounced", send->max_bounced, stats_bounced);
	draw_share(p, &right, "COMPLAINED", "complained", send->max_complained, stats_complained);
	plot_next(p, &left);
}

static void
draw_foot(struct plot *p)
{
	p->y -= 24;
	plot_line(p, "rule", EDGE, p->y, WIDTH - EDGE, p->y, 1);
	plot_text(p, "", EDGE, p->y + 24, STR(STATS_NO_TRACKING));
	plot_text(p, "r", WIDTH - EDGE, p->y + 24, STR("morningpost stats"));
	p->y += FOOT;
}

/* What is read out in place of the drawing. */
static void
describe(struct plot *p, const struct publication *publication)
{
	const struct stats *s = p->s;

	buf_addz(&p->b, "<title>");
	text_html(str_of(publication->settings.publication.name), &p->b);
	buf_addz(&p->b, ": readers, letters, bounces and complaints</title>\n<desc>");
	buf_printf(&p->b,
		"%lld readers; %lld joined and %lld left in %zu days; %lld letters sent, %lld "
		"bounced, %lld complained.",
		(long long)s->all.readers, (long long)s->all.joined, (long long)s->all.left,
		s->day_count, (long long)s->all.mail.sent, (long long)s->all.mail.bounced,
		(long long)s->all.mail.complained);
	buf_addz(&p->b, "</desc>\n");
}

/* The drawing says how high the sheet is, so its head is written behind it. */
static void
draw_parts(struct plot *p, const struct publication *publication)
{
	draw_head(p, publication);
	draw_readers(p);
	draw_coming(p);
	draw_sent(p);
	draw_answers(p, &publication->settings.send);
	draw_foot(p);
}

struct str
stats_svg(const struct publication *publication, const struct stats *s, struct arena *a)
{
	struct plot parts = { .a = a, .s = s, .y = TOP }, whole = { .a = a, .s = s };

	plot_spans(&parts);
	buf_init(&parts.b, SVG);
	draw_parts(&parts, publication);
	buf_init(&whole.b, 2 * SVG);
	buf_printf(&whole.b,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" "
		"height=\"%.0f\" role=\"img\">\n",
		WIDTH, parts.y, WIDTH, parts.y);
	describe(&whole, publication);
	buf_printf(&whole.b,
		"<style>%s</style>\n<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n", style,
		WIDTH, parts.y);
	buf_add(&whole.b, buf_str(&parts.b));
	buf_addz(&whole.b, "</svg>\n");
	buf_free(&parts.b);
	return buf_keep(&whole.b, a);
}

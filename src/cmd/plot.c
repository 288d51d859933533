#include "cmd/plot.h"

#include <math.h>

#include "base/text.h"
#include "compose/amount.h"

/* From a part's title to its drawing, from there to its dates, and to the next part. */
enum { TITLE = 34, DATES = 22, APART = 40, WIDEST = 40 };

void
plot_text(struct plot *p, const char *class, double x, double y, struct str words)
{
	buf_printf(&p->b, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	text_html(words, &p->b);
	buf_addz(&p->b, "</text>\n");
}

void
plot_line(
	struct plot *p, const char *class, double x1, double y1, double x2, double y2, double width)
{
	buf_printf(&p->b,
		"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
		"stroke-width=\"%g\"/>\n",
		class, x1, y1, x2, y2, width);
}

/* "21 Aug"; of months alone "Aug", or the year that begins. */
static struct str
tick_name(const struct plot_box *box, const struct stats *s, size_t i, struct arena *a)
{
	struct day day = s->days[box->ticks[i]].day;
	struct str name = amount_day(clock_day_number(day), a), number;
	bool months = true;

	for (size_t k = 0; k < box->tick_count; k++)
		months = months && s->days[box->ticks[k]].day.day == 1;
	if (!months || box->tick_count < 2)
		return name;
	if (day.month == 1)
		return str_of(arena_printf(a, "%d", day.year));
	(void)str_split(&name, ' ', &number);
	return name;
}

/* -- a part's frame ---------------------------------------------------------------------------- */

double
plot_y(const struct plot_box *box, double v)
{
	return box->y + box->h * (1 - axis_place(&box->axis, v));
}

static double
slot(const struct plot *p, const struct plot_box *box)
{
	return box->w / (double)p->s->day_count;
}

double
plot_x(const struct plot *p, const struct plot_box *box, size_t day)
{
	return box->x + slot(p, box) * ((double)day + 0.5);
}

static struct str
mark_name(const struct plot_box *box, double v, struct arena *a)
{
	if (box->percent)
		return str_of(arena_printf(a, "%g%%", round(v * 1e6) / 1e4));
	return box->sign ? amount_gain(v, a) : amount_whole(v, a);
}

/* What is drawn grows from 0, or else stands on the lowest mark. */
static bool
is_base(const struct plot_box *box, int mark)
{
	double zero = -box->axis.low / box->axis.step;

	return zero > 0 ? fabs(mark - zero) < 0.5 : mark == 0;
}

void
plot_frame(struct plot *p, const struct plot_box *box)
{
	for (int i = 0; i < box->axis.marks; i++) {
		double v = box->axis.low + i * box->axis.step, y = plot_y(box, v);

		plot_line(p, is_base(box, i) ? "base" : "hair", box->x, y, box->x + box->w, y, 1);
		plot_text(p, "r", box->x - 10, y + 4.5, mark_name(box, v, p->a));
	}
	for (size_t i = 0; i < box->tick_count; i++) {
		double x = plot_x(p, box, box->ticks[i]), y = box->y + box->h;

		plot_line(p, "base", x, y, x, y + 5, 1);
		plot_text(p, "m", x, y + DATES, tick_name(box, p->s, i, p->a));
	}
}

void
plot_title(struct plot *p, const struct plot_box *box, const char *title, struct str unit)
{
	buf_printf(&p->b,
		"<text class=\"part\" x=\"%.1f\" y=\"%.1f\">%s<tspan style=\"font-weight:"
		"normal;letter-spacing:0;fill:var(--muted)\" dx=\"10\">",
		box->x, box->y - TITLE + 14, title);
	text_html(unit, &p->b);
	buf_addz(&p->b, "</tspan></text>\n");
}

/* A box at p->y, with its days; `most` of them can be written below it. */
struct plot_box
plot_box(const struct plot *p, double x, double w, double h, size_t most)
{
	struct plot_box box = { .x = x, .y = p->y + TITLE, .w = w, .h = h };

	box.tick_count = axis_days(p->s->days[0].day, p->s->day_count, most, box.ticks);
	return box;
}

void
plot_next(struct plot *p, const struct plot_box *box)
{
	p->y = box->y + box->h + DATES + APART;
}

/* -- bars -------------------------------------------------------------------------------------- */

/* How many days of how long a time a bar stands for, so that bars can be told apart. */
static const struct {
	size_t from, n;
	const char *per;
} lengths[] = { { 1001, 30, "in 30 days" }, { 101, 7, "in 7 days" }, { 0, 1, "a day" } };

static void
add_day(struct stats_day *sum, const struct stats_day *d)
{
	sum->joined += d->joined;
	sum->left += d->left;
	sum->mail.sent += d->mail.sent;
	sum->mail.failed += d->mail.failed;
	sum->mail.bounced += d->mail.bounced;
	sum->mail.complained += d->mail.complained;
}

/* They end with the last day; the first may be shorter, and so is its bar then. */
void
plot_spans(struct plot *p)
{
	size_t i = 0, at = 0, n, days = p->s->day_count;

	while (days < lengths[i].from)
		i++;
	n = lengths[i].n;
	p->per = lengths[i].per;
	p->spans = arena_many(p->a, days / n + 1, struct plot_span);
	while (at < days) {
		struct plot_span *span = &p->spans[p->span_count++];

		span->first = at;
		span->n = at == 0 && days % n ? days % n : n;
		span->sum.day = p->s->days[at].day;
		for (size_t k = 0; k < span->n; k++)
			add_day(&span->sum, &p->s->days[at + k]);
		at += span->n;
	}
}

/* From one value to another, with what it is as its hint. */
void
plot_bar(struct plot *p, const struct plot_box *box, const char *class,
	const struct plot_span *span, double from, double to, struct str what)
{
	double width = fmin(slot(p, box) * (double)span->n * 0.72, WIDEST), y1 = plot_y(box, to),
	       y2 = plot_y(box, from), height;
	double x = box->x + slot(p, box) * ((double)span->first + (double)span->n / 2) - width / 2;

	if (y1 > y2) {
		double y = y1;

		y1 = y2;
		y2 = y;
	}
	height = y2 - y1;
	if (height <= 0)
		return;
	/* What there was is seen, if it was one of many. */
	if (height < 1) {
		y1 -= to > from ? 1 - height : 0;
		height = 1;
	}
	buf_printf(&p->b,
		"<rect class=\"%s\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>",
		class, x, y1, width, height);
	text_html(amount_day(clock_day_number(span->sum.day), p->a), &p->b);
	buf_printf(&p->b, "%s: ", span->n > 1 ? " on" : "");
	text_html(what, &p->b);
	buf_addz(&p->b, "</title></rect>\n");
}

/* Squares of colour with their words, from the right end of the title's line. */
void
plot_legend(struct plot *p, const struct plot_box *box, const char *const rows[][2], size_t n)
{
	double x = box->x + box->w;

	for (size_t i = n; i-- > 0;) {
		double width = 6.2 * (double)text_width(str_of(rows[i][1]));

		plot_text(p, "r", x, box->y - TITLE + 14, str_of(rows[i][1]));
		buf_printf(&p->b,
			"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"11\" height=\"11\"/>\n",
			rows[i][0], x - width - 17, box->y - TITLE + 4);
		x -= width + 35;
	}
}

/* plot.h: drawing figures over days as SVG: scales, bars and their words, onto one sheet. */
#ifndef CMD_PLOT_H
#define CMD_PLOT_H

#include "base/buf.h"
#include "cmd/axis.h"
#include "store/stats.h"

enum { PLOT_TICKS = 16 };

/* Some days that are drawn as one bar. */
struct plot_span {
	size_t first, n;
	struct stats_day sum;
};

struct plot {
	struct buf b; /* what is drawn so far */
	struct arena *a;
	const struct stats *s;
	struct plot_span *spans;
	size_t span_count;
	const char *per; /* what a bar is of: "a day" */
	double y;        /* where the next part begins */
};

/* One drawing: its place, its scale, and the days that are written below it. */
struct plot_box {
	double x, y, w, h;
	struct axis axis;
	size_t ticks[PLOT_TICKS], tick_count;
	bool percent, sign;
};

/* Days to bars: each, or so many together that they can be told apart. They end with the last day;
 * the first may be shorter, and so is its bar then. */
void plot_spans(struct plot *p);

/* A box at p->y; at most `most` days are written below it. */
struct plot_box plot_box(const struct plot *p, double x, double w, double h, size_t most);
/* Where the next one begins. */
void plot_next(struct plot *p, const struct plot_box *box);

/* Its title with what is measured, its marks, and the colours' words at its right. */
void plot_title(struct plot *p, const struct plot_box *box, const char *title, struct str unit);
void plot_frame(struct plot *p, const struct plot_box *box);
void plot_legend(struct plot *p, const struct plot_box *box, const char *const rows[][2], size_t n);

/* Pixels: of a day's middle, of a value. */
double plot_x(const struct plot *p, const struct plot_box *box, size_t day);
double plot_y(const struct plot_box *box, double v);

/* A bar from one value to another, with what it is as its hint. */
void plot_bar(struct plot *p, const struct plot_box *box, const char *class,
	const struct plot_span *span, double from, double to, struct str what);
void plot_line(struct plot *p, const char *class, double x1, double y1, double x2, double y2,
	double width);
void plot_text(struct plot *p, const char *class, double x, double y, struct str words);

#endif

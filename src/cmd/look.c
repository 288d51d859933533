#include "cmd/look.h"

/*
 * A frame cannot be told which scheme it is to prefer, so what asks for one is answered here: a
 * condition that always holds, or never. It may stand beside others ("... and (max-width: 600px)").
 */
#define ALWAYS STR_INIT("(min-width: 0)")
#define NEVER STR_INIT("(max-width: 0)")

static const struct {
	struct str from, to[2]; /* by enum look */
} rows[] = {
	{ STR_INIT("(prefers-color-scheme: dark)"), { NEVER, ALWAYS } },
	{ STR_INIT("(prefers-color-scheme:dark)"), { NEVER, ALWAYS } },
	{ STR_INIT("(prefers-color-scheme: light)"), { ALWAYS, NEVER } },
	{ STR_INIT("(prefers-color-scheme:light)"), { ALWAYS, NEVER } },
	{ STR_INIT("content=\"light dark\""),
		{ STR_INIT("content=\"light\""), STR_INIT("content=\"dark\"") } },
	{ STR_INIT("color-scheme: light dark"),
		{ STR_INIT("color-scheme: light"), STR_INIT("color-scheme: dark") } },
	{ STR_INIT("color-scheme:light dark"),
		{ STR_INIT("color-scheme:light"), STR_INIT("color-scheme:dark") } },
	{ STR_INIT("<head>"), { STR_INIT("<head><base target=\"_blank\">"),
				      STR_INIT("<head><base target=\"_blank\">") } },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* The row that s begins with, or ROWS. */
static size_t
row_of(struct str s)
{
	size_t i = 0;

	while (i < ROWS && !str_starts(s, rows[i].from))
		i++;
	return i;
}

void
look_dress(struct str html, enum look look, const char *pictures, struct buf *out)
{
	static const struct str cid = STR_INIT("=\"cid:");

	while (html.n) {
		size_t row = row_of(html), n = 1;

		if (row < ROWS) {
			buf_add(out, rows[row].to[look]);
			n = rows[row].from.n;
		} else if (str_starts(html, cid)) {
			buf_printf(out, "=\"%s", pictures);
			n = cid.n;
		} else {
			buf_addc(out, html.p[0]);
		}
		html = str_from(html, n);
	}
}

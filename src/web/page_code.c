#include "web/page_code.h"

#include "base/qr.h"

enum { LIMIT = 1 << 20, SCALE = 8 };

const char *const page_code_names[] = { "subscribe.svg", "subscribe.png", "telegram.svg",
	"telegram.png" };
const size_t page_code_count = sizeof page_code_names / sizeof page_code_names[0];

/* Empty: there is no such place. */
static struct str
where_to(const struct archive *ar, struct str name, struct arena *a)
{
	if (str_starts(name, STR("subscribe.")))
		return archive_url(ar, "/subscribe", a);
	return str_of(ar->site->publication->settings.telegram_url);
}

bool
page_code_is_there(const struct archive *ar, const char *name)
{
	struct arena a = { 0 };
	bool there = where_to(ar, str_of(name), &a).n > 0;

	arena_free(&a);
	return there;
}

static int
draw(struct str url, bool svg, struct arena *a, struct document *out, struct err *e)
{
	struct qr code;
	struct buf b;
	int status = 0;

	if (qr_make(url, a, &code, e) < 0)
		return -1;
	buf_init(&b, LIMIT);
	if (svg)
		qr_svg(&code, SCALE, &b);
	else
		status = qr_png(&code, SCALE, &b, e);
	*out = (struct document){ .type = svg ? "image/svg+xml" : "image/png",
		.body = buf_keep(&b, a) };
	return status < 0 ? -1 : 1;
}

int
page_code(struct archive *ar, struct str rest, struct arena *a, struct document *out, struct err *e)
{
	struct str url;

	for (size_t i = 0; i < page_code_count; i++) {
		if (!str_eqz(rest, page_code_names[i]))
			continue;
		url = where_to(ar, rest, a);
		return url.n ? draw(url, str_ends(rest, STR(".svg")), a, out, e) : 0;
	}
	return 0;
}

#include "web/page_archive.h"

#include "base/clock.h"
#include "web/shelf.h"

/* A new issue is seen within so many seconds; what never changes is kept for a year. */
enum { SOON = 300, GOOD = 31536000 };

void
page_shelved(struct visit *v, const struct shelved *s, int max_age)
{
	struct response *r = &v->response;

	r->status = 200;
	r->type = s->document.type;
	r->body = s->document.body;
	r->public = true;
	r->max_age = max_age;
	r->etag = s->tag;
	if (s->squeezed.n && request_takes_gzip(v->request)) {
		r->body = s->squeezed;
		r->encoding = "gzip";
	}
}

/* A send writes into the database many times a second, and the list may be long. */
static int
look_for_news(struct clerk *k, int64_t now, struct err *e)
{
	bool changed;

	if (k->looked_at && now - k->looked_at < CLOCK_SECOND && now >= k->looked_at)
		return 0;
	if (archive_refresh(&k->archive, &changed, e) < 0)
		return -1;
	if (changed)
		shelf_clear(k->shelf);
	k->looked_at = now;
	return 0;
}

/* From the shelf, or made and put there. NULL in *out: there is no such document. */
static int
find(struct visit *v, const struct shelved **out, struct err *e)
{
	struct clerk *k = v->clerk;
	struct document d;
	int got;

	*out = NULL;
	if (look_for_news(k, v->now, e) < 0)
		return -1;
	*out = shelf_find(k->shelf, v->path);
	if (*out)
		return 0;
	got = archive_find(&k->archive, v->path, v->arena, &d, e);
	if (got == 1)
		*out = shelf_put(k->shelf, v->path, &d);
	return got < 0 ? -1 : 0;
}

/* Where there is no database (serve --public-only), the web server has the exported files. */
int
page_archive(struct visit *v, struct err *e)
{
	const struct shelved *found = NULL;

	if (v->clerk->db && find(v, &found, e) < 0)
		return -1;
	if (!found)
		return visit_page(v, 404, "page-missing.html", NULL, e);
	page_shelved(v, found, found->document.fixed ? GOOD : SOON);
	return 0;
}

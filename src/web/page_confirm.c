#include "web/page_confirm.h"

#include "web/form.h"

static const struct {
	const char *ask, *done; /* pages */
	const char *words;      /* of the file of words: what stands beside the button */
} links[] = {
	[TOKEN_CONFIRM] = { "page-confirm.html", "page-confirmed.html", "confirm_agree" },
};
enum { LINKS = (int)(sizeof links / sizeof links[0]) };

/* A bit for each kind of links that there is. */
static unsigned
link_kinds(void)
{
	unsigned kinds = 0;

	for (unsigned i = 0; i < LINKS; i++)
		if (links[i].ask)
			kinds |= 1U << i;
	return kinds;
}

static int
missing(struct visit *v, struct err *e)
{
	return visit_page(v, 404, "page-bad-link.html", NULL, e);
}

/* Find out whose link it is; anything else is answered here. 1 somebody's, 0 answered, -1. */
static int
meet(struct visit *v, struct token *t, struct subscriber *who, struct err *e)
{
	enum visitor visitor;

	if (visit_identify(v, link_kinds(), &visitor, t, who, e) < 0)
		return -1;
	switch (visitor) {
	case VISITOR_NOBODY:
		return missing(v, e);
	case VISITOR_TEST:
		return visit_page(v, 200, "page-test.html", NULL, e);
	case VISITOR_MEMBER:
		break;
	}
	return 1;
}

int
page_confirm_ask(struct visit *v, struct err *e)
{
	enum wish_outcome outcome;
	struct subscriber who;
	struct owed note;
	struct token t;
	int status = meet(v, &t, &who, e);

	if (status <= 0)
		return status;
	if (visit_foresee(v, &t, &who, &outcome, &note, e) < 0)
		return -1;
	if (outcome == WISH_GRANTED)
		return visit_page(v, 200, links[t.kind].ask, &who, e);
	if (outcome == WISH_HAD_BEEN)
		return visit_page(v, 200, links[t.kind].done, &who, e);
	return missing(v, e);
}

static int
confirm(struct visit *v, const struct token *t, struct err *e)
{
	struct wish w = { .kind = WISH_CONFIRM,
		.how = STR("page"),
		.words = words_get(&v->clerk->site->words, links[t->kind].words) };
	enum wish_outcome outcome;
	struct subscriber who;

	if (visit_wish(v, &w, &outcome, &who, NULL, e) < 0)
		return -1;
	switch (outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, links[t->kind].done, &who, e);
	case WISH_REFUSED:
		return visit_page(v, 409, "page-refused.html", &who, e);
	case WISH_TEST:
	case WISH_NOBODY:
	case WISH_MALFORMED:
		break;
	}
	return missing(v, e);
}

int
page_confirm_do(struct visit *v, struct err *e)
{
	const struct request *r = v->request;
	struct subscriber who;
	struct form form;
	struct token t;
	int status = meet(v, &t, &who, e);

	if (status <= 0)
		return status;
	switch (form_parse(r->fields[REQUEST_CONTENT_TYPE], buf_str(&r->body), v->arena, &form)) {
	case FORM_OTHER_TYPE:
		return visit_page(v, 415, "page-bad-form.html", NULL, e);
	case FORM_BROKEN:
		break;
	case FORM_OK:
		if (form_says(&form, "confirm", "yes"))
			return confirm(v, &t, e);
		break;
	}
	return visit_page(v, 400, "page-bad-form.html", NULL, e);
}

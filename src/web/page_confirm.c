#include "web/page_confirm.h"

#include "store/owed.h"
#include "web/member.h"
#include "web/page_export.h"

typedef int page_answer(struct visit *v, const struct subscriber *who, struct err *e);

static const struct {
	const char *ask, *done, *refused; /* pages */
	const char *words;                /* of the file of words: what stands beside the button */
	page_answer *give;                /* the answer when it is granted, if that is no page */
} links[] = {
	[TOKEN_CONFIRM] = { "page-confirm.html", "page-confirmed.html", "page-refused.html",
		"confirm_agree", NULL },
	[TOKEN_EXPORT] = { "page-confirm-export.html", "page-confirmed-export.html",
		"page-refused.html", "confirm_export_button", page_export_give },
	[TOKEN_ERASE] = { "page-confirm-erase.html", "page-confirmed-erase.html",
		"page-refused.html", "confirm_erase_button", NULL },
	[TOKEN_ADDRESS] = { "page-confirm-address.html", "page-confirmed-address.html",
		"page-no-address.html", "confirm_address_button", NULL },
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

/* What is to be given out is not on a host without the database, and to grant it later would give
 * nothing to anybody. */
static bool
is_elsewhere(const struct visit *v, const struct token *t)
{
	return links[t->kind].give && !v->clerk->db;
}

/* A new address is shown whole: who has this link was sent it, and is to agree to just that. */
static int
ask(struct visit *v, const char *page, const struct subscriber *who, const struct owed *note,
	struct err *e)
{
	struct value *values = site_values(v->clerk->site, v->arena);
	struct str new = { 0 };

	if (note->id && owed_detail(v->clerk->db, note->id, "$.email", v->arena, &new, e) < 0)
		return -1;
	visit_put_text(
		v, values, "address", who->email.n ? visit_mask(who->email, v->arena) : who->email);
	visit_put_text(v, values, "token", v->token);
	visit_put_text(v, values, "new_address", new);
	return visit_render(v, 200, page, values, e);
}

int
page_confirm_ask(struct visit *v, struct err *e)
{
	enum wish_outcome outcome;
	struct subscriber who;
	struct owed note;
	struct token t;
	int status = member_meet_by(v, link_kinds(), &t, &who, e);

	if (status <= 0)
		return status;
	if (is_elsewhere(v, &t))
		return visit_page(v, 200, "page-no-file.html", NULL, e);
	if (visit_foresee(v, &t, &who, &outcome, &note, e) < 0)
		return -1;
	if (outcome == WISH_GRANTED)
		return ask(v, links[t.kind].ask, &who, &note, e);
	if (outcome == WISH_HAD_BEEN)
		return visit_page(v, 200, links[t.kind].done, &who, e);
	return member_missing(v, e);
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
	if (outcome == WISH_GRANTED && links[t->kind].give)
		return links[t->kind].give(v, &who, e);
	switch (outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, links[t->kind].done, &who, e);
	case WISH_REFUSED:
		return visit_page(v, 409, links[t->kind].refused, &who, e);
	case WISH_TEST:
	case WISH_NOBODY:
	case WISH_MALFORMED:
		break;
	}
	return member_missing(v, e);
}

int
page_confirm_do(struct visit *v, struct err *e)
{
	struct subscriber who;
	struct form form;
	struct token t;
	int status = member_meet_by(v, link_kinds(), &t, &who, e);

	if (status > 0)
		status = member_form(v, &form, e);
	if (status <= 0)
		return status;
	if (is_elsewhere(v, &t))
		return visit_page(v, 409, "page-no-file.html", NULL, e);
	return form_says(&form, "confirm", "yes") ? confirm(v, &t, e) : member_bad_form(v, e);
}

#include "web/page_leave.h"

#include "web/member.h"

/* Does the body say what it must? 1 it does, 0 answered. */
static int
read_form(struct visit *v, struct form *form, const char *name, const char *value, struct err *e)
{
	int status = member_form(v, form, e);

	return status > 0 && !form_says(form, name, value) ? member_bad_form(v, e) : status;
}

/* -- leaving ---------------------------------------------------------------------------------- */

int
page_leave_ask(struct visit *v, struct err *e)
{
	struct subscriber who;
	int status = member_meet(v, &who, e);

	if (status <= 0)
		return status;
	switch (who.state) {
	case SUBSCRIBER_PENDING:
	case SUBSCRIBER_ACTIVE:
	case SUBSCRIBER_BOUNCED:
		return visit_page(v, 200, "page-leave.html", &who, e);
	case SUBSCRIBER_UNSUBSCRIBED:
		return visit_page(v, 200, "page-left.html", &who, e);
	case SUBSCRIBER_COMPLAINED:
		break;
	}
	return visit_page(v, 200, "page-off.html", &who, e);
}

/* Undoing is offered where it would work. */
static const char *
left_page(const struct subscriber *who)
{
	return who->state == SUBSCRIBER_COMPLAINED || who->state == SUBSCRIBER_BOUNCED
		       ? "page-off.html"
		       : "page-left.html";
}

static int
leave(struct visit *v, const char *how, struct err *e)
{
	struct wish w = { .kind = WISH_LEAVE, .how = str_of(how) };
	enum wish_outcome outcome;
	struct subscriber who;

	if (visit_wish(v, &w, &outcome, &who, NULL, e) < 0)
		return -1;
	switch (outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, left_page(&who), &who, e);
	case WISH_TEST:
		return visit_page(v, 200, "page-test.html", NULL, e);
	case WISH_NOBODY:
	case WISH_REFUSED:
	case WISH_MALFORMED:
		break;
	}
	return member_missing(v, e);
}

int
page_leave_do(struct visit *v, struct err *e)
{
	struct subscriber who;
	struct form form;
	int status = member_meet(v, &who, e);

	if (status > 0)
		status = read_form(v, &form, "List-Unsubscribe", "One-Click", e);
	if (status > 0)
		status = leave(v, form_says(&form, "from", "page") ? "page" : "one-click", e);
	return status;
}

/* -- coming back ------------------------------------------------------------------------------ */

int
page_return_ask(struct visit *v, struct err *e)
{
	struct subscriber who;
	int status = member_meet(v, &who, e);

	if (status <= 0)
		return status;
	/* Who has no row to look at can only ask. */
	if (!v->clerk->db)
		return visit_page(v, 200, "page-return.html", &who, e);
	switch (who.state) {
	case SUBSCRIBER_UNSUBSCRIBED:
		return visit_page(v, 200, "page-return.html", &who, e);
	case SUBSCRIBER_PENDING:
	case SUBSCRIBER_ACTIVE:
		return visit_page(v, 200, "page-returned.html", &who, e);
	case SUBSCRIBER_BOUNCED:
	case SUBSCRIBER_COMPLAINED:
		break;
	}
	return visit_page(v, 200, "page-refused.html", &who, e);
}

static int
come_back(struct visit *v, struct err *e)
{
	struct wish w = { .kind = WISH_RETURN };
	enum wish_outcome outcome;
	struct subscriber who;

	if (visit_wish(v, &w, &outcome, &who, NULL, e) < 0)
		return -1;
	switch (outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, "page-returned.html", &who, e);
	case WISH_REFUSED:
		return visit_page(v, 409, "page-refused.html", &who, e);
	case WISH_TEST:
		return visit_page(v, 200, "page-test.html", NULL, e);
	case WISH_NOBODY:
	case WISH_MALFORMED:
		break;
	}
	return member_missing(v, e);
}

int
page_return_do(struct visit *v, struct err *e)
{
	struct subscriber who;
	struct form form;
	int status = member_meet(v, &who, e);

	if (status > 0)
		status = read_form(v, &form, "return", "yes", e);
	return status > 0 ? come_back(v, e) : status;
}

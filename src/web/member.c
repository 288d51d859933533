#include "web/member.h"

int
member_missing(struct visit *v, struct err *e)
{
	return visit_page(v, 404, "page-bad-link.html", NULL, e);
}

int
member_meet_by(
	struct visit *v, unsigned kinds, struct token *t, struct subscriber *who, struct err *e)
{
	enum visitor visitor;

	if (visit_identify(v, kinds, &visitor, t, who, e) < 0)
		return -1;
	switch (visitor) {
	case VISITOR_NOBODY:
		return member_missing(v, e);
	case VISITOR_TEST:
		return visit_page(v, 200, "page-test.html", NULL, e);
	case VISITOR_MEMBER:
		break;
	}
	return 1;
}

int
member_meet(struct visit *v, struct subscriber *who, struct err *e)
{
	return member_meet_by(v, 1U << TOKEN_MEMBER, NULL, who, e);
}

int
member_bad_form(struct visit *v, struct err *e)
{
	return visit_page(v, 400, "page-bad-form.html", NULL, e);
}

int
member_form(struct visit *v, struct form *form, struct err *e)
{
	const struct request *r = v->request;

	switch (form_parse(r->fields[REQUEST_CONTENT_TYPE], buf_str(&r->body), v->arena, form)) {
	case FORM_OTHER_TYPE:
		return visit_page(v, 415, "page-bad-form.html", NULL, e);
	case FORM_BROKEN:
		return member_bad_form(v, e);
	case FORM_OK:
		break;
	}
	return 1;
}

#include "web/page_export.h"

#include "store/person.h"
#include "web/member.h"

int
page_export_give(struct visit *v, const struct subscriber *who, struct err *e)
{
	int got = person_json(v->clerk->db, who->id, v->arena, &v->response.body, e);

	if (got < 0)
		return -1;
	/* Erased a moment ago, by the other link. */
	if (got == 0)
		return member_missing(v, e);
	v->response.status = 200;
	v->response.type = "application/json";
	v->response.download = "subscription.json";
	return 0;
}

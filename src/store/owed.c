#include "store/owed.h"

const char *
owed_kind_name(enum owed_kind kind)
{
	static const char *const names[OWED_KINDS] = {
		[OWED_CONFIRM] = "confirm",
		[OWED_LEFT] = "left",
		[OWED_EXPORT] = "export",
		[OWED_ERASE] = "erase",
		[OWED_ADDRESS] = "address",
	};

	return names[kind];
}

int
owed_add(struct db *db, const struct owed_wish *w, int64_t now, int64_t *id, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO owed (subscriber_id, kind, email, detail, owed_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, w->subscriber);
	stmt_textz(s, 2, owed_kind_name(w->kind));
	stmt_text_or_null(s, 3, w->email);
	stmt_text(s, 4, w->detail.n ? w->detail : STR("{}"));
	stmt_int(s, 5, now);
	if (stmt_run(s, e) < 0)
		return -1;
	if (id)
		*id = db_last_id(db);
	return 0;
}

#include "cmd/known.h"

#include "base/file.h"
#include "store/drafted.h"

enum { ISSUE = 4 << 20 };

int
known_is_unedited(const struct publication *p, struct db *db, struct day day, struct err *e)
{
	struct arena a = { 0 };
	struct err missing = { 0 };
	struct str text;
	char path[32];
	int got = 0;

	publication_issue_path(day, path);
	/* What is wrong with the file is told by whoever composes it. */
	if (file_read(p->dir, path, ISSUE, &a, &text, &missing) == 0)
		got = drafted_has(db, day, text, e);
	arena_free(&a);
	return got;
}

static int
read_all(const struct publication *p, struct db *db, struct day day, struct arena *a,
	struct known *out, struct err *e)
{
	int unedited = db ? known_is_unedited(p, db, day, e) : 0,
	    approved = db ? approval_newest(db, day, a, &out->approval, e) : 0;

	if (unedited < 0 || approved < 0 || figures_read(db, day, a, &out->figures, e) < 0)
		return -1;
	out->options = (struct edition_options){ .figures = &out->figures,
		.approval = approved ? &out->approval : NULL,
		.unedited = unedited == 1 };
	return 0;
}

int
known_read(const struct publication *p, struct db *db, struct day day, struct arena *a,
	struct known *out, struct err *e)
{
	struct db *opened = NULL;
	int status;

	if (!db && db_open(p->dir, DB_PATH, DB_READ, &opened, e) < 0) {
		if (e->code != ERR_NOINPUT)
			return -1;
		e->code = ERR_NONE;
	}
	status = read_all(p, db ? db : opened, day, a, out, e);
	db_close(opened);
	return status;
}

#include "cmd/known.h"

#include "base/asset.h"
#include "base/file.h"
#include "store/drafted.h"

enum { ISSUE = 4 << 20 };

/* By its bytes, so that it is known under any date, and in a folder without a database. */
static bool
is_sample(struct str text)
{
	const struct asset *sample = asset_find("templates/init-issue.md");

	return sample && str_eq(sample->bytes, text);
}

int
known_hand(const struct publication *p, struct db *db, struct day day, struct err *e)
{
	struct arena a = { 0 };
	struct err missing = { 0 };
	struct str text;
	char path[32];
	int hand = KNOWN_EDITOR, got;

	publication_issue_path(day, path);
	/* What is wrong with the file is told by whoever composes it. */
	if (file_read(p->dir, path, ISSUE, &a, &text, &missing) == 0) {
		got = db ? drafted_has(db, day, text, e) : 0;
		hand = got < 0           ? -1
		       : got             ? KNOWN_DRAFT
		       : is_sample(text) ? KNOWN_SAMPLE
					 : KNOWN_EDITOR;
	}
	arena_free(&a);
	return hand;
}

const char *
known_why_held(const struct publication *p, enum known_hand hand)
{
	switch (hand) {
	case KNOWN_EDITOR:
		break;
	case KNOWN_DRAFT:
		return p->settings.daily.send_unedited
			       ? NULL
			       : "as it was drafted, and held (daily.unedited: hold)";
	case KNOWN_SAMPLE:
		return "the sample that init wrote, which daily holds";
	}
	return NULL;
}

static int
read_all(const struct publication *p, struct db *db, struct day day, struct arena *a,
	struct known *out, struct err *e)
{
	int hand = known_hand(p, db, day, e),
	    approved = db ? approval_newest(db, day, a, &out->approval, e) : 0;

	if (hand < 0 || approved < 0 || figures_read(db, day, a, &out->figures, e) < 0)
		return -1;
	out->hand = (enum known_hand)hand;
	out->options = (struct edition_options){ .figures = &out->figures,
		.approval = approved ? &out->approval : NULL,
		.unedited = hand == KNOWN_DRAFT,
		.sample = hand == KNOWN_SAMPLE };
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

#include "cmd/approving.h"

#include <string.h>

#include "base/log.h"
#include "cmd/known.h"
#include "store/edition.h"

const char *
approving_name(enum approving_state s)
{
	static const char *const names[] = { "unapproved", "approved",
		"approved before its figures", "changed since" };

	return names[s];
}

int
approving_look(struct db *db, struct day day, struct str hash, struct str bare, struct arena *a,
	struct approving *out, struct err *e)
{
	int got;

	*out = (struct approving){ .state = APPROVING_NONE };
	got = approval_newest(db, day, a, &out->approval, e);
	if (got == 1)
		out->state = str_eq(out->approval.hash, hash)        ? APPROVING_SAME
			     : str_eq(out->approval.bare_hash, bare) ? APPROVING_FIGURES
								     : APPROVING_OTHER;
	return got < 0 ? -1 : 0;
}

int
approving_ask(const struct publication *p, struct db *db, struct day day, struct arena *a,
	char hash[static SIGN_HEX], struct approving *out, struct err *e)
{
	struct err ignored = { 0 };
	struct composed c;
	struct known known;
	char bare[SIGN_HEX] = "";
	int good;

	hash[0] = '\0';
	if (known_read(p, db, day, a, &known, e) < 0)
		return -1;
	good = edition_compose(p, day, &known.options, a, &c, &ignored) == 0 &&
	       edition_bare_hash(p, day, &known.options, a, bare, &ignored) == 0;
	if (good)
		memcpy(hash, c.hash, sizeof c.hash);
	return approving_look(db, day, str_of(hash), str_of(bare), a, out, e) < 0 ? -1 : good;
}

/* The approved bytes in place of those composed now. */
static int
take_approved(struct db *db, const struct approval *approval, struct arena *a, struct composed *c,
	struct err *e)
{
	struct edition ed;
	int got = edition_get(db, approval->edition_id, a, &ed, e);

	if (got <= 0)
		return got < 0 ? -1
			       : err_set(e, ERR_CONFIG,
					 "the database has lost an edition; restore a backup");
	if (letter_freeze(ed.bytes, a, &c->letter, e) < 0)
		return err_wrap(e, "the approved edition in the database");
	letter_hash(&c->letter, c->hash);
	c->subject = ed.subject;
	log_info("figures came in since %.*s approved it: the edition that was approved, %.12s, "
		 "goes out",
		STR_ARG(approval->by), c->hash);
	return 0;
}

static int
refuse(const struct approving *found, const struct composed *c, struct err *e)
{
	char when[24];

	if (found->state == APPROVING_NONE)
		return err_set(e, ERR_TEMPFAIL,
			"nobody has approved it (send.approval: required): look at it with "
			"'morningpost preview', then run 'morningpost approve %s'",
			c->hash);
	clock_rfc3339(found->approval.at, when);
	return err_set(e, ERR_TEMPFAIL,
		"it was changed since %.*s approved %.12s at %s (send.approval: required): look at "
		"it with 'morningpost preview', then run 'morningpost approve %s', or put it back",
		STR_ARG(found->approval.by), found->approval.hash.p, when, c->hash);
}

int
approving_hold(const struct publication *p, struct db *db, struct day day, struct str bare,
	struct arena *a, struct composed *c, struct err *e)
{
	struct approving found;

	if (!p->settings.send.approval_required)
		return 0;
	if (approving_look(db, day, str_of(c->hash), bare, a, &found, e) < 0)
		return -1;
	switch (found.state) {
	case APPROVING_SAME:
		return 0;
	case APPROVING_FIGURES:
		return take_approved(db, &found.approval, a, c, e);
	case APPROVING_NONE:
	case APPROVING_OTHER:
		break;
	}
	return refuse(&found, c, e);
}

#include "cmd/drafting.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/issues.h"
#include "cmd/known.h"
#include "compose/draft.h"
#include "compose/front.h"
#include "store/drafted.h"

enum { TEMPLATE = 1 << 20, ISSUE = 4 << 20, NUMBER_MOST = 999999, BACK = 30 };

static const char template_path[] = "templates/draft.md";

bool
drafting_has_file(const struct publication *p, struct day day)
{
	char path[32];

	publication_issue_path(day, path);
	return faccessat(p->dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
built_in(struct str *text, struct err *e)
{
	const struct asset *asset = asset_find(template_path);

	if (!asset)
		return err_set(e, ERR_INTERNAL, "there is no template draft.md");
	*text = asset->bytes;
	return 0;
}

/* The publication's own, or the built-in one. */
static int
read_template(const struct publication *p, struct arena *a, struct str *text, struct err *e)
{
	if (file_read(p->dir, template_path, TEMPLATE, a, text, e) == 0)
		return 0;
	if (e->code != ERR_NOINPUT)
		return -1;
	e->code = ERR_NONE;
	return built_in(text, e);
}

/* -- the issue's number ------------------------------------------------------------------------ */

/* The number that an issue says it has; 0: none, or it cannot be read. */
static int
number_in(const struct publication *p, struct day day)
{
	struct arena a = { 0 };
	struct front front;
	struct err ignored;
	uint64_t number = 0;
	struct str text;
	char path[32];

	publication_issue_path(day, path);
	if (file_read(p->dir, path, ISSUE, &a, &text, &ignored) < 0 ||
		front_parse(text, path, &a, &front, &ignored) < 0 ||
		!str_u64(front.number, NUMBER_MOST - 1, &number))
		number = 0;
	arena_free(&a);
	return (int)number;
}

/* Counted on from the last issue that has one; the first issue is number 1, and a paper without
 * numbers stays without. */
static int
next_number(const struct publication *p, struct day day)
{
	struct arena a = { 0 };
	struct err ignored;
	struct day *days;
	size_t n;
	int step = 1, number = 0;

	if (issues_list(p, &a, &days, &n, &ignored) < 0)
		n = 0;
	for (size_t i = 0; i < n && step <= BACK && !number; i++)
		if (clock_day_cmp(days[i], day) < 0) {
			number = number_in(p, days[i]);
			number += number ? step : 0;
			step++;
		}
	arena_free(&a);
	return number || step > 1 ? number : 1;
}

/* -- writing ----------------------------------------------------------------------------------- */

/* db NULL: as it is when nothing is known. */
static int
compose_draft(const struct publication *p, struct db *db, struct day day, bool nobody_looks,
	struct arena *a, struct str *out, struct err *e)
{
	struct draft_input in = { .name = template_path,
		.publication = str_of(p->settings.publication.name),
		.number = next_number(p, day) };
	struct figures figures;

	if (figures_read(db, day, a, &figures, e) < 0)
		return -1;
	in.figures = &figures;
	if (read_template(p, a, &in.text, e) == 0 && draft_write(&in, a, out, e) == 0)
		return 0;
	if (!nobody_looks)
		return -1;
	log_warn("%s; the built-in template is used", e->text);
	return built_in(&in.text, e) < 0 ? -1 : draft_write(&in, a, out, e);
}

int
drafting_write(const struct publication *p, struct db *db, struct day day, bool nobody_looks,
	struct err *e)
{
	struct arena a = { 0 };
	struct str text;
	char path[32];
	int status;

	publication_issue_path(day, path);
	if (drafting_has_file(p, day))
		return err_set(e, ERR_CANTCREATE,
			"%s/%s is there already, and a draft never overwrites; move it away to "
			"have a new one",
			p->path, path);
	status = compose_draft(p, db, day, nobody_looks, &a, &text, e);
	if (status == 0)
		status = drafted_keep(db, day, text, clock_now(), e);
	/* Editors write issues through their group, as `init` made the folder. */
	if (status == 0)
		status = file_create(p->dir, path, text, 0660, e);
	arena_free(&a);
	return status;
}

/* What is to stand there in place of a draft that says nothing: 1 it is in text, 0 all is well. */
static int
better_draft(const struct publication *p, struct db *db, struct day day, const char *path,
	struct arena *a, struct str *text, struct err *e)
{
	struct str old, bare;
	struct err ignored;

	if (file_read(p->dir, path, ISSUE, a, &old, &ignored) < 0 ||
		compose_draft(p, NULL, day, false, a, &bare, &ignored) < 0 || !str_eq(old, bare))
		return 0;
	if (compose_draft(p, db, day, false, a, text, e) < 0)
		return -1;
	return !str_eq(*text, old);
}

int
drafting_renew(const struct publication *p, struct db *db, struct day day, struct err *e)
{
	struct arena a = { 0 };
	struct str text;
	char path[32];
	int got;

	publication_issue_path(day, path);
	got = better_draft(p, db, day, path, &a, &text, e);
	if (got > 0 && (drafted_keep(db, day, text, clock_now(), e) < 0 ||
			       file_write(p->dir, path, text, 0660, e) < 0))
		got = -1;
	arena_free(&a);
	return got;
}

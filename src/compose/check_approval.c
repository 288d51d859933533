/* check_approval.c: is it the edition that was let go? */
#include "compose/check_desk.h"

/* Is it the approved text, and are only its figures others? Then the approved edition goes out. */
static bool
only_figures_differ(struct check_desk *d)
{
	struct err ignored;
	char bare[65];

	return edition_bare_hash(d->p, d->day, d->o, d->a, bare, &ignored) == 0 &&
	       str_eqz(d->o->approval->bare_hash, bare);
}

/* They warn: it is `send` that holds an issue for them, and says it with another exit code. */
void
check_approval(struct check_desk *d)
{
	const struct approval *approval = d->o->approval;
	const char *remedy =
		arena_printf(d->a, "look at it, then run: morningpost approve %s", d->c->hash);
	char when[24];

	if (!approval && d->p->settings.send.approval_required)
		check_find(d, CHECK_WARN, "unapproved", 0,
			STR("nobody has approved it, and send.approval is required"), remedy);
	if (!approval || str_eqz(approval->hash, d->c->hash))
		return;
	clock_rfc3339(approval->at, when);
	if (only_figures_differ(d))
		check_find(d, CHECK_WARN, "approved-figures", 0,
			str_of(arena_printf(d->a, "figures came in since %.*s approved %.12s at %s",
				STR_ARG(approval->by), approval->hash.p, when)),
			arena_printf(d->a, "%s, or leave it: %s", remedy,
				d->p->settings.send.approval_required
					? "the approved edition goes out"
					: "no approval is required"));
	else
		check_find(d, CHECK_WARN, "not-approved", 0,
			str_of(arena_printf(d->a,
				"the letter differs from what %.*s approved at %s (%.12s)",
				STR_ARG(approval->by), when, approval->hash.p)),
			remedy);
}

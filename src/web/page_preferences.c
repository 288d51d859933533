#include "web/page_preferences.h"

#include "base/zone.h"
#include "people/subscribe.h"
#include "web/member.h"

/* The same bounds as people/preferences.c has, for the browser's calendar. */
enum { PAUSE_DAYS = 366 };

/* -- the page --------------------------------------------------------------------------------- */

static void
put_bool(struct visit *v, struct value *to, const char *name, bool yes)
{
	template_put(to, str_of(name), template_bool(v->arena, yes));
}

static void
append_zone(struct visit *v, struct value *list, struct str name, bool chosen)
{
	struct value *zone = template_object(v->arena);

	visit_put_text(v, zone, "name", name);
	put_bool(v, zone, "chosen", chosen);
	template_append(list, zone);
}

/* All there are, and theirs, which may go by an older name. */
static int
put_zones(struct visit *v, struct value *to, struct str theirs, struct err *e)
{
	struct value *list = template_list(v->arena);
	struct str *names;
	bool found = false;
	size_t n;

	if (zone_all(v->arena, &names, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool chosen = str_eq(names[i], theirs);

		append_zone(v, list, names[i], chosen);
		found = found || chosen;
	}
	if (theirs.n && !found)
		append_zone(v, list, theirs, true);
	template_put(to, STR("zones"), list);
	return 0;
}

static struct str
day_after(struct visit *v, int days)
{
	struct day today = clock_numbered_day((int)(v->now / CLOCK_DAY));
	char *text = arena_alloc(v->arena, 11);

	clock_print_day(clock_add_days(today, days), text);
	return (struct str){ .p = text, .n = 10 };
}

/* A pause that is over is none: its day would be refused when the form comes back untouched. */
static struct str
pause_left(struct visit *v, const struct subscriber *s)
{
	return str_cmp(s->paused_until, day_after(v, 0)) > 0 ? s->paused_until : (struct str){ 0 };
}

static void
put_settings(struct visit *v, struct value *to, const struct subscriber *s)
{
	bool known = s->id != 0;

	put_bool(v, to, "known", known);
	visit_put_text(
		v, to, "name_mask", s->name.n ? visit_mask_name(s->name, v->arena) : s->name);
	put_bool(v, to, "daily", str_eqz(s->frequency, "daily"));
	put_bool(v, to, "saturday", str_eqz(s->frequency, "saturday"));
	visit_put_text(v, to, "paused_until", pause_left(v, s));
	visit_put_text(v, to, "pause_first", day_after(v, 0));
	visit_put_text(v, to, "pause_last", day_after(v, PAUSE_DAYS));
	put_bool(v, to, "on_list",
		!known || s->state == SUBSCRIBER_PENDING || s->state == SUBSCRIBER_ACTIVE);
	put_bool(v, to, "has_left", known && s->state == SUBSCRIBER_UNSUBSCRIBED);
	put_bool(v, to, "mailable",
		!known || (s->state != SUBSCRIBER_BOUNCED && s->state != SUBSCRIBER_COMPLAINED));
}

/* What was filled in and not taken, so that nobody has to write it again; it is theirs, so it may be shown.
 * `typed` is zero where nothing was. */
static void
put_typed(struct visit *v, struct value *to, const struct wish *typed)
{
	visit_put_text(v, to, "form_name", typed->name);
	visit_put_text(v, to, "form_email", typed->email);
	put_bool(v, to, "forgets", typed->name.p && !typed->name.n);
	put_bool(v, to, "no_zone", typed->timezone.p && !typed->timezone.n);
	if (typed->paused_until.p)
		visit_put_text(v, to, "paused_until", typed->paused_until);
}

struct notice {
	int status;
	bool saved;
	const char *problem; /* the key of a word, or NULL */
	struct wish typed;
};

static int
show(struct visit *v, const struct subscriber *s, struct notice n, struct err *e)
{
	const struct site *site = v->clerk->site;
	struct value *values = site_values(site, v->arena);

	/* Without a database there is none to name. */
	visit_put_text(
		v, values, "address", s->email.n ? visit_mask(s->email, v->arena) : s->email);
	visit_put_text(v, values, "token", v->token);
	put_bool(v, values, "saved", n.saved);
	template_put(values, STR("problem"),
		n.problem ? template_text(v->arena, words_get(&site->words, n.problem))
			  : template_null(v->arena));
	put_settings(v, values, s);
	put_typed(v, values, &n.typed);
	if (put_zones(v, values, s->timezone, e) < 0)
		return -1;
	return visit_render(v, n.status, "page-preferences.html", values, e);
}

int
page_preferences_ask(struct visit *v, struct err *e)
{
	struct subscriber who;
	int status = member_meet(v, &who, e);

	return status > 0 ? show(v, &who, (struct notice){ .status = 200 }, e) : status;
}

/* -- what the form says ----------------------------------------------------------------------- */

/* What is left as it was is as good as not given: an empty name (it is never filled in), "keep" for
 * the zone, and no day where the page did not know which there was. */
static void
drop_what_stays(const struct form *f, struct wish *w)
{
	if (form_says(f, "forget_name", "yes"))
		w->name = STR("");
	else if (str_trim(w->name).n == 0)
		w->name = (struct str){ 0 };
	if (str_eqz(w->timezone, "keep"))
		w->timezone = (struct str){ 0 };
	if (w->paused_until.n == 0 && !form_says(f, "known", "yes"))
		w->paused_until = (struct str){ 0 };
}

/* False: a field is there twice. */
static bool
read_fields(const struct form *f, struct wish *w)
{
	const struct {
		const char *name;
		struct str *to;
	} fields[] = {
		{ "name", &w->name },
		{ "timezone", &w->timezone },
		{ "frequency", &w->frequency },
		{ "paused_until", &w->paused_until },
		{ "email", &w->email },
		{ "reason", &w->reason },
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (form_value(f, fields[i].name, fields[i].to) < 0)
			return false;
	drop_what_stays(f, w);
	return true;
}

/* -- answers ---------------------------------------------------------------------------------- */

struct deed {
	struct wish wish;
	enum wish_outcome outcome;
	const char *why;
	struct subscriber who;
};

/* The form again, as it was filled in, and what is wrong with it. */
static int
show_problem(struct visit *v, const struct deed *d, struct err *e)
{
	struct notice n = { .status = 400, .problem = d->why, .typed = d->wish };
	struct subscriber s = d->who;

	if (d->wish.frequency.p)
		s.frequency = d->wish.frequency;
	/* One that we do not know came from no page of ours. */
	if (d->wish.timezone.p && (!d->wish.timezone.n || people_timezone_ok(d->wish.timezone)))
		s.timezone = d->wish.timezone;
	return show(v, &s, n, e);
}

static int
answer_saved(struct visit *v, const struct deed *d, struct err *e)
{
	struct subscriber is;
	int status;

	switch (d->outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		status = member_meet(v, &is, e);
		return status > 0 ? show(v, &is, (struct notice){ .status = 200, .saved = true }, e)
				  : status;
	case WISH_MALFORMED:
		return show_problem(v, d, e);
	case WISH_TEST:
	case WISH_NOBODY:
	case WISH_REFUSED:
		break;
	}
	return member_missing(v, e);
}

static int
answer_asked(struct visit *v, const struct deed *d, struct err *e)
{
	switch (d->outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, "page-asked.html", &d->who, e);
	case WISH_REFUSED:
		return visit_page(v, 409, "page-no-mail.html", &d->who, e);
	case WISH_MALFORMED:
		return show_problem(v, d, e);
	case WISH_TEST:
	case WISH_NOBODY:
		break;
	}
	return member_missing(v, e);
}

static int
answer_reason(struct visit *v, const struct deed *d, struct err *e)
{
	switch (d->outcome) {
	case WISH_GRANTED:
	case WISH_HAD_BEEN:
	case WISH_SPOOLED:
		return visit_page(v, 200, "page-thanks.html", &d->who, e);
	case WISH_REFUSED:
	case WISH_MALFORMED:
		return member_bad_form(v, e);
	case WISH_TEST:
	case WISH_NOBODY:
		break;
	}
	return member_missing(v, e);
}

static const struct action {
	const char *name; /* what the form's `do` says */
	enum wish_kind kind;
	int (*answer)(struct visit *v, const struct deed *d, struct err *e);
} actions[] = {
	{ "save", WISH_SAVE, answer_saved },
	{ "export", WISH_EXPORT, answer_asked },
	{ "erase", WISH_ERASE, answer_asked },
	{ "address", WISH_READDRESS, answer_asked },
	{ "reason", WISH_REASON, answer_reason },
};

static const struct action *
action_of(const struct form *f)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (form_says(f, "do", actions[i].name))
			return &actions[i];
	return NULL;
}

static int
act(struct visit *v, const struct form *form, struct err *e)
{
	const struct action *action = action_of(form);
	struct deed d = { 0 };

	if (!action || !read_fields(form, &d.wish))
		return member_bad_form(v, e);
	d.wish.kind = action->kind;
	if (visit_wish(v, &d.wish, &d.outcome, &d.who, &d.why, e) < 0)
		return -1;
	return action->answer(v, &d, e);
}

int
page_preferences_do(struct visit *v, struct err *e)
{
	struct subscriber who;
	struct form form;
	int status = member_meet(v, &who, e);

	if (status > 0)
		status = member_form(v, &form, e);
	return status > 0 ? act(v, &form, e) : status;
}

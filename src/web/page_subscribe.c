#include "web/page_subscribe.h"

#include "base/clock.h"
#include "web/form_token.h"
#include "web/member.h"
#include "web/page_front.h"

enum { FORM_AGE = 60, SCRIPT_AGE = 3600 }; /* seconds that they may be kept by caches */

/* A program fills in every field it sees; a reader does not see this one. */
static const char trap[] = "homepage";
/* What the copied form of another site says of itself, and what is kept of that. */
static const char elsewhere[] = "another site", by_another[] = "form of another site";

/* What was asked for; an empty one is a form to begin with. */
struct asking {
	struct str email, name, timezone;
	bool elsewhere;
};

/* -- showing the form ------------------------------------------------------------------------- */

/* `problem`: the key of a word that says why it is shown again, or NULL. */
static int
show_form(struct visit *v, int status, const struct asking *a, const char *problem, struct err *e)
{
	const struct site *site = v->clerk->site;
	struct value *values = site_values(site, v->arena);
	char token[FORM_TOKEN_CHARS + 1];

	form_token_make(site->form_key, v->now, token);
	template_put(values, STR("form"), template_bool(v->arena, true));
	template_put(values, STR("public"), template_bool(v->arena, v->response.public));
	visit_put_text(v, values, "form_token", str_of(token));
	visit_put_text(v, values, "form_email", a->email);
	visit_put_text(v, values, "form_name", a->name);
	visit_put_text(v, values, "form_timezone", a->timezone);
	visit_put_text(v, values, "form_from", str_of(a->elsewhere ? elsewhere : NULL));
	visit_put_text(v, values, "problem",
		problem ? words_get(&site->words, problem) : (struct str){ 0 });
	return visit_render(v, status, "page-subscribe.html", values, e);
}

int
page_subscribe_form(struct visit *v, struct err *e)
{
	const struct asking nothing = { 0 };

	v->response.public = true;
	v->response.max_age = FORM_AGE;
	return show_form(v, 200, &nothing, NULL, e);
}

int
page_subscribe_script(struct visit *v, struct err *e)
{
	struct document script;

	if (page_front_script(&v->clerk->archive, v->path, v->arena, &script, e) < 0)
		return -1;
	v->response.status = 200;
	v->response.type = script.type;
	v->response.public = true;
	v->response.max_age = SCRIPT_AGE;
	v->response.body = script.body;
	return 0;
}

/* -- taking it -------------------------------------------------------------------------------- */

static int
say_too_many(struct visit *v, int64_t wait, struct err *e)
{
	v->response.retry_after = (int)(wait / CLOCK_SECOND) + 1;
	return visit_page(v, 429, "page-too-many.html", NULL, e);
}

/* Is it for us to do? 1 it is, 0 it is answered. */
static int
read_form(struct visit *v, struct form *form, struct asking *a, struct err *e)
{
	int status = member_form(v, form, e);

	if (status <= 0)
		return status;
	if (form_value(form, "email", &a->email) != 1 || form_value(form, "name", &a->name) < 0 ||
		form_value(form, "timezone", &a->timezone) < 0)
		return member_bad_form(v, e);
	a->elsewhere = form_says(form, "from", elsewhere);
	return 1;
}

static enum form_token
check_token(const struct visit *v, const struct form *form)
{
	struct str token = { 0 };

	(void)form_value(form, "token", &token);
	return form_token_check(v->clerk->site->form_key, token, v->now);
}

/* The key of a word that says why it is asked for again, or NULL: it may be granted. */
static const char *const doubts[] = {
	[FORM_TOKEN_GOOD] = NULL,
	[FORM_TOKEN_EARLY] = "subscribe_early",
	[FORM_TOKEN_OLD] = "subscribe_again",
	[FORM_TOKEN_FORGED] = "subscribe_again",
};

/* Who comes by a form without a token, or by an old one, only asks for the form: they press again. */
static int64_t
count(const struct visit *v, enum form_token token)
{
	struct client client = client_of(&v->client);
	bool ours = token == FORM_TOKEN_GOOD || token == FORM_TOKEN_EARLY;

	return limiter_client(
		v->clerk->limiter, &client, ours ? LIMITER_SUBSCRIBE : LIMITER_FORM, v->now);
}

static int
grant(struct visit *v, const struct asking *a, struct err *e)
{
	struct wish w = { .kind = WISH_SUBSCRIBE,
		.how = str_of(a->elsewhere ? by_another : "page"),
		.email = a->email,
		.name = a->name,
		.timezone = a->timezone,
		.words = words_get(&v->clerk->site->words, "subscribe_agree") };
	enum wish_outcome outcome;
	const char *why;

	if (visit_wish(v, &w, &outcome, NULL, &why, e) < 0)
		return -1;
	switch (outcome) {
	case WISH_MALFORMED:
		return show_form(v, 400, a, why, e);
	case WISH_GRANTED:
	case WISH_SPOOLED:
	case WISH_HAD_BEEN:
	case WISH_NOBODY:
	case WISH_TEST:
	case WISH_REFUSED:
		break;
	}
	return visit_page(v, 200, "page-subscribed.html", NULL, e);
}

int
page_subscribe_do(struct visit *v, struct err *e)
{
	struct asking a = { 0 };
	enum form_token token;
	struct form form;
	struct str bait = { 0 };
	int status = read_form(v, &form, &a, e);
	int64_t wait;

	if (status <= 0)
		return status;
	token = check_token(v, &form);
	wait = count(v, token);
	if (wait)
		return say_too_many(v, wait, e);
	if (form_value(&form, trap, &bait) < 0 || bait.n)
		return visit_page(v, 200, "page-subscribed.html", NULL, e);
	if (doubts[token])
		return show_form(v, 200, &a, doubts[token], e);
	wait = limiter_all(v->clerk->limiter, v->now);
	return wait ? say_too_many(v, wait, e) : grant(v, &a, e);
}

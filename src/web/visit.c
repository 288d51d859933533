#include "web/visit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "mail/address.h"
#include "web/shelf.h"

/* -- the clerk --------------------------------------------------------------------------------- */

/*
 * Read the keys again when their folder has changed: `keys rotate` makes links that this process
 * must know, `keys retire` ends some, and nobody should have to think of restarting it.
 */
static int
refresh_keys(struct clerk *k, int64_t now, struct err *e)
{
	struct keys fresh;
	struct stat st;

	if (fstatat(k->site->publication->dir, "var/keys", &st, 0) < 0)
		return err_set(e, ERR_CONFIG, "var/keys: it is gone; restore it from a backup");
	if (st.st_mtim.tv_sec == k->keys_at.tv_sec && st.st_mtim.tv_nsec == k->keys_at.tv_nsec)
		return 0;
	if (keys_load(k->site->publication->dir, true, &fresh, e) < 0)
		return -1;
	k->keys = fresh;
	/* What changed just now may change again within the same tick of the file system's
	 * clock. */
	if (st.st_mtim.tv_sec + 1 < now / CLOCK_SECOND)
		k->keys_at = st.st_mtim;
	return 0;
}

static int
open_files(struct clerk *k, const char *path, struct err *e)
{
	int fd = file_open_dir(k->site->publication->dir, path, e);

	if (fd < 0)
		return err_wrap(e, "web.archive");
	k->files = fd;
	return 0;
}

int
clerk_open(struct clerk *k, const struct site *site, const struct spool *spool,
	struct counter *counter, struct err *e)
{
	const char *files = site->publication->settings.web.archive;

	*k = (struct clerk){ .site = site,
		.spool = spool,
		.counter = counter,
		.limiter = limiter_new(site->publication->settings.web.subscribe_limit),
		.shelf = shelf_new() };
	if (refresh_keys(k, clock_now(), e) < 0)
		return -1;
	if (spool)
		return files ? open_files(k, files, e) : 0;
	if (db_open(site->publication->dir, DB_PATH, DB_WRITE, &k->db, e) < 0)
		return -1;
	archive_init(&k->archive, site, k->db);
	return 0;
}

void
clerk_close(struct clerk *k)
{
	limiter_free(k->limiter);
	shelf_free(k->shelf);
	archive_close(&k->archive);
	db_close(k->db);
	if (k->files)
		close(k->files);
	keys_free(&k->keys);
}

/* -- who it is -------------------------------------------------------------------------------- */

static struct wish_desk
desk_of(struct visit *v)
{
	struct err e = { 0 };

	if (refresh_keys(v->clerk, v->now, &e) < 0)
		log_warn("%s; the keys known so far go on", e.text);
	return (struct wish_desk){ .db = v->clerk->db,
		.publication = v->clerk->site->publication,
		.keys = &v->clerk->keys,
		.now = v->now };
}

int
visit_identify(struct visit *v, unsigned kinds, enum visitor *visitor, struct token *t,
	struct subscriber *who, struct err *e)
{
	static const enum visitor visitors[] = {
		[WISH_GRANTED] = VISITOR_MEMBER,
		[WISH_NOBODY] = VISITOR_NOBODY,
		[WISH_TEST] = VISITOR_TEST,
	};
	struct wish_desk desk = desk_of(v);
	enum wish_outcome outcome;
	struct token token;

	if (wish_identify(&desk, v->token, kinds, v->arena, &outcome, &token, who, e) < 0)
		return -1;
	*visitor = visitors[outcome];
	if (t)
		*t = token;
	if (outcome == WISH_GRANTED) {
		v->key_id = token.key_id;
		v->subscriber = token.subscriber;
	}
	return 0;
}

/*
 * Whether it is granted is the sender's to say; what a token that is none asks for is not written
 * down. Whoever subscribes is told to look into their mail, now as ever; what others ask for would
 * be told as done, and is not.
 */
static int
spool_wish(struct visit *v, const struct wish_desk *desk, const struct wish *w,
	enum wish_outcome *outcome, const char **why, struct err *e)
{
	const char *unheard;

	*outcome = wish_check(desk, w, v->arena, why ? why : &unheard);
	if (*outcome != WISH_GRANTED)
		return 0;
	*outcome = WISH_SPOOLED;
	v->spooled = w->kind != WISH_SUBSCRIBE;
	return spool_put(v->clerk->spool, w, e);
}

int
visit_foresee(struct visit *v, const struct token *t, const struct subscriber *who,
	enum wish_outcome *outcome, struct owed *note, struct err *e)
{
	struct wish_desk desk = desk_of(v);

	*outcome = WISH_GRANTED;
	*note = (struct owed){ 0 };
	return desk.db ? wish_foresee(&desk, t, who, v->arena, outcome, note, e) : 0;
}

int
visit_wish(struct visit *v, struct wish *w, enum wish_outcome *outcome, struct subscriber *who,
	const char **why, struct err *e)
{
	struct wish_desk desk = desk_of(v);
	char address[CLIENT_IP_TEXT];

	client_ip_print(&v->client, address);
	w->at = v->now;
	w->token = v->token;
	w->address = arena_str(v->arena, str_of(address));
	if (v->clerk->spool) {
		if (who)
			*who = (struct subscriber){ 0 };
		return spool_wish(v, &desk, w, outcome, why, e);
	}
	return wish_grant(&desk, w, v->arena, outcome, who, why, e);
}

/* -- answers ---------------------------------------------------------------------------------- */

struct str
visit_mask_name(struct str s, struct arena *a)
{
	uint32_t c;

	return str_of(arena_printf(a, "%.*s***", STR_ARG(str_sub(s, 0, text_char(s, &c)))));
}

struct str
visit_mask(struct str email, struct arena *a)
{
	struct address address = { .shown = email };
	ptrdiff_t at, dot = -1;
	struct str domain, top, name;
	const char *why;

	(void)address_parse(email, a, &address, &why);
	at = str_find(address.shown, '@');
	if (at < 0)
		return visit_mask_name(email, a);
	domain = str_from(address.shown, (size_t)at + 1);
	for (size_t i = 0; i < domain.n; i++)
		if (domain.p[i] == '.')
			dot = (ptrdiff_t)i;
	top = dot < 0 ? (struct str){ 0 } : str_from(domain, (size_t)dot);
	name = visit_mask_name(str_sub(address.shown, 0, (size_t)at), a);
	domain = visit_mask_name(domain, a);
	return str_of(
		arena_printf(a, "%.*s@%.*s%.*s", STR_ARG(name), STR_ARG(domain), STR_ARG(top)));
}

void
visit_put_text(struct visit *v, struct value *values, const char *name, struct str text)
{
	template_put(values, str_of(name),
		text.n ? template_text(v->arena, text) : template_null(v->arena));
}

int
visit_render(
	struct visit *v, int status, const char *page, const struct value *values, struct err *e)
{
	const struct site *site = v->clerk->site;

	v->response.status = status;
	v->response.type = "text/html; charset=utf-8";
	v->response.style = site->style;
	return site_render_values(site, page, values, v->arena, &v->response.body, e);
}

int
visit_page(
	struct visit *v, int status, const char *page, const struct subscriber *who, struct err *e)
{
	struct value *values = site_values(v->clerk->site, v->arena);

	template_put(values, STR("address"),
		who && who->email.n ? template_text(v->arena, visit_mask(who->email, v->arena))
				    : template_null(v->arena));
	template_put(
		values, STR("token"), template_text(v->arena, who ? v->token : (struct str){ 0 }));
	return visit_render(v, status, page, values, e);
}

void
visit_text(struct visit *v, int status, const char *text)
{
	v->response.status = status;
	v->response.type = "text/plain; charset=utf-8";
	v->response.style = NULL;
	v->response.body = str_of(text);
}

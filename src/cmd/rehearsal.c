#include "cmd/rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "deliver/person.h"
#include "mail/inspect.h"
#include "net/maildir.h"

enum { CHUNK = 500, MESSAGE = 32 << 20 };

/* What one turn works with. */
struct turn {
	const struct rehearsal_options *o;
	struct rehearsal *r;
	struct buf message; /* the memory of the last one is kept */
	struct arena arena;
};

/* -- statistics --------------------------------------------------------------------------------- */

static void
note_longest(struct rehearsal_longest *l, struct str value, struct str whose)
{
	if (value.n <= l->n)
		return;
	l->n = value.n;
	snprintf(l->value, sizeof l->value, "%.*s", STR_ARG(value));
	snprintf(l->whose, sizeof l->whose, "%.*s", STR_ARG(whose));
}

static void
note_size(struct rehearsal *r, size_t size)
{
	size_t above = size > r->base ? size - r->base : 0;

	r->spread[above < REHEARSAL_SPREAD ? above : REHEARSAL_SPREAD - 1]++;
	r->bytes += size;
	if (size < r->least || r->least == 0)
		r->least = size;
	if (size > r->most)
		r->most = size;
}

size_t
rehearsal_median(const struct rehearsal *r)
{
	uint64_t all = 0, so_far = 0;

	for (size_t i = 0; i < REHEARSAL_SPREAD; i++)
		all += r->spread[i];
	for (size_t i = 0; i < REHEARSAL_SPREAD && all; i++) {
		so_far += r->spread[i];
		if (2 * so_far >= all)
			return r->base + i;
	}
	return 0;
}

static void
note_person(struct rehearsal *r, const struct delivery *d, const struct letter_values *v)
{
	r->all++;
	r->nameless += d->name.n == 0;
	r->smtputf8 += d->smtputf8;
	r->international += !str_eq(v->email, v->email_shown);
	note_longest(&r->name, d->name, d->email);
	note_longest(&r->email, v->email_shown, d->email);
}

static void
note_failure(struct rehearsal *r, const struct delivery *d, const char *why)
{
	struct rehearsal_failure *f = &r->failures[r->failure_count];

	r->failed++;
	if (r->failure_count == REHEARSAL_FAILURES)
		return;
	r->failure_count++;
	snprintf(f->whose, sizeof f->whose, "%.*s", STR_ARG(d->email));
	snprintf(f->why, sizeof f->why, "%s", why);
}

/* -- one message -------------------------------------------------------------------------------- */

/* Does the link lead to this person, and can it be checked by those who only know our public keys? */
static bool
leads_to(struct turn *t, struct str link, const struct delivery *d)
{
	const struct publication *p = t->o->publication;
	struct token token;
	struct str head = str_of(arena_printf(&t->arena, "%s/u/", p->settings.publication.url));

	return str_starts(link, head) &&
	       token_check(str_from(link, head.n), p->settings.publication.list_id, 0,
		       keys_find_public, t->o->keys, &token) == TOKEN_GOOD &&
	       token.kind == TOKEN_MEMBER && token.subscriber == (uint64_t)d->subscriber &&
	       token.epoch == d->epoch;
}

/* What the message must say of whom it is for. */
static int
check_person(struct turn *t, const struct inspected *m, const struct delivery *d,
	const struct letter_values *v, struct err *e)
{
	struct str text = inspect_body(m, "text/plain"), html = inspect_body(m, "text/html");

	if (!str_eq(m->to, d->email))
		return err_set(e, ERR_DATA, "To: names %.*s", STR_ARG(m->to));
	if (!leads_to(t, m->unsubscribe, d))
		return err_set(e, ERR_DATA, "List-Unsubscribe does not lead to them");
	if (str_find_str(text, v->token) < 0 || str_find_str(html, v->token) < 0)
		return err_set(e, ERR_DATA, "a part has no link of theirs");
	if (text.n < 300)
		return err_set(e, ERR_DATA, "the text part is empty");
	return 0;
}

static int
make(struct turn *t, const struct letter_values *v, struct err *e)
{
	struct splice *message;

	buf_clear(&t->message);
	if (seal_fill(t->o->seal, v, t->o->dated_at, &message, e) < 0)
		return -1;
	splice_add_to(message, &t->message);
	splice_free(message);
	return t->message.over ? err_set(e, ERR_DATA, "it is larger than %d bytes", MESSAGE) : 0;
}

static int
make_and_check(
	struct turn *t, const struct delivery *d, const struct letter_values *v, struct err *e)
{
	struct inspected m;

	if (make(t, v, e) < 0 ||
		inspect_read(buf_str(&t->message), d->smtputf8, &t->arena, &m, e) < 0)
		return -1;
	note_size(t->r, t->message.n);
	if (m.longest_line > t->r->longest_line)
		t->r->longest_line = m.longest_line;
	return check_person(t, &m, d, v, e);
}

static int
rehearse_one(struct turn *t, struct delivery *d, struct err *e)
{
	const struct rehearsal_options *o = t->o;
	struct err why = { 0 };
	char what[MESSAGE_ID_WHAT];
	struct person person;
	int status = 0;

	person_sign(o->publication, o->keys, d);
	message_id_issue(o->day, what);
	person_values(o->publication, o->keys, what, d, &t->arena, &person);
	person.values.date = str_of(o->date);
	note_person(t->r, d, &person.values);
	if (make_and_check(t, d, &person.values, &why) < 0)
		note_failure(t->r, d, why.text);
	/* One that fails is kept as well: it is what somebody will want to look at. */
	if (o->maildir && t->message.n)
		status = maildir_put(o->maildir, str_of(o->publication->settings.sender.from_email),
			d->email, buf_str(&t->message), e);
	arena_free(&t->arena);
	return status;
}

/* -- all of them -------------------------------------------------------------------------------- */

/* The next chunk: its last id, or 0 when there is none. */
static int
rehearse_chunk(struct turn *t, struct db *db, int64_t *after, struct err *e)
{
	const struct delivery_choice choice = { .saturday = clock_weekday(t->o->day) == 6 };
	struct arena a = { 0 };
	struct delivery *rows = arena_many(&a, CHUNK, struct delivery);
	size_t n;
	int status = delivery_peek_due(db, t->o->day, &choice, *after, CHUNK, &a, rows, &n, e);

	*after = 0;
	for (size_t i = 0; i < n && status == 0; i++) {
		*after = rows[i].subscriber;
		status = rehearse_one(t, &rows[i], e);
	}
	arena_free(&a);
	return status;
}

int
rehearsal_run(
	struct db *db, const struct rehearsal_options *o, struct rehearsal *out, struct err *e)
{
	struct turn t = { .o = o, .r = out };
	int64_t after = 0;
	int status;

	memset(out, 0, sizeof *out);
	out->base = o->letter->frozen_size;
	buf_init(&t.message, MESSAGE);
	do {
		status = rehearse_chunk(&t, db, &after, e);
		o->progress(o->context, out->all);
	} while (status == 0 && after);
	buf_free(&t.message);
	return status;
}

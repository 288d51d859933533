/* remember.c: what was learnt of relays and domains, kept in the database from run to run. */
#include "deliver/run.h"

#include <stdio.h>

#include "base/clock.h"

#define EVERY CLOCK_SECOND
/* A run that is killed has written down what it may take until the next time it writes. */
#define AHEAD (2 * EVERY)
/* A relay that others cannot stand in for is tried in every run, after so long a rest at most. */
#define REST_ALONE (30 * CLOCK_SECOND)
#define REST_MOST (3600 * CLOCK_SECOND)

static void
resume(struct pace *pace, const struct peer *p, int64_t wall, int64_t now)
{
	pace_resume_slow(pace, p->ceiling / (double)CLOCK_SECOND, p->slow, now);
	pace_resume(pace, p->tokens, wall - p->tokens_at, now);
}

/* How much longer it is to be left alone; a clock that was set wrong must not make that days. */
static int64_t
rest_left(const struct peer *p, int64_t wall)
{
	int64_t left = p->sick_until - wall;

	return p->sick_until == 0 || left <= 0 || left > REST_MOST ? 0 : left;
}

static int
load_relays(struct run *r, int64_t wall, int64_t now)
{
	int64_t soonest = INT64_MAX;
	struct relay *first = NULL;
	struct arena a = { 0 };
	struct peer p;
	int got = 0;

	for (size_t i = 0; i < r->relays.count && got >= 0; i++) {
		int64_t left = 0, rest = 0;

		got = peer_find(
			r->db, PEER_RELAY, str_of(relay_name(r->relays.relay[i])), &a, &p, r->e);
		if (got == 1) {
			r->watch[i].known = true;
			resume(&r->relays.pace[i], &p, wall, now);
			left = rest_left(&p, wall);
			rest = p.rest;
		}
		if (left) {
			relay_leave_alone(r->relays.relay[i], now + left, rest);
			snprintf(r->watch[i].words, sizeof r->watch[i].words, "%.*s", HEALTH_WORDS,
				p.words.p);
			snprintf(r->out->why, sizeof r->out->why, "relay %.200s: %.700s",
				relay_name(r->relays.relay[i]), p.words.p);
		}
		if (left < soonest) {
			soonest = left;
			first = r->relays.relay[i];
		}
	}
	if (got >= 0 && first && soonest > REST_ALONE)
		relay_leave_alone(first, now + REST_ALONE, REST_ALONE);
	if (got >= 0 && first && soonest > 0)
		r->first_try =
			now + (soonest < REST_ALONE ? soonest : REST_ALONE) + CLOCK_SECOND / 10;
	arena_free(&a);
	return got < 0 ? -1 : 0;
}

static size_t
configured(const struct run *r, struct str name)
{
	const struct settings *s = &r->o->publication->settings;

	for (size_t i = 0; i < s->domain_count; i++)
		if (str_eqz(name, s->domains[i].name))
			return i;
	return SIZE_MAX;
}

static int
load_domains(struct run *r, int64_t wall, int64_t now)
{
	struct arena a = { 0 };
	struct peer *p;
	size_t n;
	int status = peer_all(r->db, PEER_DOMAIN,
		HEALTH_DOMAINS + r->o->publication->settings.domain_count, &a, &p, &n, r->e);

	for (size_t i = 0; status == 0 && i < n; i++) {
		size_t at = configured(r, p[i].name);
		int64_t left = rest_left(&p[i], wall);
		struct ailing *d;

		if (at != SIZE_MAX)
			resume(&r->domains[at].pace, &p[i], wall, now);
		if (at != SIZE_MAX && left == 0)
			continue;
		/* One that has nothing more to remember is taken in to be forgotten. */
		d = health_recall(&r->health, p[i].name, now);
		d->changed = left == 0;
		if (left) {
			d->strikes = HEALTH_STRIKES;
			d->rest = p[i].rest;
			d->rests_until = now + left;
		}
		if (at == SIZE_MAX)
			resume(&d->pace, &p[i], wall, now);
	}
	arena_free(&a);
	return status;
}

int
remember_load(struct run *r)
{
	int64_t wall = clock_now(), now = clock_steady();

	return load_relays(r, wall, now) < 0 ? -1 : load_domains(r, wall, now);
}

/* -- writing down ----------------------------------------------------------------------------- */

static struct memory *
add(struct turn *t, enum peer_kind kind, const char *name)
{
	struct memory *m = &t->memory[t->memory_count++];

	*m = (struct memory){ .kind = kind,
		.peer = { .name = arena_str(&t->arena, str_of(name)), .slow = 1 } };
	return m;
}

static void
keep_pace(struct peer *p, const struct pace *pace, int64_t ahead, int64_t wall, int64_t now)
{
	p->tokens = pace_keep(pace, ahead, now);
	p->tokens_at = wall + ahead;
	p->ceiling = pace->measured ? pace->ceiling * (double)CLOCK_SECOND : 0;
	p->slow = pace->ceiling > 0 ? pace->slow : 1;
}

static void
collect_relays(struct run *r, struct turn *t, int64_t ahead, int64_t wall, int64_t now)
{
	for (size_t i = 0; i < r->relays.count; i++) {
		const struct relay *relay = r->relays.relay[i];
		struct relay_watch *w = &r->watch[i];
		int64_t rest, sick = relay_sick_until(relay, &rest);
		bool nothing = !sick && !w->refused_at && r->relays.pace[i].ceiling == 0;
		struct memory *m;

		if (nothing && !w->known)
			continue;
		m = add(t, PEER_RELAY, relay_name(relay));
		m->forget = nothing;
		w->known = !nothing;
		keep_pace(&m->peer, &r->relays.pace[i], ahead, wall, now);
		m->peer.sick_until = sick ? wall + sick - now : 0;
		m->peer.rest = sick ? rest : 0;
		m->peer.refused_at = w->refused_at;
		if (sick || w->refused_at)
			m->peer.words = arena_str(&t->arena, str_of(w->words));
	}
}

static void
collect_domains(struct run *r, struct turn *t, int64_t ahead, int64_t wall, int64_t now)
{
	const struct settings *s = &r->o->publication->settings;

	for (size_t i = 0; i < s->domain_count; i++) {
		const struct ailing *d = health_find(&r->health, str_of(s->domains[i].name));
		struct peer *p;

		if (r->domains[i].pace.ceiling == 0 && !(d && d->changed))
			continue;
		p = &add(t, PEER_DOMAIN, s->domains[i].name)->peer;
		keep_pace(p, &r->domains[i].pace, ahead, wall, now);
		if (d && d->rests_until > now) {
			p->sick_until = wall + d->rests_until - now;
			p->rest = d->rest;
			p->words = arena_str(&t->arena, str_of(d->words));
		}
	}
	for (size_t i = 0; i < r->health.count; i++) {
		const struct ailing *d = &r->health.table[i];
		struct memory *m;

		if (!(d->changed || (ahead == 0 && d->pace.ceiling > 0)) ||
			configured(r, str_of(d->name)) != SIZE_MAX)
			continue;
		m = add(t, PEER_DOMAIN, d->name);
		keep_pace(&m->peer, &d->pace, ahead, wall, now);
		m->forget = d->rests_until <= now && d->pace.ceiling == 0;
		if (d->rests_until > now) {
			m->peer.sick_until = wall + d->rests_until - now;
			m->peer.rest = d->rest;
		}
		m->peer.words = arena_str(&t->arena, str_of(d->words));
	}
}

static void
collect(struct run *r, struct turn *t, int64_t ahead)
{
	int64_t now = clock_steady(), wall = clock_now();

	t->memory = arena_many(&t->arena,
		r->relays.count + r->o->publication->settings.domain_count + r->health.count + 1,
		struct memory);
	collect_relays(r, t, ahead, wall, now);
	collect_domains(r, t, ahead, wall, now);
	health_tidy(&r->health);
	r->remembered_at = now;
}

void
remember_collect(struct run *r, struct turn *t)
{
	if (clock_steady() - r->remembered_at >= EVERY)
		collect(r, t, AHEAD);
}

int
remember_write(struct db *db, const struct turn *t, struct err *e)
{
	for (size_t i = 0; i < t->memory_count; i++) {
		const struct memory *m = &t->memory[i];

		if ((m->forget ? peer_forget(db, m->kind, m->peer.name, e)
			       : peer_save(db, m->kind, &m->peer, e)) < 0)
			return -1;
	}
	return 0;
}

int
remember_last(struct run *r)
{
	struct turn t = { 0 };
	int status = 0;

	collect(r, &t, 0);
	if (t.memory_count && (db_begin(r->db, r->e) < 0 || remember_write(r->db, &t, r->e) < 0 ||
				      db_commit(r->db, r->e) < 0)) {
		db_rollback(r->db);
		status = -1;
	}
	turn_free(&t);
	return status;
}

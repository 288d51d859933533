/* hand.c: those that are in hand, by subscriber. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "deliver/run.h"

static struct hand **
bucket(struct run *r, int64_t subscriber)
{
	return &r->hands[(uint64_t)subscriber % RUN_HANDS];
}

struct hand *
hand_find(struct run *r, int64_t subscriber)
{
	for (struct hand *h = *bucket(r, subscriber); h; h = h->next)
		if (h->d.subscriber == subscriber)
			return h;
	return NULL;
}

static void
copy_str(struct str *s, char **to)
{
	if (s->n)
		memcpy(*to, s->p, s->n);
	s->p = *to;
	*to += s->n;
}

static size_t
domain_index(const struct run *r, struct str domain)
{
	const struct settings *s = &r->o->publication->settings;

	for (size_t i = 0; i < s->domain_count; i++)
		if (str_eqz(domain, s->domains[i].name))
			return i;
	return SIZE_MAX;
}

struct hand *
hand_make(struct run *r, const struct delivery *d)
{
	struct hand *h = mem_alloc(sizeof *h + d->email.n + d->domain.n + d->name.n + d->relay.n);
	struct hand **at = bucket(r, d->subscriber);
	char *to = h->strings;

	*h = (struct hand){ .d = *d, .relay = SIZE_MAX, .domain = domain_index(r, d->domain) };
	copy_str(&h->d.email, &to);
	copy_str(&h->d.domain, &to);
	copy_str(&h->d.name, &to);
	copy_str(&h->d.relay, &to);
	h->next = *at;
	*at = h;
	return h;
}

void
hand_offered(struct run *r, struct hand *h)
{
	h->offered = true;
	r->in_hand++;
	if (h->domain != SIZE_MAX)
		r->domains[h->domain].in_hand++;
}

void
hand_free(struct run *r, struct hand *h)
{
	struct hand **at = bucket(r, h->d.subscriber);

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	r->marked -= h->counted;
	if (h->offered) {
		r->in_hand--;
		if (h->domain != SIZE_MAX)
			r->domains[h->domain].in_hand--;
	}
	splice_free(h->body);
	free(h->unfilled);
	free(h);
}

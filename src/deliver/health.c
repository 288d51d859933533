#include "deliver/health.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"

enum { RARELY = 10 };
#define REST_MOST (1800 * CLOCK_SECOND)
#define PROBE_TIME (60 * CLOCK_SECOND)

void
health_init(struct health *h, int64_t first)
{
	*h = (struct health){ .rest_first = first };
	h->table = mem_alloc(HEALTH_DOMAINS * sizeof *h->table);
}

void
health_free(struct health *h)
{
	free(h->table);
	*h = (struct health){ 0 };
}

struct ailing *
health_find(const struct health *h, struct str domain)
{
	uint64_t hash;

	if (h->count == 0)
		return NULL;
	hash = hash_add(HASH_SEED, domain);
	for (size_t i = 0; i < h->count; i++)
		if (h->table[i].hash == hash && str_eqz(domain, h->table[i].name))
			return &h->table[i];
	return NULL;
}

static void
lower(int64_t *first, int64_t row)
{
	if (row && (*first == 0 || row < *first))
		*first = row;
}

static struct ailing *
oldest(struct health *h)
{
	struct ailing *found = &h->table[0];

	for (size_t i = 1; i < h->count; i++)
		if (h->table[i].heard_at < found->heard_at)
			found = &h->table[i];
	return found;
}

static struct ailing *
place_for_one(struct health *h)
{
	struct ailing *d;

	if (h->count < HEALTH_DOMAINS)
		return &h->table[h->count++];
	d = oldest(h);
	lower(&h->lost_from, d->waits_from);
	return d;
}

static struct ailing *
watch(struct health *h, struct str domain, int64_t now)
{
	struct ailing *d = health_find(h, domain);

	if (!d) {
		d = place_for_one(h);
		*d = (struct ailing){ .hash = hash_add(HASH_SEED, domain) };
		memcpy(d->name, domain.p, domain.n < HEALTH_NAME ? domain.n : HEALTH_NAME);
		pace_init(&d->pace, 0, 0, now);
		meter_tick(&d->meter, now);
	}
	d->heard_at = now;
	return d;
}

static void
keep_words(struct ailing *d, const char *words)
{
	size_t n = strlen(words);

	/* Not in the middle of a character: what is cut is escaped ASCII or whole UTF-8. */
	if (n > HEALTH_WORDS)
		for (n = HEALTH_WORDS; n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80; n--)
			;
	memcpy(d->words, words, n);
	d->words[n] = '\0';
}

static bool
says(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++) {
		size_t i = 0;

		while (i < n && (text[i] | 0x20) == word[i])
			i++;
		if (i == n)
			return true;
	}
	return false;
}

bool
health_is_strike(const struct reply *reply)
{
	if (reply->code / 100 != 4 || reply->code == 421 || reply->code == 452)
		return false;
	if (reply->class && (reply->subject == 1 || reply->subject == 2))
		return false;
	return !says(reply->text, "greylist") && !says(reply->text, "graylist") &&
	       !says(reply->text, "grey-list");
}

void
health_strike(struct health *h, struct str domain, const char *words, bool again, unsigned dice,
	int64_t now)
{
	struct ailing *d = watch(h, domain, now);
	bool probed = d->probe_until != 0;

	keep_words(d, words);
	d->probe_until = 0;
	/* A domain that greylists puts off whomever it has not seen; who was put off before and is
	 * put off again says more. */
	if (d->greylists && !again && !probed)
		return;
	/* Those that were on their way when it began to rest are not counted again. */
	if (d->rests_until > now || (++d->strikes < HEALTH_STRIKES && !probed))
		return;
	d->rest = d->rest ? d->rest * 2 : h->rest_first;
	if (d->rest > REST_MOST)
		d->rest = REST_MOST;
	d->rests_until = now + d->rest * (int64_t)(800 + dice % 1000 * 400 / 999) / 1000;
	d->changed = true;
}

void
health_slow_down(
	struct health *h, struct str domain, double measured, const char *words, int64_t now)
{
	struct ailing *d = watch(h, domain, now);
	double own = meter_rate(&d->meter, now);

	keep_words(d, words);
	d->probe_until = 0;
	if (++d->asked < 2 || d->asked * RARELY <= d->meter.total + d->asked)
		return;
	pace_slow_down(&d->pace, own > 0 ? own : measured, now);
	d->changed = true;
}

/* Nothing to remember, and the database does not say otherwise. */
static bool
is_well(const struct ailing *d)
{
	return d->strikes == 0 && !d->greylists && d->asked == 0 && d->rest == 0 &&
	       d->pace.ceiling == 0 && !d->changed && !d->waits_from;
}

bool
health_accepted(struct health *h, struct ailing *d, bool again, int64_t now)
{
	bool rested = d->rest != 0, slow = d->pace.ceiling > 0;

	d->heard_at = now;
	d->greylists = d->greylists || again;
	d->strikes = 0;
	d->rest = d->rests_until = d->probe_until = 0;
	meter_add(&d->meter);
	meter_tick(&d->meter, now);
	if (d->asked * RARELY * 2 < d->meter.total && d->pace.ceiling == 0)
		d->asked = 0;
	pace_ease(&d->pace, now);
	d->changed = d->changed || rested || (slow && d->pace.ceiling == 0);
	if (is_well(d))
		*d = h->table[--h->count];
	return rested;
}

void
health_tidy(struct health *h)
{
	for (size_t i = h->count; i-- > 0;) {
		h->table[i].changed = false;
		if (is_well(&h->table[i]))
			h->table[i] = h->table[--h->count];
	}
}

void
health_unanswered(struct ailing *d)
{
	d->probe_until = 0;
}

int64_t
health_rests_until(const struct ailing *d, int64_t now)
{
	if (d->rests_until > now)
		return d->rests_until;
	return d->probe_until > now ? d->probe_until : 0;
}

void
health_took(struct ailing *d, int64_t now)
{
	pace_take(&d->pace, now);
	if (d->rests_until)
		d->probe_until = now + PROBE_TIME;
}

int64_t
health_wakes_at(const struct health *h, int64_t now)
{
	int64_t first = 0;

	if (h->lost_from)
		return now;
	for (size_t i = 0; i < h->count; i++) {
		const struct ailing *d = &h->table[i];
		int64_t until = d->waits_from ? health_rests_until(d, now) : 0;

		if (d->waits_from && until == 0)
			return now;
		if (until && (first == 0 || until < first))
			first = until;
	}
	return first;
}

void
health_pass_over(struct ailing *d, int64_t row)
{
	lower(&d->waits_from, row);
}

int64_t
health_wake(struct health *h, int64_t now)
{
	int64_t first = h->lost_from;

	h->lost_from = 0;
	for (size_t i = 0; i < h->count; i++) {
		struct ailing *d = &h->table[i];

		if (!d->waits_from || health_rests_until(d, now))
			continue;
		lower(&first, d->waits_from);
		d->waits_from = 0;
	}
	return first;
}

struct ailing *
health_recall(struct health *h, struct str domain, int64_t now)
{
	struct ailing *d = watch(h, domain, now);

	d->changed = false;
	return d;
}

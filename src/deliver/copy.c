#include "deliver/copy.h"

#include <stdio.h>

#include "base/clock.h"
#include "deliver/relays.h"

enum { EVENTS = 16 };
#define PATIENCE (120 * CLOCK_SECOND)

static struct relay *
usable(const struct relays *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (relay_is_usable(r->relay[i]))
			return r->relay[i];
	return NULL;
}

static void
note(struct copy *c, const struct relay_event *ev)
{
	c->sent = ev->kind == RELAY_REPLIED && reply_judge(ev->phase, &ev->reply) == REPLY_ACCEPTED;
	if (ev->reply.code)
		snprintf(c->words, sizeof c->words, "%d %s", ev->reply.code, ev->reply.text);
	else
		snprintf(c->words, sizeof c->words, "%s", ev->reply.text);
}

/* No ledger: whatever can go out may. */
static void
clear_all(const struct relays *r)
{
	uint64_t due[EVENTS];

	for (size_t i = 0; i < r->count; i++) {
		size_t n;

		while ((n = relay_due(r->relay[i], false, due, EVENTS)))
			for (size_t k = 0; k < n; k++)
				relay_clear(r->relay[i], due[k]);
	}
}

int
copy_send(const struct publication *p, struct copy *copies, size_t n, struct err *e)
{
	int64_t until = clock_steady() + PATIENCE;
	struct relay_event events[EVENTS];
	struct relays relays;
	size_t next = 0;

	if (relays_open(p, &relays, e) < 0)
		return -1;
	while (clock_steady() < until) {
		struct relay *relay = usable(&relays);
		size_t got;

		while (next < n && relay && relay_room(relay)) {
			struct relay_message m = { .id = next,
				.from = str_of(p->settings.sender.from_email),
				.to = copies[next].to,
				.smtputf8 = copies[next].smtputf8 };

			m.body = splice_copy(copies[next++].message);
			relay_offer(relay, &m);
		}
		clear_all(&relays);
		relay_flush(relays.loop);
		if ((next == n || !relay) && relay_in_hand(relays.loop) == 0)
			break;
		got = relay_wait(relays.loop, clock_steady() + CLOCK_SECOND, events, EVENTS);
		for (size_t i = 0; i < got; i++)
			if (events[i].kind == RELAY_REPLIED || events[i].kind == RELAY_LOST)
				note(&copies[events[i].id], &events[i]);
	}
	relay_quit(relays.loop, 5 * CLOCK_SECOND);
	relays_close(&relays);
	for (size_t i = next; i < n; i++)
		snprintf(copies[i].words, sizeof copies[i].words, "no relay could be reached");
	return 0;
}

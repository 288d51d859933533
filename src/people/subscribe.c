#include "people/subscribe.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "people/suppress.h"
#include "store/event.h"
#include "store/import_run.h"

enum {
	IN = 1U << SUBSCRIBER_PENDING | 1U << SUBSCRIBER_ACTIVE,
	OUT = 1U << SUBSCRIBER_UNSUBSCRIBED | 1U << SUBSCRIBER_BOUNCED |
	      1U << SUBSCRIBER_COMPLAINED,
};

static bool
is_in(enum subscriber_state state)
{
	return IN & 1U << state;
}

/* What strangers wrote */

bool
people_clean_name(struct str name, struct arena *a, struct str *out, const char **why)
{
	struct str rest;
	uint32_t c;
	size_t characters = 0, n;

	*out = text_clean(name, a);
	for (rest = *out; (n = text_char(rest, &c)) > 0; rest = str_from(rest, n))
		characters++;
	if (characters <= PEOPLE_NAME_LIMIT)
		return true;
	*why = "the name is longer than 200 characters";
	return false;
}

bool
people_tag_ok(struct str tag, const char **why)
{
	if (tag.n == 0)
		*why = "a tag is empty";
	else if (tag.n > PEOPLE_TAG_LIMIT)
		*why = "a tag is longer than 64 bytes";
	else if (str_find(tag, ',') >= 0 || str_find(tag, ';') >= 0)
		*why = "a tag has a comma or semicolon in it";
	else if (!text_is_clean(tag))
		*why = "a tag has control characters or needless white space in it";
	else
		return true;
	return false;
}

bool
people_timezone_ok(struct str zone)
{
	char z[128];

	if (zone.n >= sizeof z || str_find(zone, '\0') >= 0)
		return false;
	snprintf(z, sizeof z, "%.*s", STR_ARG(zone));
	return clock_zone_ok(z);
}

static int
record(struct db *db, int64_t now, const char *kind, int64_t id, const char *why, const char *key,
	const char *value, struct err *e)
{
	char detail[EVENT_BY];

	return event_add(db, now, kind, id, 0, event_by(detail, why, key, value), e);
}

/* Coming */

static int
insert(struct db *db, const struct people_entry *entry, int64_t now, struct err *e)
{
	struct subscriber s = { .email = entry->address.envelope,
		.email_key = entry->address.key,
		.domain = entry->address.domain,
		.smtputf8 = entry->address.smtputf8,
		.name = entry->name,
		.state = entry->state,
		.state_why = str_of(entry->why),
		.timezone = entry->timezone,
		.import_run = entry->import_run };

	if (subscriber_insert(db, &s, now, e) < 0)
		return -1;
	for (size_t i = 0; i < entry->tag_count; i++)
		if (subscriber_tag(db, s.id, entry->tags[i], true, e) < 0)
			return -1;
	return record(db, now, entry->import_run ? "imported" : "subscribed", s.id, entry->why,
		"state", subscriber_state_name(entry->state), e);
}

static bool
has_tag(const struct subscriber *s, struct str tag)
{
	for (size_t i = 0; i < s->tag_count; i++)
		if (str_eq(s->tags[i], tag))
			return true;
	return false;
}

static bool
says_something_new(const struct subscriber *s, const struct people_entry *entry)
{
	if ((entry->name.n && !str_eq(entry->name, s->name)) ||
		(entry->timezone.n && !str_eq(entry->timezone, s->timezone)))
		return true;
	for (size_t i = 0; i < entry->tag_count; i++)
		if (!has_tag(s, entry->tags[i]))
			return true;
	return false;
}

/* Take over what the entry says; what it does not say stays. */
static int
fill_in(struct db *db, struct subscriber *s, const struct people_entry *entry, int64_t now,
	struct err *e)
{
	for (size_t i = 0; i < entry->tag_count; i++)
		if (!has_tag(s, entry->tags[i]) &&
			subscriber_tag(db, s->id, entry->tags[i], true, e) < 0)
			return -1;
	if (entry->name.n)
		s->name = entry->name;
	if (entry->timezone.n)
		s->timezone = entry->timezone;
	return subscriber_update(db, s, now, e);
}

/* Does the entry change their state? `kind` is what the record calls it. */
static bool
changes_state(enum subscriber_state is, const struct people_entry *entry, const char **kind,
	enum people_outcome *outcome)
{
	if (is_in(is) && !is_in(entry->state)) {
		/* A list that says somebody left is believed: it can take off, never bring back. */
		*kind = "unsubscribed";
		*outcome = PEOPLE_TAKEN_OFF;
		return true;
	}
	if (is == SUBSCRIBER_PENDING && entry->state == SUBSCRIBER_ACTIVE && entry->confirm) {
		*kind = "confirmed";
		*outcome = PEOPLE_UPDATED;
		return true;
	}
	if (!is_in(is) && is_in(entry->state) && entry->resubscribe) {
		*kind = "resubscribed";
		*outcome = PEOPLE_BROUGHT_BACK;
		return true;
	}
	return false;
}

static int
put_known(struct db *db, struct subscriber *s, const struct people_entry *entry, int64_t now,
	enum people_outcome *outcome, struct err *e)
{
	const char *kind = "changed";
	bool more = says_something_new(s, entry), moved;

	*outcome = PEOPLE_HAS_LEFT;
	if (!is_in(s->state) && (!entry->resubscribe || s->state == SUBSCRIBER_COMPLAINED))
		return 0;
	*outcome = more ? PEOPLE_UPDATED : PEOPLE_UNCHANGED;
	moved = changes_state(s->state, entry, &kind, outcome);
	if (!more && !moved)
		return 0;
	if (entry->import_run && import_run_remember(db, entry->import_run, s->id, e) < 0)
		return -1;
	if (more && fill_in(db, s, entry, now, e) < 0)
		return -1;
	if (moved && subscriber_move(db, s->id, 1U << s->state, entry->state, str_of(entry->why),
			     now, e) < 0)
		return -1;
	/* Who comes back and has not confirmed gets no mail yet, and counts as no reader. */
	if (*outcome == PEOPLE_BROUGHT_BACK && entry->state != SUBSCRIBER_ACTIVE)
		return record(db, now, kind, s->id, entry->why, "to",
			subscriber_state_name(entry->state), e);
	return record(db, now, kind, s->id, entry->why, "from", subscriber_state_name(s->state), e);
}

int
people_put(struct db *db, const struct keys *keys, const struct people_entry *entry, int64_t now,
	struct arena *a, struct subscriber *before, enum people_outcome *outcome, struct err *e)
{
	struct subscriber s = { 0 };
	int known = subscriber_find(db, entry->address.key, a, &s, e), suppressed;

	if (known < 0)
		return -1;
	if (before)
		*before = s;
	suppressed = people_suppressed(db, keys, entry->address.key, e);
	*outcome = PEOPLE_SUPPRESSED;
	if (suppressed != 0)
		return suppressed < 0 ? -1 : 0;
	if (known)
		return put_known(db, &s, entry, now, outcome, e);
	*outcome = PEOPLE_ADDED;
	return insert(db, entry, now, e);
}

int
people_add(struct db *db, const struct keys *keys, const struct people_entry *entry, int64_t now,
	struct arena *a, struct subscriber *before, enum people_outcome *outcome, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (people_put(db, keys, entry, now, a, before, outcome, e) == 0 && db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* Leaving and coming back */

int
people_leave(struct db *db, int64_t subscriber, const char *why, int64_t now,
	enum people_leaving *outcome, struct err *e)
{
	/* Who bounced and still asks to leave is told so; who complained stays what they are. */
	const unsigned from = IN | 1U << SUBSCRIBER_BOUNCED;
	struct arena a = { 0 };
	struct subscriber s;
	int status = subscriber_get(db, subscriber, &a, &s, e);

	*outcome = status == 0 ? PEOPLE_LEFT_UNKNOWN : PEOPLE_LEFT_BEFORE;
	if (status > 0)
		status = subscriber_move(
			db, subscriber, from, SUBSCRIBER_UNSUBSCRIBED, str_of(why), now, e);
	if (status > 0) {
		*outcome = PEOPLE_LEFT;
		status = record(db, now, "unsubscribed", subscriber, why, "from",
			subscriber_state_name(s.state), e);
	}
	arena_free(&a);
	return status;
}

int
people_unsubscribe(struct db *db, int64_t subscriber, const char *why, int64_t now,
	enum people_leaving *outcome, struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (people_leave(db, subscriber, why, now, outcome, e) == 0 && db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

/* What were they before? Who left before they ever confirmed has not confirmed by coming back. */
static int
state_before_leaving(struct db *db, int64_t subscriber, enum subscriber_state *out, struct err *e)
{
	struct arena a = { 0 };
	struct str from;
	int status = event_last(db, subscriber, "unsubscribed", "$.from", &a, &from, e);

	if (status <= 0 || !subscriber_state_parse(from, out))
		*out = SUBSCRIBER_ACTIVE;
	arena_free(&a);
	return status < 0 ? -1 : 0;
}

static int
come_back(struct db *db, const struct keys *keys, const struct subscriber *s, const char *why,
	int64_t now, enum people_return *outcome, struct err *e)
{
	enum subscriber_state to;
	int suppressed;

	if (is_in(s->state)) {
		*outcome = PEOPLE_NEVER_LEFT;
		return 0;
	}
	suppressed = people_suppressed(db, keys, s->email_key, e);
	if (suppressed < 0 || state_before_leaving(db, s->id, &to, e) < 0)
		return -1;
	if (suppressed || s->state != SUBSCRIBER_UNSUBSCRIBED || !is_in(to)) {
		*outcome = PEOPLE_BACK_REFUSED;
		return 0;
	}
	*outcome = PEOPLE_BACK;
	if (subscriber_move(db, s->id, 1U << s->state, to, str_of(why), now, e) < 0)
		return -1;
	return record(db, now, "resubscribed", s->id, why, "to", subscriber_state_name(to), e);
}

int
people_resubscribe(struct db *db, const struct keys *keys, int64_t subscriber, const char *why,
	int64_t now, enum people_return *outcome, struct err *e)
{
	struct arena a = { 0 };
	struct subscriber s;
	int status = subscriber_get(db, subscriber, &a, &s, e);

	*outcome = PEOPLE_BACK_UNKNOWN;
	if (status > 0)
		status = come_back(db, keys, &s, why, now, outcome, e);
	arena_free(&a);
	return status;
}

int
people_confirm(
	struct db *db, const struct subscriber *s, const char *why, int64_t now, struct err *e)
{
	const char *kind = s->state == SUBSCRIBER_PENDING ? "confirmed" : "resubscribed";

	if (subscriber_move(db, s->id, 1U << s->state, SUBSCRIBER_ACTIVE, str_of(why), now, e) < 0)
		return -1;
	return record(db, now, kind, s->id, why, "from", subscriber_state_name(s->state), e);
}

/* Changing */

/* Take and give tags until they are those of `is`. 1 there was a difference. */
static int
change_tags(struct db *db, const struct subscriber *was, const struct subscriber *is, struct err *e)
{
	int changed = 0;

	for (size_t i = 0; i < was->tag_count; i++)
		if (!has_tag(is, was->tags[i])) {
			if (subscriber_tag(db, is->id, was->tags[i], false, e) < 0)
				return -1;
			changed = 1;
		}
	for (size_t i = 0; i < is->tag_count; i++)
		if (!has_tag(was, is->tags[i])) {
			if (subscriber_tag(db, is->id, is->tags[i], true, e) < 0)
				return -1;
			changed = 1;
		}
	return changed;
}

static bool
same_values(const struct subscriber *a, const struct subscriber *b)
{
	return str_eq(a->name, b->name) && str_eq(a->timezone, b->timezone) &&
	       str_eq(a->frequency, b->frequency) && str_eq(a->paused_until, b->paused_until);
}

/* A new address, unless it cannot be had. 1 changed, 0 the same or refused. */
static int
change_address(struct db *db, const struct keys *keys, const struct subscriber *was,
	const struct subscriber *is, int64_t now, enum people_change *outcome, struct err *e)
{
	struct arena a = { 0 };
	struct subscriber other;
	int status;

	if (str_eq(was->email, is->email))
		return 0;
	status = people_suppressed(db, keys, is->email_key, e);
	if (status > 0)
		*outcome = PEOPLE_ADDRESS_SUPPRESSED;
	if (status != 0)
		return status < 0 ? -1 : 0;
	status = subscriber_find(db, is->email_key, &a, &other, e);
	arena_free(&a);
	if (status > 0 && other.id != is->id) {
		*outcome = PEOPLE_ADDRESS_TAKEN;
		return 0;
	}
	return status < 0 || subscriber_readdress(db, is, now, e) < 0 ? -1 : 1;
}

int
people_alter(struct db *db, const struct keys *keys, const struct subscriber *was,
	const struct subscriber *is, const char *why, int64_t now, enum people_change *outcome,
	struct err *e)
{
	int moved, tagged, valued = !same_values(was, is);

	assert(was->id == is->id);
	*outcome = PEOPLE_CHANGED_NOTHING;
	moved = change_address(db, keys, was, is, now, outcome, e);
	if (moved < 0 || *outcome != PEOPLE_CHANGED_NOTHING)
		return moved;
	tagged = change_tags(db, was, is, e);
	if (tagged < 0)
		return -1;
	if (!moved && !tagged && !valued)
		return 0;
	*outcome = PEOPLE_CHANGED;
	if (subscriber_update(db, is, now, e) < 0)
		return -1;
	return record(db, now, "changed", is->id, why, "what",
		moved    ? "address"
		: valued ? "settings"
			 : "tags",
		e);
}

int
people_change(struct db *db, const struct keys *keys, const struct subscriber *was,
	const struct subscriber *is, const char *why, int64_t now, enum people_change *outcome,
	struct err *e)
{
	if (db_begin(db, e) < 0)
		return -1;
	if (people_alter(db, keys, was, is, why, now, outcome, e) == 0 && db_commit(db, e) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

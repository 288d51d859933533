/* cmd_subscriber_change.c: the verbs of `morningpost subscriber` that change one person. */
#include <getopt.h>
#include <string.h>

#include "cmd/subscriber.h"
#include "people/subscribe.h"

/* The sentence, or the JSON object, that a change ends with. */
static void
say(struct context *c, struct arena *a, struct str email, const char *outcome, const char *state)
{
	out_line(&c->out, "%s: %s", desk_shown(a, email), outcome);
	if (!c->out.json)
		return;
	out_object(&c->out, NULL);
	out_str(&c->out, "email", email);
	out_strz(&c->out, "outcome", outcome);
	out_strz(&c->out, "state", state);
	out_end(&c->out);
}

/* add */

struct add {
	const char *email;
	struct people_entry entry;
	struct str tags[PEOPLE_TAGS_LIMIT];
};

static int
add_options(struct add *add, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "tag", required_argument, NULL, 't' },
		{ "pending", no_argument, NULL, 'p' },
		{ "resubscribe", no_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	struct people_entry *entry = &add->entry;
	const char *why;
	int opt;

	*add = (struct add){
		.entry = { .state = SUBSCRIBER_ACTIVE, .confirm = true, .why = "operator" }
	};
	entry->tags = add->tags;
	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		switch (opt) {
		case 'n':
			entry->name = str_of(optarg);
			break;
		case 't':
			if (!people_tag_ok(str_of(optarg), &why))
				return command_usage(argv[0], e, "tag '%s': %s", optarg, why);
			if (entry->tag_count == PEOPLE_TAGS_LIMIT)
				return command_usage(
					argv[0], e, "more than %d tags", PEOPLE_TAGS_LIMIT);
			add->tags[entry->tag_count++] = str_of(optarg);
			break;
		case 'p':
			entry->state = SUBSCRIBER_PENDING;
			break;
		case 'r':
			entry->resubscribe = true;
			break;
		default:
			return command_bad_option(argv[0], opt, argv, e);
		}
	return subscriber_one_email(argv[0], argc, argv, &add->email, e);
}

static int
add_values(struct add *add, struct arena *a, struct err *e)
{
	const char *why;

	if (address_parse(str_trim(str_of(add->email)), a, &add->entry.address, &why) ==
		ADDRESS_BAD)
		return err_set(e, ERR_DATA, "'%s' is no address: %s", add->email, why);
	if (!people_clean_name(add->entry.name, a, &add->entry.name, &why))
		return err_set(e, ERR_DATA, "%s: %s", add->email, why);
	return 0;
}

static int
refuse_back(struct arena *a, const struct subscriber *was, struct err *e)
{
	char at[24];

	clock_rfc3339(was->state_at, at);
	return err_set(e, ERR_DATA, "%s: %s since %.10s%s%.*s%s; %s", desk_shown(a, was->email),
		subscriber_state_name(was->state), at, was->state_why.n ? " (" : "",
		STR_ARG(was->state_why), was->state_why.n ? ")" : "",
		was->state == SUBSCRIBER_COMPLAINED
			? "nobody who complained is brought back"
			: "if they asked for it, --resubscribe brings them back");
}

static int
refuse_suppressed(struct arena *a, struct str email, struct err *e)
{
	return err_set(e, ERR_DATA,
		"%s: suppressed, so it gets no mail; 'morningpost suppress remove' lets it in "
		"again",
		desk_shown(a, email));
}

static int
add_one(struct context *c, struct desk *d, struct add *add, struct err *e)
{
	struct people_entry *entry = &add->entry;
	const char *state = subscriber_state_name(entry->state);
	enum people_outcome outcome;
	struct subscriber was;

	if (add_values(add, &d->arena, e) < 0 || desk_take_keys(d, e) < 0 ||
		people_add(d->db, &d->keys, entry, clock_now(), &d->arena, &was, &outcome, e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_ADDED:
		say(c, &d->arena, entry->address.envelope,
			entry->state == SUBSCRIBER_PENDING ? "added, pending" : "added", state);
		return 0;
	case PEOPLE_UPDATED:
		say(c, &d->arena, was.email, "was on the list, updated", state);
		return 0;
	case PEOPLE_UNCHANGED:
		say(c, &d->arena, was.email, "was on the list, unchanged",
			subscriber_state_name(was.state));
		return 0;
	case PEOPLE_BROUGHT_BACK:
		say(c, &d->arena, was.email, "brought back", state);
		return 0;
	case PEOPLE_SUPPRESSED:
		return refuse_suppressed(&d->arena, entry->address.envelope, e);
	case PEOPLE_TAKEN_OFF:
	case PEOPLE_HAS_LEFT:
		break;
	}
	return refuse_back(&d->arena, &was, e);
}

int
subscriber_add_verb(struct context *c, int argc, char **argv, struct err *e)
{
	struct add add;
	struct desk d;
	int status;

	if (add_options(&add, argc, argv, e) < 0 || desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = add_one(c, &d, &add, e);
	desk_close(&d);
	return status;
}

/* remove */

static int
remove_one(struct context *c, struct desk *d, const char *email, struct err *e)
{
	struct subscriber s;
	enum people_leaving outcome;

	if (desk_find(d, email, &s, e) < 0 ||
		people_unsubscribe(d->db, s.id, "operator", clock_now(), &outcome, e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_LEFT:
		say(c, &d->arena, s.email, "gets no more mail", "unsubscribed");
		break;
	case PEOPLE_LEFT_BEFORE:
		say(c, &d->arena, s.email, "had left before", subscriber_state_name(s.state));
		break;
	case PEOPLE_LEFT_UNKNOWN:
		return err_set(e, ERR_NOINPUT, "%s: was erased a moment ago", email);
	}
	return 0;
}

int
subscriber_remove_verb(struct context *c, int argc, char **argv, struct err *e)
{
	return subscriber_with_one(c, argc, argv, DB_WRITE, remove_one, e);
}

/* set */

struct set {
	const char *email, *to, *name, *timezone, *frequency, *pause;
	const char *tags[2 * PEOPLE_TAGS_LIMIT]; /* with their signs */
	size_t tag_count;
};

static int
set_options(struct set *set, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "email", required_argument, NULL, 'e' },
		{ "name", required_argument, NULL, 'n' },
		{ "tag", required_argument, NULL, 't' },
		{ "timezone", required_argument, NULL, 'z' },
		{ "frequency", required_argument, NULL, 'f' },
		{ "pause", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, given = 0;

	*set = (struct set){ 0 };
	for (; (opt = getopt_long(argc, argv, ":", longs, NULL)) != -1; given++)
		switch (opt) {
		case 'e':
			set->to = optarg;
			break;
		case 'n':
			set->name = optarg;
			break;
		case 't':
			if (set->tag_count == sizeof set->tags / sizeof set->tags[0])
				return command_usage(argv[0], e, "too many tags at once");
			set->tags[set->tag_count++] = optarg;
			break;
		case 'z':
			set->timezone = optarg;
			break;
		case 'f':
			set->frequency = optarg;
			break;
		case 'p':
			set->pause = optarg;
			break;
		default:
			return command_bad_option(argv[0], opt, argv, e);
		}
	if (subscriber_one_email(argv[0], argc, argv, &set->email, e) < 0)
		return -1;
	return given ? 0 : command_usage(argv[0], e, "nothing to set is given");
}

/* Give and take the tags in the order in which they were named. A bare one is given. */
static int
set_tags(const struct set *set, struct arena *a, struct subscriber *s, struct err *e)
{
	struct str *tags = arena_many(a, s->tag_count + set->tag_count + 1, struct str);
	size_t n = s->tag_count;
	const char *why;

	if (n)
		memcpy(tags, s->tags, n * sizeof *tags);
	for (size_t i = 0; i < set->tag_count; i++) {
		struct str tag = str_of(set->tags[i]);
		bool off = str_starts(tag, STR("-"));
		size_t at = 0;

		if (off || str_starts(tag, STR("+")))
			tag = str_from(tag, 1);
		if (!people_tag_ok(tag, &why))
			return err_set(e, ERR_DATA, "--tag '%s': %s", set->tags[i], why);
		while (at < n && !str_eq(tags[at], tag))
			at++;
		if (off && at < n)
			tags[at] = tags[--n];
		else if (!off && at == n)
			tags[n++] = tag;
	}
	if (n > PEOPLE_TAGS_LIMIT)
		return err_set(e, ERR_DATA, "%s: more than %d tags", set->email, PEOPLE_TAGS_LIMIT);
	s->tags = tags;
	s->tag_count = n;
	return 0;
}

static int
set_address(const struct set *set, struct arena *a, struct subscriber *s, struct err *e)
{
	struct address address;
	const char *why;

	if (address_parse(str_trim(str_of(set->to)), a, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_DATA, "--email '%s' is no address: %s", set->to, why);
	s->email = address.envelope;
	s->email_key = address.key;
	s->domain = address.domain;
	s->smtputf8 = address.smtputf8;
	return 0;
}

static int
set_schedule(const struct set *set, struct subscriber *s, struct err *e)
{
	struct str zone = str_of(set->timezone), pause = str_of(set->pause);
	struct day day;

	if (set->timezone && zone.n && !str_eqz(zone, "none") && !people_timezone_ok(zone))
		return err_set(e, ERR_DATA,
			"--timezone '%s': not a zone this machine knows; like Europe/Berlin",
			set->timezone);
	if (set->pause && !str_eqz(pause, "none") && !clock_parse_day(pause, &day))
		return err_set(e, ERR_DATA, "--pause '%s': not a day; like 2026-02-14, or none",
			set->pause);
	if (set->frequency && strcmp(set->frequency, "daily") != 0 &&
		strcmp(set->frequency, "saturday") != 0)
		return err_set(e, ERR_DATA, "--frequency '%s': daily or saturday", set->frequency);
	if (set->timezone)
		s->timezone = str_eqz(zone, "none") ? (struct str){ 0 } : zone;
	if (set->pause)
		s->paused_until = str_eqz(pause, "none") ? (struct str){ 0 } : pause;
	if (set->frequency)
		s->frequency = str_of(set->frequency);
	return 0;
}

static int
set_values(const struct set *set, struct arena *a, struct subscriber *s, struct err *e)
{
	const char *why;

	if (set->to && set_address(set, a, s, e) < 0)
		return -1;
	if (set->name && !people_clean_name(str_of(set->name), a, &s->name, &why))
		return err_set(e, ERR_DATA, "%s: %s", set->email, why);
	if (set_schedule(set, s, e) < 0)
		return -1;
	return set_tags(set, a, s, e);
}

static int
set_one(struct context *c, struct desk *d, const struct set *set, struct err *e)
{
	struct subscriber was, is;
	enum people_change outcome;

	if (desk_find(d, set->email, &was, e) < 0)
		return -1;
	is = was;
	if (set_values(set, &d->arena, &is, e) < 0 || desk_take_keys(d, e) < 0 ||
		people_change(d->db, &d->keys, &was, &is, "operator", clock_now(), &outcome, e) < 0)
		return -1;
	switch (outcome) {
	case PEOPLE_CHANGED:
		say(c, &d->arena, is.email, "changed", subscriber_state_name(is.state));
		break;
	case PEOPLE_CHANGED_NOTHING:
		say(c, &d->arena, is.email, "was so already", subscriber_state_name(is.state));
		break;
	case PEOPLE_ADDRESS_TAKEN:
		return err_set(e, ERR_DATA, "%s: somebody else on the list has this address",
			desk_shown(&d->arena, is.email));
	case PEOPLE_ADDRESS_SUPPRESSED:
		return refuse_suppressed(&d->arena, is.email, e);
	}
	return 0;
}

int
subscriber_set_verb(struct context *c, int argc, char **argv, struct err *e)
{
	struct set set;
	struct desk d;
	int status;

	if (set_options(&set, argc, argv, e) < 0 || desk_open(&d, c, DB_WRITE, e) < 0)
		return -1;
	status = set_one(c, &d, &set, e);
	desk_close(&d);
	return status;
}

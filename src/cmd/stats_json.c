#include "cmd/stats.h"

static void
write_mail(struct out *o, const struct stats_mail *m)
{
	out_int(o, "recipients", m->all);
	out_int(o, "sent", m->sent);
	out_int(o, "failed", m->failed);
	out_int(o, "open", m->open);
	out_int(o, "bounced", m->bounced);
	out_int(o, "complained", m->complained);
}

static void
write_days(struct out *o, const struct stats *s)
{
	out_array(o, "days");
	for (size_t i = 0; i < s->day_count; i++) {
		const struct stats_day *d = &s->days[i];
		char date[11];

		clock_print_day(d->day, date);
		out_object(o, NULL);
		out_strz(o, "day", date);
		out_int(o, "readers", d->readers);
		out_int(o, "joined", d->joined);
		out_int(o, "left", d->left);
		out_bool(o, "issue", d->has_issue);
		write_mail(o, &d->mail);
		out_end(o);
	}
	out_end(o);
}

static void
write_domains(struct out *o, const struct stats *s)
{
	out_array(o, "domains");
	for (size_t i = 0; i < s->domain_count; i++) {
		out_object(o, NULL);
		out_str(o, "domain", s->domains[i].name);
		out_int(o, "readers", s->domains[i].readers);
		write_mail(o, &s->domains[i].mail);
		out_end(o);
	}
	out_end(o);
}

void
stats_json(struct out *o, const struct stats *s)
{
	char from[11], to[11];

	clock_print_day(s->days[0].day, from);
	clock_print_day(s->days[s->day_count - 1].day, to);
	out_object(o, NULL);
	out_strz(o, "from", from);
	out_strz(o, "to", to);
	out_object(o, "now");
	for (int i = 0; i < SUBSCRIBER_STATES; i++)
		out_int(o, subscriber_state_name((enum subscriber_state)i), s->states[i]);
	out_end(o);
	out_int(o, "readers_before", s->readers_before);
	out_int(o, "readers", s->all.readers);
	out_int(o, "joined", s->all.joined);
	out_int(o, "left", s->all.left);
	out_real(o, "churn", stats_churn(s), 6);
	out_int(o, "issues", s->issues);
	write_mail(o, &s->all.mail);
	out_real(o, "bounced_share", stats_bounced(&s->all.mail), 6);
	out_real(o, "complained_share", stats_complained(&s->all.mail), 6);
	write_days(o, s);
	write_domains(o, s);
	out_object(o, "reasons");
	for (int i = 0; i < REASONS; i++)
		out_int(o, reason_name((enum reason)i), s->reasons[i]);
	out_end(o);
	out_null(o, "opens");
	out_null(o, "clicks");
	out_strz(o, "tracking", STATS_NO_TRACKING);
	out_end(o);
}

/* A settings file is refused with a place and a reason, or what it says can stand in a header, an
 * envelope and a path (RELIABILITY H2, I2). */
#include "base/text.h"
#include "input.h"
#include "mail/address.h"
#include "settings/settings.h"

static void
check_line(const char *z)
{
	struct str s = str_of(z);

	assert(text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++)
		assert((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f);
}

static void
check_relay(const struct settings_relay *r)
{
	assert(r->url && r->helo && r->connections > 0 && r->window > 0);
	assert(r->connect_timeout > 0 && r->command_timeout > 0 && r->final_timeout > 0);
	check_line(r->url);
	check_line(r->user);
	check_line(r->password_file);
	check_line(r->ca_file);
	check_line(r->helo);
	assert(str_find(str_of(r->helo), ' ') < 0);
}

static void
check(const struct settings *s)
{
	check_line(s->publication.name);
	check_line(s->publication.tagline);
	check_line(s->publication.url);
	check_line(s->publication.list_id);
	check_line(s->publication.feedback_id);
	check_line(s->sender.from_name);
	assert(address_is_envelope(str_of(s->sender.from_email)));
	assert(!s->sender.reply_to || address_is_envelope(str_of(s->sender.reply_to)));
	assert(!s->sender.bounce || address_is_envelope(str_of(s->sender.bounce)));
	assert(s->relay_count > 0);
	for (size_t i = 0; i < s->relay_count; i++)
		check_relay(&s->relays[i]);
	for (size_t i = 0; i < s->domain_count; i++)
		check_line(s->domains[i].name);
	assert(s->send.retry_first > 0 && s->send.retry_for >= 0);
	assert(s->send.not_after >= -1 && s->send.not_after < 24 * 60);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct settings s;

	if (settings_parse(input_of(data, size), "fuzz.yaml", &a, &s, &e) == 0)
		check(&s);
	else
		assert(e.code == ERR_CONFIG && str_starts(str_of(e.text), STR("fuzz.yaml")));
	arena_free(&a);
	return 0;
}

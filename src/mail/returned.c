#include "mail/returned.h"

#include "mail/fields.h"
#include "mail/spot.h"
#include "mail/token.h"

/* Fields that name the envelope sender of what came back, and the envelope recipient of what came. */
static const struct str sender_fields[] = { STR_INIT("Return-Path"), STR_INIT("X-Envelope-From"),
	STR_INIT("X-Envelope-Sender"), STR_INIT("X-Postfix-Sender"), STR_INIT("X-Env-Sender"),
	STR_INIT("Envelope-From"), STR_INIT("X-MailFrom"), STR_INIT("Original-Mail-From"),
	STR_INIT("Errors-To") };

static const struct str envelope_fields[] = { STR_INIT("To"), STR_INIT("Delivered-To"),
	STR_INIT("X-Original-To"), STR_INIT("Envelope-To"), STR_INIT("X-Envelope-To"),
	STR_INIT("X-Delivered-To"), STR_INIT("X-Rcpt-To"), STR_INIT("Apparently-To"),
	STR_INIT("Return-Path"), STR_INIT("X-Forwarded-To"), STR_INIT("Cc") };

static void
add_addresses(struct report_clues *to, struct str value)
{
	struct str before, address;

	while (spot_address(&value, &before, &address))
		report_add_clue(to, address);
}

static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

/* Runs of exactly a token's length. */
static void
add_tokens(struct report_clues *to, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t n = 0;

		while (i + n < s.n && is_token_char(s.p[i + n]))
			n++;
		if (n == TOKEN_CHARS)
			report_add_clue(to, str_sub(s, i, n));
		i += n ? n : 1;
	}
}

static void
add_id(struct report_clues *to, struct str value)
{
	ptrdiff_t open = str_find(value, '<'), close;

	if (open < 0)
		return;
	value = str_from(value, (size_t)open + 1);
	close = str_find(value, '>');
	if (close > 0)
		report_add_clue(to, str_trim(str_sub(value, 0, (size_t)close)));
}

static void
add_recipients(struct returned *r, struct str value)
{
	struct str before, address;

	while (r->to_count < RETURNED_RECIPIENTS && spot_address(&value, &before, &address))
		r->to[r->to_count++] = address;
}

static void
read_field(const struct field *f, struct returned *r, struct report *out)
{
	if (str_ieq(f->name, STR("Message-ID")) || str_ieq(f->name, STR("Original-Message-ID")))
		add_id(&out->message_ids, f->value);
	else if (str_ieq(f->name, STR("List-Unsubscribe")) || str_ieq(f->name, STR("Archived-At")))
		add_tokens(&out->tokens, f->value);
	else if (str_is_one_of(
			 f->name, sender_fields, sizeof sender_fields / sizeof *sender_fields))
		add_addresses(&out->envelopes, f->value);
	else if (str_ieq(f->name, STR("To")))
		add_recipients(r, f->value);
}

void
returned_read(struct str header, struct arena *a, struct returned *r, struct report *out)
{
	enum field_line got;
	struct field f;

	while ((got = fields_next(&header, a, &f)) != FIELD_END)
		if (got == FIELD_GOT)
			read_field(&f, r, out);
}

void
returned_envelope(struct str header, struct str subject, struct arena *a, struct report *out)
{
	enum field_line got;
	struct field f;

	add_tokens(&out->asked, subject);
	while ((got = fields_next(&header, a, &f)) != FIELD_END) {
		if (got != FIELD_GOT)
			continue;
		if (str_is_one_of(f.name, envelope_fields,
			    sizeof envelope_fields / sizeof *envelope_fields))
			add_addresses(&out->envelopes, f.value);
		if (str_ieq(f.name, STR("In-Reply-To")) || str_ieq(f.name, STR("References")))
			add_id(&out->message_ids, f.value);
	}
}

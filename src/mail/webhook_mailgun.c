/* webhook_mailgun.c: Mailgun: one event a post, with its signature beside it. */
#include "base/json_value.h"
#include "mail/webhook_format.h"
#include "mail/webhook_seal.h"

static struct str
first_of(struct webhook *w, struct str event, const char *one, const char *other)
{
	struct str s = json_text_at(event, one, w->arena);

	return s.n ? s : json_text_at(event, other, w->arena);
}

static void
read_failure(struct webhook *w, struct report *r, struct str event, struct str email)
{
	struct str status = json_at(event, "delivery-status");
	struct str words = first_of(w, status, "message", "description");
	struct str reason = json_text_at(event, "reason", w->arena);
	struct str code = json_text_at(status, "code", w->arena);
	struct report_recipient *to = webhook_for(w, r, email, REPORT_SOFT, words);

	if (!to)
		return;
	words = str_of(arena_printf(w->arena, "%.*s %.*s", STR_ARG(code), STR_ARG(words)));
	/* It has been tried before, and was not tried again: what they remember of it. */
	if (str_eqz(reason, "suppress-bounce"))
		to->kind = REPORT_HARD;
	else if (str_eqz(reason, "suppress-complaint"))
		to->kind = REPORT_COMPLAINT;
	else
		webhook_judge(w, to, str_eqz(reason, "bounce"),
			json_text_at(status, "enhanced-code", w->arena), words);
}

static void
read_event(struct webhook *w, struct str event)
{
	struct str kind = json_text_at(event, "event", w->arena);
	struct str email = json_text_at(event, "recipient", w->arena);
	struct str severity = json_text_at(event, "severity", w->arena);
	struct report *r;

	if (!str_eqz(kind, "failed") && !str_eqz(kind, "complained") && !str_eqz(kind, "rejected"))
		return;
	r = webhook_add(w, str_eqz(kind, "complained") ? REPORT_ABUSE : REPORT_BOUNCE,
		json_text_at(event, "id", w->arena));
	webhook_message_id(r, json_text_at(event, "message.headers.message-id", w->arena));
	report_add_clue(&r->envelopes, json_text_at(event, "envelope.sender", w->arena));
	if (r->sort == REPORT_ABUSE)
		webhook_for(w, r, email, REPORT_COMPLAINT, STR("complained"));
	else
		read_failure(w, r, event, email);
	/* They will try again. */
	if (str_eqz(severity, "temporary")) {
		r->sort = REPORT_DELAY;
		for (size_t i = 0; i < r->recipient_count; i++)
			r->recipients[i].kind = REPORT_NONE;
	}
}

static int
check_signature(struct webhook *w, struct err *e)
{
	struct str at = json_text_at(w->body, "signature.timestamp", w->arena);
	struct str token = json_text_at(w->body, "signature.token", w->arena);
	struct str text = str_of(arena_printf(w->arena, "%.*s%.*s", STR_ARG(at), STR_ARG(token)));

	if (w->keys->mailgun.n == 0)
		return 0;
	w->is_signed = webhook_seal_hmac(
		text, json_text_at(w->body, "signature.signature", w->arena), w->keys->mailgun);
	return w->is_signed
		       ? 0
		       : err_set(e, ERR_DATA,
				 "the signature is missing, or not by the key in the settings");
}

int
webhook_mailgun(struct webhook *w, struct err *e)
{
	struct str event = json_at(w->body, "event-data");

	if (check_signature(w, e) < 0)
		return -1;
	if (!json_is_object(event))
		return err_set(e, ERR_DATA, "no event-data");
	read_event(w, event);
	return 0;
}

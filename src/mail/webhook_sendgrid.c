/* webhook_sendgrid.c: Twilio SendGrid's event webhook: an array of events, signed by a field of the
 * request's header. */
#include "base/buf.h"
#include "base/json_value.h"
#include "mail/webhook_format.h"
#include "mail/webhook_seal.h"

/* Reasons of "dropped": what SendGrid knew before it tried. */
static const struct {
	struct str reason;
	enum report_kind kind;
} drops[] = {
	{ STR_INIT("Bounced Address"), REPORT_HARD },
	{ STR_INIT("Invalid"), REPORT_HARD },
	{ STR_INIT("Spam Reporting Address"), REPORT_COMPLAINT },
};

static void
read_bounce(struct webhook *w, struct report *r, struct str event, struct str email)
{
	struct str type = json_text_at(event, "type", w->arena);
	struct str class = json_text_at(event, "bounce_classification", w->arena);
	struct str words = json_text_at(event, "reason", w->arena);
	struct report_recipient *to = webhook_for(w, r, email, REPORT_SOFT, words);

	webhook_judge(w, to, !str_ieq(type, STR("blocked")),
		json_text_at(event, "status", w->arena), words);
	if (to && str_ieq(class, STR("Invalid Address")) && str_starts(to->status, STR("5.1.")))
		to->kind = REPORT_HARD;
}

static void
read_drop(struct webhook *w, struct report *r, struct str event, struct str email)
{
	struct str words = json_text_at(event, "reason", w->arena);
	enum report_kind kind = REPORT_SOFT;

	for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
		if (str_ieq(words, drops[i].reason))
			kind = drops[i].kind;
	if (kind == REPORT_COMPLAINT)
		r->sort = REPORT_ABUSE;
	webhook_for(w, r, email, kind, words);
}

static void
read_complaint(struct webhook *w, struct report *r, struct str email)
{
	r->sort = REPORT_ABUSE;
	webhook_for(w, r, email, REPORT_COMPLAINT, STR("spam report"));
}

static void
read_event(struct webhook *w, struct str event)
{
	struct str kind = json_text_at(event, "event", w->arena);
	struct str email = json_text_at(event, "email", w->arena);
	bool bounce = str_eqz(kind, "bounce") || str_eqz(kind, "blocked"),
	     drop = str_eqz(kind, "dropped"), complaint = str_eqz(kind, "spamreport");
	struct report *r;

	if (!bounce && !drop && !complaint)
		return;
	r = webhook_add(w, REPORT_BOUNCE, json_text_at(event, "sg_event_id", w->arena));
	webhook_message_id(r, json_text_at(event, "smtp-id", w->arena));
	if (bounce)
		read_bounce(w, r, event, email);
	else if (drop)
		read_drop(w, r, event, email);
	else
		read_complaint(w, r, email);
}

/* The signature is over the moment in the header and the body byte for byte. */
static int
check_signature(struct webhook *w, struct err *e)
{
	struct str signature = webhook_header(w, "X-Twilio-Email-Event-Webhook-Signature");
	struct str at = webhook_header(w, "X-Twilio-Email-Event-Webhook-Timestamp");
	struct buf b;

	if (w->keys->sendgrid.n == 0)
		return 0;
	if (!webhook_seal_is_key(w->keys->sendgrid))
		return err_set(e, ERR_CONFIG,
			"the verification key is no public key: copy it from the page of the event "
			"webhook's settings");
	if (signature.n == 0 || at.n == 0)
		return err_set(e, ERR_DATA,
			"not signed: give the request's header before its body, with both "
			"X-Twilio-Email-Event-Webhook fields");
	buf_init(&b, at.n + w->raw.n + 1);
	buf_add(&b, at);
	buf_add(&b, w->raw);
	w->is_signed = webhook_seal_ecdsa(buf_str(&b), signature, w->keys->sendgrid);
	buf_free(&b);
	return w->is_signed ? 0
			    : err_set(e, ERR_DATA, "the signature is not SendGrid's for this body");
}

int
webhook_sendgrid(struct webhook *w, struct err *e)
{
	struct str rest = w->body, event;

	if (check_signature(w, e) < 0)
		return -1;
	if (!json_is_array(w->body))
		return err_set(e, ERR_DATA, "no array of events");
	while (w->count < WEBHOOK_EVENTS && json_each(&rest, &event))
		read_event(w, event);
	return 0;
}

/* webhook_ses.c: Amazon SES: bounce and complaint notifications, and event publishing, alone or in the
 * envelope of SNS. */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/json_value.h"
#include "mail/returned.h"
#include "mail/webhook_format.h"
#include "mail/webhook_seal.h"

enum { SIGNED = 1024 * 1024 };

/* What SES calls permanent though it says nothing of the recipient. */
static const struct str excused[] = { STR_INIT("MailboxFull"), STR_INIT("MessageTooLarge"),
	STR_INIT("ContentRejected"), STR_INIT("AttachmentRejected"),
	STR_INIT("CustomTimeoutExceeded") };

/* Feedback types that complain; the others are an authentication failure, a virus, "not spam". */
static const struct str complaints[] = { STR_INIT(""), STR_INIT("abuse"), STR_INIT("fraud"),
	STR_INIT("other"), STR_INIT("complaint") };

/* -- the letter it is about ------------------------------------------------------------------- */

static void
read_header(struct webhook *w, struct report *r, struct str field)
{
	struct str name = json_text_at(field, "name", w->arena);
	struct str value = json_text_at(field, "value", w->arena);
	struct returned unused = { 0 };

	returned_read(str_of(arena_printf(w->arena, "%.*s: %.*s\n", STR_ARG(name), STR_ARG(value))),
		w->arena, &unused, r);
}

static void
read_mail(struct webhook *w, struct report *r, struct str event)
{
	struct str headers = json_at(event, "mail.headers"), field;

	report_add_clue(&r->envelopes, json_text_at(event, "mail.source", w->arena));
	webhook_message_id(r, json_text_at(event, "mail.commonHeaders.messageId", w->arena));
	webhook_message_id(r, json_text_at(event, "mail.messageId", w->arena));
	while (json_each(&headers, &field))
		read_header(w, r, field);
}

/* -- events ----------------------------------------------------------------------------------- */

static void
read_bounce(struct webhook *w, struct str event)
{
	struct str bounce = json_at(event, "bounce"), each;
	struct str type = json_text_at(bounce, "bounceType", w->arena);
	struct str subtype = json_text_at(bounce, "bounceSubType", w->arena);
	struct str list = json_at(bounce, "bouncedRecipients");
	struct report *r =
		webhook_add(w, REPORT_BOUNCE, json_text_at(bounce, "feedbackId", w->arena));
	bool final = str_eqz(type, "Permanent") &&
		     !str_is_one_of(subtype, excused, sizeof excused / sizeof *excused);
	struct str summary =
		str_of(arena_printf(w->arena, "%.*s/%.*s", STR_ARG(type), STR_ARG(subtype)));

	read_mail(w, r, event);
	while (json_each(&list, &each)) {
		struct str words = json_text_at(each, "diagnosticCode", w->arena);

		webhook_judge(w,
			webhook_for(w, r, json_text_at(each, "emailAddress", w->arena), REPORT_SOFT,
				summary),
			final, json_text_at(each, "status", w->arena), words.n ? words : summary);
	}
}

static void
read_complaint(struct webhook *w, struct str event)
{
	struct str complaint = json_at(event, "complaint"), each;
	struct str type = json_text_at(complaint, "complaintFeedbackType", w->arena);
	struct str list = json_at(complaint, "complainedRecipients");
	bool meant = str_is_one_of(type, complaints, sizeof complaints / sizeof *complaints);
	struct report *r = webhook_add(w, meant ? REPORT_ABUSE : REPORT_FEEDBACK,
		json_text_at(complaint, "feedbackId", w->arena));

	read_mail(w, r, event);
	while (json_each(&list, &each))
		webhook_for(w, r, json_text_at(each, "emailAddress", w->arena),
			meant ? REPORT_COMPLAINT : REPORT_NONE, type.n ? type : STR("complaint"));
}

/* Said only where it was asked for; a receipt like a status report's "delivered". */
static void
read_delivery(struct webhook *w, struct str event)
{
	struct str list = json_at(event, "delivery.recipients"), each;
	struct report *r =
		webhook_add(w, REPORT_DELIVERED, json_text_at(event, "mail.messageId", w->arena));

	read_mail(w, r, event);
	while (json_each(&list, &each))
		webhook_for(w, r, json_text(each, w->arena), REPORT_NONE,
			json_text_at(event, "delivery.smtpResponse", w->arena));
}

static void
read_event(struct webhook *w, struct str event)
{
	struct str type = json_text_at(event, "notificationType", w->arena);

	if (type.n == 0)
		type = json_text_at(event, "eventType", w->arena);
	if (str_eqz(type, "Bounce"))
		read_bounce(w, event);
	else if (str_eqz(type, "Complaint"))
		read_complaint(w, event);
	else if (str_eqz(type, "Delivery"))
		read_delivery(w, event);
}

bool
webhook_is_ses(struct str body)
{
	return json_is_object(body) && (str_find_str(body, STR("\"notificationType\"")) >= 0 ||
					       str_find_str(body, STR("\"eventType\"")) >= 0);
}

/* -- the envelope ----------------------------------------------------------------------------- */

/* What SNS signs of a notification: these members, name and value a line each, where they are there. */
static struct str
signed_text(struct webhook *w)
{
	static const char *const names[] = { "Message", "MessageId", "Subject", "Timestamp",
		"TopicArn", "Type" };
	struct buf b;

	buf_init(&b, SIGNED);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = json_at(w->body, names[i]);

		if (value.n == 0 || str_eqz(value, "null"))
			continue;
		buf_printf(&b, "%s\n", names[i]);
		buf_add(&b, json_text(value, w->arena));
		buf_addc(&b, '\n');
	}
	return buf_keep(&b, w->arena);
}

static int
check_signature(struct webhook *w, struct err *e)
{
	struct str signature = json_text_at(w->body, "Signature", w->arena);
	struct str version = json_text_at(w->body, "SignatureVersion", w->arena);

	if (w->keys->ses.n == 0)
		return 0;
	if (!webhook_seal_is_certificate(w->keys->ses))
		return err_set(e, ERR_CONFIG,
			"the certificate is none: it should be PEM, as fetched "
			"from the notification's SigningCertURL");
	if (!webhook_seal_certificate(signed_text(w), signature, version, w->keys->ses))
		return err_set(e, ERR_DATA,
			"the notification's signature is not by the certificate in the settings, "
			"or that has expired; a new one is at SigningCertURL, fetch it from "
			"https://sns.REGION.amazonaws.com only");
	w->is_signed = true;
	return 0;
}

static int
read_envelope(struct webhook *w, struct str type, struct err *e)
{
	struct str inner = json_text_at(w->body, "Message", w->arena);
	enum json_kind kind;

	if (!str_eqz(type, "Notification"))
		return err_set(e, ERR_DATA,
			"an SNS message of type %.*s: confirm the subscription by hand, we open "
			"no links",
			STR_ARG(str_sub(type, 0, 40)));
	if (check_signature(w, e) < 0)
		return -1;
	if (json_check(&inner, &kind, e) < 0)
		return err_wrap(e, "the message in the SNS envelope");
	read_event(w, inner);
	return 0;
}

int
webhook_ses(struct webhook *w, struct err *e)
{
	struct str type = json_text_at(w->body, "Type", w->arena);

	if (type.n)
		return read_envelope(w, type, e);
	if (!webhook_is_ses(w->body))
		return err_set(
			e, ERR_DATA, "neither a notification of SES nor SNS's envelope of one");
	if (w->keys->ses.n)
		return err_set(e, ERR_DATA,
			"not signed: with raw message delivery SNS signs nothing; "
			"switch it off for this subscription");
	read_event(w, w->body);
	return 0;
}

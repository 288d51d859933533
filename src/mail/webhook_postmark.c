/* webhook_postmark.c: Postmark: one bounce or complaint a post. It signs nothing: the web server that
 * takes it asks for a password. */
#include "base/json_value.h"
#include "mail/webhook_format.h"

/* Postmark's bounce types. Those that are not here are soft. */
static const struct {
	struct str type;
	enum report_sort sort;
	enum report_kind kind;
} types[] = {
	{ STR_INIT("HardBounce"), REPORT_BOUNCE, REPORT_HARD },
	{ STR_INIT("BadEmailAddress"), REPORT_BOUNCE, REPORT_HARD },
	{ STR_INIT("AddressChange"), REPORT_AUTO_REPLY, REPORT_NONE },
	{ STR_INIT("AutoResponder"), REPORT_AUTO_REPLY, REPORT_NONE },
	{ STR_INIT("ChallengeVerification"), REPORT_CHALLENGE, REPORT_NONE },
	{ STR_INIT("OpenRelayTest"), REPORT_OTHER, REPORT_NONE },
	{ STR_INIT("Subscribe"), REPORT_OTHER, REPORT_NONE },
	{ STR_INIT("Unsubscribe"), REPORT_OTHER, REPORT_NONE },
	{ STR_INIT("Transient"), REPORT_DELAY, REPORT_NONE },
	{ STR_INIT("SpamComplaint"), REPORT_ABUSE, REPORT_COMPLAINT },
};

static void
meaning_of(struct str type, enum report_sort *sort, enum report_kind *kind)
{
	*sort = REPORT_BOUNCE;
	*kind = REPORT_SOFT;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(type, types[i].type)) {
			*sort = types[i].sort;
			*kind = types[i].kind;
		}
}

static void
read_record(struct webhook *w, struct str type)
{
	struct str words = json_text_at(w->body, "Details", w->arena);
	struct report_recipient *to;
	enum report_sort sort;
	enum report_kind kind;
	struct report *r;

	if (words.n == 0)
		words = json_text_at(w->body, "Description", w->arena);
	meaning_of(type, &sort, &kind);
	r = webhook_add(w, sort, json_text_at(w->body, "ID", w->arena));
	webhook_message_id(r, json_text_at(w->body, "MessageID", w->arena));
	to = webhook_for(
		w, r, json_text_at(w->body, "Email", w->arena), kind, words.n ? words : type);
	if (sort == REPORT_BOUNCE)
		webhook_judge(
			w, to, kind == REPORT_HARD, (struct str){ 0 }, words.n ? words : type);
}

int
webhook_postmark(struct webhook *w, struct err *e)
{
	struct str record = json_text_at(w->body, "RecordType", w->arena);

	if (record.n == 0)
		return err_set(e, ERR_DATA, "no RecordType");
	if (str_eqz(record, "Bounce"))
		read_record(w, json_text_at(w->body, "Type", w->arena));
	else if (str_eqz(record, "SpamComplaint"))
		read_record(w, STR("SpamComplaint"));
	return 0;
}

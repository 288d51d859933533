#include "mail/sorting.h"

#include <string.h>

#include "mail/spot.h"
#include "mail/wording.h"

enum { OPENING = 3000 };

/* All folded; '*' is a gap (wording.h). */

static const char *const daemons[] = { "mailer-daemon", "mailerdaemon", "postmaster", "post_master",
	"mail.delivery.system", "maildelivery", "mail-daemon", "mdaemon", "mail delivery",
	"maildaemon", "poostmaster", "ndr administrator", "microsoftexchange", "bounce" };

/* A subject begins with it, behind any "Re:". */
static const char *const answers[] = { "auto:", "auto reply", "auto-reply", "autoreply",
	"auto response", "auto-response", "autoresponse", "auto responder", "automatic reply",
	"automatic response", "automated response", "automated reply", "automatische antwort",
	"automatisch antwoord", "automatyczna odpowied", "automatiskt svar", "automatisk svar",
	"autosvar", "autom. antwort", "out of office", "out of the office", "out-of-office",
	"ooo:", "ooo ", "abwesenheit", "abwesend", "réponse automatique", "reponse automatique",
	"absence", "absent", "respuesta automática", "respuesta automatica", "resposta automática",
	"risposta automatica", "fuori sede", "afwezig", "automatisk", "vacation", "away from",
	"on vacation", "on leave", "on holiday", "holiday", "urlaub", "i am out", "i'm out",
	"自動応答", "自動返信", "不在通知", "不在", "автоответ", "автоматический ответ",
	"thank you for", "thanks for" };

/* A subject has it. */
static const char *const failures[] = { "undeliver", "undelivered", "delivery status",
	"delivery failure", "delivery failed", "delivery error", "delivery problem",
	"delivery report", "delivery notification", "delivery notice", "delivery * failed",
	"failure notice", "failure delivery", "failed delivery", "failed mail", "mail failure",
	"mail delivery", "message delivery", "mail system error", "mail error",
	"error sending your mail", "returned mail", "returned message", "returned to sender",
	"return to sender", "returning message", "non-delivery", "nondelivery", "non delivery",
	"non remis", "not delivered", "nicht zugestellt", "unzustellbar", "unzustellbarkeit",
	"could not be delivered", "couldn't be delivered", "cannot be delivered", "could not send",
	"cannot send message", "unable to deliver", "mail delivery status", "loop alert",
	"user unknown", "message you sent blocked", "message rejected", "mail rejected",
	"rejected mail", "message not delivered", "email not delivered", "不達", "配信不能",
	"недоставленное", "не доставлено", "delayed mail", "delayed message", "warning: message",
	"could not be sent" };

/* The notice has it, in its opening. */
static const char *const openings[] = { "could not be delivered", "couldn't be delivered",
	"cannot be delivered", "can't be delivered", "can not be delivered", "was not delivered",
	"wasn't delivered", "not been delivered", "has not yet been delivered", "unable to deliver",
	"not able to deliver", "wasn't able to deliver", "was undeliverable", "were undeliverable",
	"did not reach", "could not be reached", "delivery to the following * failed",
	"delivery has failed", "failed to deliver", "had delivery problems", "had delivery errors",
	"had permanent fatal errors", "had permanent delivery errors", "had transient",
	"following address* failed", "unable to be delivered", "error delivering your",
	"couldn't deliver", "could not deliver", "trouble delivering", "transcript of session",
	"delivery status notification", "message could not be sent", "failure reasons",
	"duplicated message-id", "送信できませんでした", "宛先不明", "配信できません",
	"не может быть доставлено", "user's mailbox is full", "undeliverable to" };

static const char *const delays[] = { "delayed mail", "(delay)", "status notification: delay",
	"has been delayed", "is delayed for", "delayed * hours", "delayed for more than",
	"has not yet been delivered", "not yet been delivered", "warning message only",
	"this is a warning only", "do not need to resend", "will be retried", "still being retried",
	"delivery attempts will continue", "will continue to try", "keep trying",
	"we'll keep trying", "temporary failure report", "could not send message for past",
	"could not be delivered for more than", "will keep trying", "gmail will retry",
	"enqueued and undeliverable for" };

static const char *const challenges[] = { "challenge-response", "challenge/response",
	"verify your email to", "sender verification", "please verify that you",
	"prove that you are", "confirm that you are * human", "confirm you are human",
	"confirm * your message", "confirm * your e-mail", "confirm * to release",
	"complete the * captcha", "captcha", "spamarrest", "spam arrest", "boxbe", "tmda",
	"whitelist request", "add you to * approved", "approved senders", "your message * held",
	"waiting for your confirmation", "awaiting your confirmation", "you must confirm",
	"reply to this message to confirm", "click * to have your * delivered",
	"click * deliver your message" };

#define HAS(text, list) wording_has_any((text), (list), sizeof(list) / sizeof *(list))

static bool
begins(struct str folded, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(folded, str_of(list[i])))
			return true;
	return false;
}

/* "Re: AW: Fwd: …": what somebody answered or passed on. */
static struct str
without_prefixes(struct str subject)
{
	static const struct str prefixes[] = { STR_INIT("re:"), STR_INIT("aw:"), STR_INIT("sv:"),
		STR_INIT("fw:"), STR_INIT("fwd:"), STR_INIT("wg:"), STR_INIT("tr:") };

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (str_starts(subject, prefixes[i]))
			return without_prefixes(str_trim(str_from(subject, prefixes[i].n)));
	return subject;
}

bool
sorting_is_daemon(struct str from)
{
	return HAS(from, daemons);
}

static bool
is_by_daemon(const struct incoming *m, struct arena *a)
{
	struct str from = incoming_field(m, "From", a);

	return str_trim(from).n == 0 || str_eqz(str_trim(from), "<>") ||
	       sorting_is_daemon(wording_fold(from, a)) ||
	       incoming_field(m, "X-Failed-Recipients", a).n;
}

/* What automatic answers say of themselves (RFC 3834 and older customs). Some daemons say so too. */
static bool
is_marked_as_answer(const struct incoming *m, struct arena *a)
{
	struct str precedence = incoming_field(m, "Precedence", a);

	return str_ieq(str_sub(incoming_field(m, "Auto-Submitted", a), 0, 12),
		       STR("auto-replied")) ||
	       str_ieq(precedence, STR("auto_reply")) || str_ieq(precedence, STR("auto-reply")) ||
	       incoming_field(m, "X-Autoreply", a).n || incoming_field(m, "X-Autorespond", a).n ||
	       incoming_field(m, "X-Autoresponder", a).n ||
	       str_ieq(incoming_field(m, "X-Auto-Response-Suppress", a), STR("all"));
}

bool
sorting_is_weak(const struct incoming *m, struct str subject, struct str notice, struct arena *a)
{
	struct str opening = str_sub(notice, 0, OPENING);

	if (HAS(without_prefixes(wording_fold(subject, a)), failures))
		return false;
	if (is_by_daemon(m, a) && HAS(wording_fold(opening, a), openings))
		return false;
	return spot_code(opening) == 0 && spot_status(opening).n == 0;
}

bool
sorting_is_delay(struct str subject, struct str notice, struct arena *a)
{
	return HAS(wording_fold(subject, a), delays) ||
	       HAS(wording_fold(str_sub(notice, 0, OPENING), a), delays);
}

enum report_sort
sorting_sort(const struct incoming *m, struct str subject, struct str notice, struct arena *a)
{
	struct str folded = wording_fold(subject, a), bare = without_prefixes(folded);
	struct str opening = wording_fold(str_sub(notice, 0, OPENING), a);
	bool daemon = is_by_daemon(m, a), failure = HAS(bare, failures);

	if (begins(bare, answers, sizeof answers / sizeof *answers))
		return REPORT_AUTO_REPLY;
	if (!daemon && !failure && (HAS(bare, challenges) || HAS(opening, challenges)))
		return REPORT_CHALLENGE;
	/* The subject may be ours, and ours may be about parcels that were not delivered. */
	if (!daemon && is_marked_as_answer(m, a))
		return REPORT_AUTO_REPLY;
	/* People pass on what came back to them, and answer it. */
	if (!daemon && bare.n < folded.n)
		return REPORT_OTHER;
	if (!failure && !HAS(opening, openings) && !(daemon && m->is_report))
		return daemon ? REPORT_BOUNCE : REPORT_OTHER;
	return sorting_is_delay(subject, notice, a) ? REPORT_DELAY : REPORT_BOUNCE;
}

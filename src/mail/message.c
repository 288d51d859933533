#include "mail/message.h"

#include "base/buf.h"
#include "mail/header.h"

enum { MESSAGE = 32 << 20 };

/* A list of two URIs; the mailto's subject is the token, which is how its mail is known again. */
static void
write_unsubscribe(struct buf *out, const struct message *m, struct arena *a)
{
	struct str mark = letter_mark(LETTER_TOKEN);
	struct str items[2];
	size_t n = 0;

	items[n++] =
		str_of(arena_printf(a, "<%.*s%.*s>", STR_ARG(m->unsubscribe_url), STR_ARG(mark)));
	if (m->unsubscribe_mailto.n)
		items[n++] = str_of(arena_printf(a, "<mailto:%.*s?subject=unsubscribe%%20%.*s>",
			STR_ARG(m->unsubscribe_mailto), STR_ARG(mark)));
	header_items(out, "List-Unsubscribe", items, n, ",");
	header_raw(out, "List-Unsubscribe-Post", STR("List-Unsubscribe=One-Click"));
}

static void
write_headers(struct buf *out, const struct message *m, struct arena *a)
{
	header_raw(out, "Date", letter_mark(LETTER_DATE));
	header_mailbox(out, "From", m->from_name, m->from_email);
	buf_printf(out, "To: %.*s\r\n", STR_ARG(letter_mark(LETTER_TO)));
	if (m->reply_to.n)
		header_mailbox(out, "Reply-To", (struct str){ 0 }, m->reply_to);
	header_text(out, "Subject", m->subject);
	header_raw(out, "Message-ID", letter_mark(LETTER_MESSAGE_ID));
	header_list_id(out, m->list_name, m->list_id);
	if (m->one_click)
		write_unsubscribe(out, m, a);
	if (m->archived_at.n)
		header_raw(out, "Archived-At",
			str_of(arena_printf(a, "<%.*s>", STR_ARG(m->archived_at))));
	if (m->feedback_id.n)
		header_raw(out, "Feedback-ID", m->feedback_id);
	if (m->edition_hash.n)
		header_raw(out, "X-Edition", m->edition_hash);
	if (m->auto_generated)
		header_raw(out, "Auto-Submitted", STR("auto-generated"));
}

int
message_freeze(const struct message *m, struct arena *a, struct letter *out, struct err *e)
{
	struct buf b;
	struct str bytes;

	buf_init(&b, MESSAGE);
	write_headers(&b, m, a);
	mime_write(&b, m->text, m->html, m->pictures, m->picture_count, m->html);
	if (b.over) {
		buf_free(&b);
		return err_set(e, ERR_DATA, "the message is larger than %d bytes", MESSAGE);
	}
	bytes = buf_keep(&b, a);
	return letter_freeze(bytes, a, out, e);
}

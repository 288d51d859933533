#include "mail/plain.h"

#include "mail/encode.h"
#include "mail/header.h"

void
plain_write(const struct plain *m, struct buf *out)
{
	header_raw(out, "Date", m->date);
	header_mailbox(out, "From", m->from_name, m->from_email);
	header_mailbox(out, "To", (struct str){ 0 }, m->to);
	header_text(out, "Subject", m->subject);
	header_raw(out, "Message-ID", m->message_id);
	header_raw(out, "Auto-Submitted", STR("auto-generated"));
	header_raw(out, "MIME-Version", STR("1.0"));
	header_raw(out, "Content-Type", STR("text/plain; charset=utf-8"));
	header_raw(out, "Content-Transfer-Encoding", STR("quoted-printable"));
	buf_addz(out, "\r\n");
	encode_qp(m->text, out);
}

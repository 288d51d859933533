#include "cmd/bounce_reports.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/mbox.h"
#include "mail/reading.h"

enum { PIECE = 64 * 1024, KEY_MAX = 16 * 1024 };

/* -- bytes ------------------------------------------------------------------------------------ */

static int
read_all(int fd, const char *file, struct buf *b, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(b, PIECE), PIECE);

		if (n == 0)
			return 0;
		if (n < 0 && errno == EISDIR)
			return err_set(e, ERR_IO,
				"%s: is a folder; --maildir takes in all that is in one", file);
		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_IO, "%s: %s", file, strerror(errno));
		if (n > 0)
			buf_took(b, (size_t)n);
		if (b->n > BOUNCE_FILE_MAX)
			return err_set(e, ERR_DATA, "%s: more than %d MB: split it", file,
				BOUNCE_FILE_MAX / 1000 / 1000);
	}
}

int
bounce_bytes(const char *file, struct arena *a, struct str *out, struct err *e)
{
	bool standard = strcmp(file, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC), status;
	struct buf b;

	if (fd < 0)
		return err_set(
			e, errno == ENOENT ? ERR_NOINPUT : ERR_IO, "%s: %s", file, strerror(errno));
	buf_init(&b, BOUNCE_FILE_MAX + 2 * PIECE);
	status = read_all(fd, standard ? "standard input" : file, &b, e);
	if (!standard)
		close(fd);
	*out = buf_keep(&b, a);
	return status;
}

/* -- keys ------------------------------------------------------------------------------------- */

/* Mailgun's is a secret; the others anybody may see. */
static int
read_key(const struct publication *p, const char *file, bool secret, struct arena *a,
	struct str *out, struct err *e)
{
	int status;

	if (!file)
		return 0;
	status = secret ? file_read_secret(p->dir, file, KEY_MAX, a, out, e)
			: file_read(p->dir, file, KEY_MAX, a, out, e);
	if (status < 0) {
		err_blame_settings(e);
		return err_wrap(e, "bounce.webhooks");
	}
	*out = str_trim(*out);
	return 0;
}

int
bounce_keys(const struct publication *p, struct arena *a, struct webhook_keys *out, struct err *e)
{
	const struct settings_bounce *s = &p->settings.bounce;

	*out = (struct webhook_keys){ 0 };
	if (read_key(p, s->sendgrid_key_file, false, a, &out->sendgrid, e) < 0 ||
		read_key(p, s->mailgun_key_file, true, a, &out->mailgun, e) < 0)
		return -1;
	return read_key(p, s->ses_certificate_file, false, a, &out->ses, e);
}

/* -- reports ---------------------------------------------------------------------------------- */

int
bounce_read_mail(const char *name, struct str bytes, struct arena *a, struct bounce_reports *out,
	struct err *e)
{
	struct str message;
	size_t room = 0, number = 0;

	*out = (struct bounce_reports){ 0 };
	while (mbox_next(&bytes, &message)) {
		struct report *r = arena_new(a, struct report);

		number++;
		if (reading_report_apart(message, a, r, e) < 0) {
			if (e->code != ERR_DATA)
				return err_wrap(e, "%s", name);
			log_warn("%s: message %zu: %s", name, number, e->text);
			out->unread++;
			continue;
		}
		out->p = arena_grow(a, out->p, out->n, &room, sizeof(struct report *));
		out->p[out->n++] = r;
	}
	return 0;
}

/* JSON begins with a bracket, a header with a letter. */
static void
split_post(struct str bytes, struct str *header, struct str *body)
{
	struct str line;

	*header = (struct str){ 0 };
	*body = bytes;
	if (str_trim(bytes).n == 0 || strchr("{[\xef", str_trim(bytes).p[0]))
		return;
	while (str_line(body, &line) && line.n)
		;
	*header = str_sub(bytes, 0, bytes.n - body->n);
}

int
bounce_read_webhook(const char *name, enum webhook_format format, struct str bytes,
	const struct webhook_keys *keys, struct arena *a, struct bounce_reports *out, struct err *e)
{
	struct str header, body;

	*out = (struct bounce_reports){ 0 };
	split_post(bytes, &header, &body);
	if (webhook_read(format, header, body, keys, a, &out->p, &out->n, e) < 0)
		return err_wrap(e, "%s", name);
	return 0;
}

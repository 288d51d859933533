#include "net/mailbox.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/curl.h"
#include "net/listing.h"

enum {
	LIST_CEILING = 64 << 20, /* of a list of messages: half a million of them */
	READ_PAST = 64 << 20,    /* octets of one message before we hang up */
	LARGE = 8 << 20,         /* of these POP3 is asked for the beginning alone: */
	LARGE_LINES = 2000,
	EXPUNGE_CEILING = 4000, /* octets of one command: servers take 8,000 and more */
	IDLE_SECONDS = 3600,    /* libcurl's own patience with a connection between two commands */
};

/* The two protocols: what they do with the words of mailbox.h. */
struct protocol {
	const char *schemes;
	int (*open)(struct mailbox *m, struct err *e);
	int (*list)(struct mailbox *m, struct arena *a, struct mailbox_entry **out, size_t *n,
		struct err *e);
	int (*fetch)(struct mailbox *m, const struct mailbox_entry *which, struct buf *out,
		struct err *e);
	int (*remove)(struct mailbox *m, const struct mailbox_entry *which, struct err *e);
	int (*finish)(struct mailbox *m, struct err *e);
};

struct mailbox {
	CURL *curl;
	const struct protocol *protocol;
	struct arena arena;
	char *server;          /* "imaps://host:993", no slash at its end */
	struct str folder;     /* IMAP: as it stands in the url */
	bool connected;        /* a second connection would number the messages anew */
	uint64_t validity;     /* IMAP: UIDVALIDITY */
	bool can_expunge_some; /* IMAP: UIDPLUS (RFC 4315) */
	struct buf removed;    /* IMAP: "4,7,9" */
	char words[CURL_ERROR_SIZE];
};

/* -- one command ------------------------------------------------------------------------------ */

struct intake {
	struct buf *to; /* or NULL */
	uint64_t seen;
};

static size_t
take(char *p, size_t size, size_t n, void *context)
{
	struct intake *in = context;
	struct str piece = { .p = p, .n = size * n };

	in->seen += piece.n;
	if (in->seen > READ_PAST)
		return 0;
	if (in->to) {
		size_t room = in->to->ceiling - in->to->n;

		buf_add(in->to, str_sub(piece, 0, room));
	}
	return piece.n;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct mailbox *m = context;

	(void)purpose;
	if (m->connected)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static enum err_code
kind_of(CURLcode code)
{
	switch (code) {
	case CURLE_LOGIN_DENIED:
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_USE_SSL_FAILED:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_QUOTE_ERROR:
		return ERR_CONFIG;
	default:
		return ERR_UNAVAILABLE;
	}
}

/*
 * Do one command: `path` behind the server's name, `command` in place of the protocol's own (NULL:
 * that), the answer appended to `to` up to its ceiling.
 */
static CURLcode
perform(struct mailbox *m, const char *path, const char *command, bool has_body, struct buf *to)
{
	struct intake in = { .to = to };
	struct buf url;
	CURLcode code;

	buf_init(&url, 4096);
	buf_printf(&url, "%s/%s", m->server, path);
	m->words[0] = '\0';
	curl_easy_setopt(m->curl, CURLOPT_URL, buf_z(&url));
	curl_easy_setopt(m->curl, CURLOPT_CUSTOMREQUEST, command);
	curl_easy_setopt(m->curl, CURLOPT_NOBODY, has_body ? 0L : 1L);
	curl_easy_setopt(m->curl, CURLOPT_WRITEDATA, &in);
	code = curl_easy_perform(m->curl);
	buf_free(&url);
	return code;
}

static int
tell(const struct mailbox *m, CURLcode code, struct err *e)
{
	return err_set(e, kind_of(code), "%s: %s", m->server,
		*m->words ? m->words : curl_easy_strerror(code));
}

static int
run(struct mailbox *m, const char *path, const char *command, bool has_body, struct buf *to,
	struct err *e)
{
	CURLcode code = perform(m, path, command, has_body, to);

	return code == CURLE_OK ? 0 : tell(m, code, e);
}

/* -- POP3 ------------------------------------------------------------------------------------- */

static int
pop3_open(struct mailbox *m, struct err *e)
{
	return run(m, "", "NOOP", false, NULL, e);
}

static int
pop3_list(struct mailbox *m, struct arena *a, struct mailbox_entry **out, size_t *n, struct err *e)
{
	struct buf ids, sizes;
	int status;

	buf_init(&ids, LIST_CEILING);
	buf_init(&sizes, LIST_CEILING);
	status = run(m, "", "UIDL", true, &ids, e);
	if (status == 0)
		status = run(m, "", "LIST", true, &sizes, e);
	if (status == 0)
		listing_pop3(buf_str(&ids), buf_str(&sizes), a, out, n);
	buf_free(&ids);
	buf_free(&sizes);
	return status;
}

static int
pop3_fetch(struct mailbox *m, const struct mailbox_entry *which, struct buf *out, struct err *e)
{
	char path[64];

	if (which->octets > LARGE)
		snprintf(path, sizeof path, "%ju%%20%d", (uintmax_t)which->number, LARGE_LINES);
	else
		snprintf(path, sizeof path, "%ju", (uintmax_t)which->number);
	return run(m, path, which->octets > LARGE ? "TOP" : NULL, true, out, e) < 0 ? -1 : 1;
}

static int
pop3_remove(struct mailbox *m, const struct mailbox_entry *which, struct err *e)
{
	char path[32];

	snprintf(path, sizeof path, "%ju", (uintmax_t)which->number);
	return run(m, path, "DELE", false, NULL, e);
}

/* What was marked goes when the server has said yes to this (RFC 1939 6). */
static int
pop3_finish(struct mailbox *m, struct err *e)
{
	return run(m, "", "QUIT", false, NULL, e);
}

/* -- IMAP ------------------------------------------------------------------------------------- */

/* The url's path to a message, or (uid 0) to the folder. */
static const char *
imap_path(struct mailbox *m, struct buf *path, uint64_t uid, size_t octets)
{
	buf_init(path, 2048);
	buf_printf(path, "%.*s", STR_ARG(m->folder));
	if (uid)
		buf_printf(path, "/;UID=%ju/;PARTIAL=0.%zu", (uintmax_t)uid, octets);
	return buf_z(path);
}

static int
imap_run(struct mailbox *m, const char *command, struct buf *to, struct err *e)
{
	struct buf path;
	int status = run(m, imap_path(m, &path, 0, 0), command, true, to, e);

	buf_free(&path);
	return status;
}

/* The folder's name as IMAP writes it: in quotes. */
static void
quote_folder(struct mailbox *m, struct buf *out)
{
	int n = 0;
	char *name = curl_easy_unescape(m->curl, m->folder.p, (int)m->folder.n, &n);

	assert(name);
	buf_addc(out, '"');
	for (int i = 0; i < n; i++) {
		if (name[i] == '"' || name[i] == '\\')
			buf_addc(out, '\\');
		if ((unsigned char)name[i] >= ' ')
			buf_addc(out, name[i]);
	}
	buf_addc(out, '"');
	curl_free(name);
}

static int
imap_open(struct mailbox *m, struct err *e)
{
	struct buf command, answer;
	int status;

	buf_init(&command, 2048);
	buf_init(&answer, 64 * 1024);
	buf_addz(&command, "STATUS ");
	quote_folder(m, &command);
	buf_addz(&command, " (UIDVALIDITY)");
	status = run(m, "", "CAPABILITY", true, &answer, e);
	m->can_expunge_some = str_find_str(buf_str(&answer), STR(" UIDPLUS")) >= 0;
	buf_clear(&answer);
	if (status == 0) {
		CURLcode code = perform(m, "", buf_z(&command), true, &answer);

		if (code == CURLE_QUOTE_ERROR)
			status = err_set(e, ERR_CONFIG, "%s: there is no folder '%.*s'", m->server,
				STR_ARG(m->folder));
		else if (code != CURLE_OK)
			status = tell(m, code, e);
	}
	m->validity = listing_number(buf_str(&answer), STR("(UIDVALIDITY "));
	buf_free(&command);
	buf_free(&answer);
	return status;
}

static int
imap_list(struct mailbox *m, struct arena *a, struct mailbox_entry **out, size_t *n, struct err *e)
{
	struct buf answer;
	int status;

	buf_init(&answer, LIST_CEILING);
	status = imap_run(m, "UID SEARCH ALL", &answer, e);
	if (status == 0)
		listing_imap(buf_str(&answer), m->validity, a, out, n);
	buf_free(&answer);
	return status;
}

/* A person who looks into the mailbox should see it as nobody has read it: libcurl's way of
 * fetching marks it as seen. */
static int
imap_unsee(struct mailbox *m, uint64_t uid, struct err *e)
{
	char command[64];

	snprintf(command, sizeof command, "UID STORE %ju -FLAGS.SILENT (\\Seen)", (uintmax_t)uid);
	return imap_run(m, command, NULL, e);
}

static int
imap_fetch(struct mailbox *m, const struct mailbox_entry *which, struct buf *out, struct err *e)
{
	struct buf path;
	CURLcode code =
		perform(m, imap_path(m, &path, which->number, out->ceiling), NULL, true, out);

	buf_free(&path);
	if (code == CURLE_REMOTE_FILE_NOT_FOUND)
		return 0;
	if (code != CURLE_OK)
		return tell(m, code, e);
	return imap_unsee(m, which->number, e) < 0 ? -1 : 1;
}

/* Two steps, as mailbox.h has them: marked here, gone when it is expunged. */
static int
imap_remove(struct mailbox *m, const struct mailbox_entry *which, struct err *e)
{
	char command[64];

	snprintf(command, sizeof command, "UID STORE %ju +FLAGS.SILENT (\\Deleted)",
		(uintmax_t)which->number);
	if (imap_run(m, command, NULL, e) < 0)
		return -1;
	buf_printf(&m->removed, "%s%ju", m->removed.n ? "," : "", (uintmax_t)which->number);
	return m->removed.n > EXPUNGE_CEILING - 32 ? m->protocol->finish(m, e) : 0;
}

static int
imap_finish(struct mailbox *m, struct err *e)
{
	struct buf command;
	int status = 0;

	buf_init(&command, EXPUNGE_CEILING + 64);
	/* Without UIDPLUS what somebody else has marked as deleted goes too. */
	if (m->can_expunge_some)
		buf_printf(&command, "UID EXPUNGE %s", buf_z(&m->removed));
	else
		buf_addz(&command, "EXPUNGE");
	if (m->removed.n)
		status = imap_run(m, buf_z(&command), NULL, e);
	if (status == 0)
		buf_clear(&m->removed);
	buf_free(&command);
	return status;
}

/* -- both ------------------------------------------------------------------------------------- */

static const struct protocol protocols[] = {
	{ "pop3,pop3s", pop3_open, pop3_list, pop3_fetch, pop3_remove, pop3_finish },
	{ "imap,imaps", imap_open, imap_list, imap_fetch, imap_remove, imap_finish },
};

/* Take the url apart. */
static int
read_url(struct mailbox *m, const char *url, struct err *e)
{
	struct str all = str_of(url), rest;
	ptrdiff_t scheme = str_find_str(all, STR("://")), slash;

	if (str_starts(all, STR("pop3")))
		m->protocol = &protocols[0];
	else if (str_starts(all, STR("imap")))
		m->protocol = &protocols[1];
	if (!m->protocol || scheme < 0)
		return err_set(e, ERR_CONFIG,
			"'%s' is no mailbox; like pop3s://HOST, or imaps://HOST/INBOX", url);
	rest = str_from(all, (size_t)scheme + 3);
	slash = str_find(rest, '/');
	m->server = arena_strz(
		&m->arena, slash < 0 ? all : str_sub(all, 0, (size_t)scheme + 3 + (size_t)slash));
	m->folder = slash < 0 ? (struct str){ 0 }
			      : arena_str(&m->arena, str_from(rest, (size_t)slash + 1));
	while (str_ends(m->folder, STR("/")))
		m->folder = str_sub(m->folder, 0, m->folder.n - 1);
	if (m->folder.n == 0)
		m->folder = STR("INBOX");
	return 0;
}

static void
set_up(struct mailbox *m, const struct mailbox_options *o)
{
	CURL *c = m->curl;

	curl_set_up(c);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, m->protocol->schemes);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->patience / 1000));
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(o->patience / 1000));
	/* Hanging up is a command too, and has no other limit. */
	curl_easy_setopt(
		c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)((o->patience + 999999) / 1000000));
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
	login_set_up(c, o->tls, o->ca_file, o->user, o->password);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, m);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, m->words);
}

int
mailbox_open(const struct mailbox_options *o, struct mailbox **out, struct err *e)
{
	struct mailbox *m = mem_alloc(sizeof *m);

	*m = (struct mailbox){ 0 };
	buf_init(&m->removed, EXPUNGE_CEILING);
	curl_start();
	m->curl = curl_easy_init();
	assert(m->curl);
	if (read_url(m, o->url, e) == 0) {
		set_up(m, o);
		if (m->protocol->open(m, e) == 0) {
			m->connected = true;
			*out = m;
			return 0;
		}
	}
	mailbox_close(m);
	return -1;
}

void
mailbox_close(struct mailbox *m)
{
	if (!m)
		return;
	m->connected = true;
	curl_easy_cleanup(m->curl);
	buf_free(&m->removed);
	arena_free(&m->arena);
	free(m);
}

int
mailbox_list(
	struct mailbox *m, struct arena *a, struct mailbox_entry **out, size_t *n, struct err *e)
{
	return m->protocol->list(m, a, out, n, e);
}

int
mailbox_fetch(struct mailbox *m, const struct mailbox_entry *which, struct buf *out, struct err *e)
{
	return m->protocol->fetch(m, which, out, e);
}

int
mailbox_remove(struct mailbox *m, const struct mailbox_entry *which, struct err *e)
{
	return m->protocol->remove(m, which, e);
}

int
mailbox_finish(struct mailbox *m, struct err *e)
{
	return m->protocol->finish(m, e);
}

#include "net/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/text.h"
#include "net/curl.h"

enum {
	HEADERS = 256,             /* lines; a server that sends more is broken or hostile */
	HEADER_BYTES = 128 * 1024, /* all lines together */
	SLOW_BYTES = 1024,         /* a second, over... */
	SLOW_SECONDS = 10,
	CONNECT_SECONDS = 10,
	ETAG = 256, /* longer ones are not kept */
};

struct http {
	CURL *curl;
};

/* One exchange: no redirect is followed in here. */
struct exchange {
	struct buf body;
	bool private_ok, refused_address;
	int header_lines;
	size_t header_bytes;
	struct arena *arena;
	struct http_response *out;
	struct str etag, link, location, retry_after, rate_limit, remaining, reset;
	char words[CURL_ERROR_SIZE]; /* libcurl's, about what went wrong */
};

struct http *
http_new(void)
{
	struct http *h = mem_alloc(sizeof *h);

	curl_start();
	h->curl = curl_easy_init();
	if (!h->curl) {
		free(h);
		return NULL;
	}
	return h;
}

void
http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	free(h);
}

/* -- addresses -------------------------------------------------------------------------------- */

struct range {
	uint32_t network;
	int bits;
};

static bool
is_public4(uint32_t a)
{
	static const struct range closed[] = {
		{ 0x00000000, 8 },  /* this network */
		{ 0x0a000000, 8 },  /* private */
		{ 0x64400000, 10 }, /* shared (RFC 6598) */
		{ 0x7f000000, 8 },  /* loopback */
		{ 0xa9fe0000, 16 }, /* link-local: cloud metadata lives here */
		{ 0xac100000, 12 }, /* private */
		{ 0xc0000000, 24 }, /* IETF */
		{ 0xc0000200, 24 }, /* documentation */
		{ 0xc0a80000, 16 }, /* private */
		{ 0xc6120000, 15 }, /* benchmarks */
		{ 0xc6336400, 24 }, /* documentation */
		{ 0xcb007100, 24 }, /* documentation */
		{ 0xe0000000, 3 },  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		if ((a ^ closed[i].network) >> (32 - closed[i].bits) == 0)
			return false;
	return true;
}

static uint32_t
word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool
is_public6(const uint8_t a[static 16])
{
	static const uint8_t zero[12] = { 0 };

	if (memcmp(a, zero, 10) == 0 && a[10] == 0xff && a[11] == 0xff)
		return is_public4(word_at(a + 12)); /* IPv4-mapped */
	if (memcmp(a, zero, 12) == 0)
		return false; /* unspecified, loopback, IPv4-compatible */
	if (word_at(a) == 0x0064ff9b)
		return is_public4(word_at(a + 12)); /* NAT64 */
	if (a[0] == 0x20 && a[1] == 0x02)
		return is_public4(word_at(a + 2)); /* 6to4 */
	/* Global unicast is 2000::/3; all else is link-local, unique local, multicast or
	 * reserved. */
	return a[0] >> 5 == 1 && word_at(a) != 0x20010db8;
}

bool
http_address_is_public(const struct sockaddr *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&in, sa, sizeof in);
		return is_public4(ntohl(in.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&in6, sa, sizeof in6);
		return is_public6(in6.sin6_addr.s6_addr);
	default:
		return false;
	}
}

/* Asked with the very address that is about to be dialled, so a name that resolves twice in two
 * ways gains nothing. */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct exchange *x = context;

	(void)purpose;
	if (!x->private_ok && !http_address_is_public(&to->addr)) {
		x->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* A connection that was kept from an earlier request is not dialled again: the address is asked for
 * before each request as well, or a feed could be sent over to a private host that was configured
 * for another. */
static int
before_request(void *context, char *address, char *ours, int port, int our_port)
{
	struct exchange *x = context;
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	bool public = (inet_pton(AF_INET, address, &in.sin_addr) == 1 &&
			      http_address_is_public((const struct sockaddr *)&in)) ||
		      (inet_pton(AF_INET6, address, &in6.sin6_addr) == 1 &&
			      http_address_is_public((const struct sockaddr *)&in6));

	(void)ours, (void)port, (void)our_port;
	x->out->reached = true;
	x->refused_address = x->refused_address || (!x->private_ok && !public);
	return x->refused_address ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* -- headers ---------------------------------------------------------------------------------- */

static size_t
take_header(char *p, size_t size, size_t n, void *context)
{
	struct exchange *x = context;
	struct str line = { .p = p, .n = size * n }, name, value;
	ptrdiff_t colon = str_find(line, ':');

	x->header_bytes += line.n;
	if (++x->header_lines > HEADERS || x->header_bytes > HEADER_BYTES)
		return 0;
	if (str_starts(line, STR("HTTP/"))) {
		/* An interim answer (103) or the real one: begin again. */
		x->etag = x->link = x->location = x->retry_after = x->rate_limit = x->remaining =
			x->reset = x->out->content_type = (struct str){ 0 };
	}
	if (colon < 0)
		return line.n;
	name = str_sub(line, 0, (size_t)colon);
	value = str_trim(str_from(line, (size_t)colon + 1));

	struct {
		struct str name;
		struct str *to;
	} wanted[] = {
		{ STR("etag"), &x->etag },
		{ STR("content-type"), &x->out->content_type },
		{ STR("link"), &x->link },
		{ STR("location"), &x->location },
		{ STR("retry-after"), &x->retry_after },
		{ STR("ratelimit"), &x->rate_limit },
		{ STR("x-ratelimit-remaining"), &x->remaining },
		{ STR("x-ratelimit-reset"), &x->reset },
	};

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (str_ieq(name, wanted[i].name))
			*wanted[i].to = arena_str(x->arena, value);
	return line.n;
}

static size_t
take_body(char *p, size_t size, size_t n, void *context)
{
	struct exchange *x = context;

	buf_add(&x->body, (struct str){ .p = p, .n = size * n });
	return x->body.over ? 0 : size * n;
}

/* Link: <https://...>; rel="next", <...>; rel="last" (RFC 8288, as far as the APIs use it). */
static struct str
link_next(struct str link)
{
	struct str none = { 0 }, url;

	while (link.n) {
		ptrdiff_t open = str_find(link, '<'), close, end;
		struct str parameters;

		if (open < 0)
			return none;
		link = str_from(link, (size_t)open + 1);
		close = str_find(link, '>');
		if (close < 0)
			return none;
		url = str_sub(link, 0, (size_t)close);
		link = str_from(link, (size_t)close + 1);
		end = str_find(link, '<');
		parameters = str_sub(link, 0, end < 0 ? link.n : (size_t)end);
		if (str_find_str(parameters, STR("rel=\"next\"")) >= 0 ||
			str_find_str(parameters, STR("rel=next")) >= 0)
			return url;
	}
	return none;
}

/* A parameter of `RateLimit: "api";r=0;t=42`. */
static bool
rate_limit_parameter(struct str header, struct str name, uint64_t *n)
{
	ptrdiff_t at = str_find_str(header, name);
	struct str digits;

	if (at < 0)
		return false;
	digits = str_from(header, (size_t)at + name.n);
	at = str_find(digits, ';');
	return str_u64(str_trim(at < 0 ? digits : str_sub(digits, 0, (size_t)at)), 1000000, n);
}

static int64_t
seconds_until(int64_t then, int64_t now)
{
	int64_t left = then - now / CLOCK_SECOND;

	return left > 0 ? left : 0;
}

/* What the server still grants, in the words of either family: Hugging Face's RateLimit, GitHub's
 * x-ratelimit-*. */
static void
read_allowance(const struct exchange *x, int64_t now)
{
	uint64_t left, when;

	x->out->left = x->out->window = -1;
	if (rate_limit_parameter(x->rate_limit, STR(";r="), &left) &&
		rate_limit_parameter(x->rate_limit, STR(";t="), &when)) {
		x->out->left = (int64_t)left;
		x->out->window = (int64_t)when + 1;
	} else if (str_u64(x->remaining, 1000000, &left) &&
		   str_u64(x->reset, 100000000000, &when)) {
		x->out->left = (int64_t)left;
		x->out->window = seconds_until((int64_t)when, now);
	}
}

/* Where nothing is left, the window's end; else Retry-After, seconds or a date (RFC 9110 10.2.3);
 * -1 when neither can be read. GitHub's Retry-After goes before its window. */
static int64_t
wait_of(const struct exchange *x, int64_t now)
{
	int64_t date;
	uint64_t n;

	if (x->rate_limit.n && x->out->left == 0)
		return x->out->window;
	if (str_u64(x->retry_after, 100000000, &n))
		return (int64_t)n;
	if (date_parse_rfc5322(x->retry_after, &date))
		return seconds_until(date / CLOCK_SECOND, now);
	return x->out->left == 0 ? x->out->window : -1;
}

/* -- requests --------------------------------------------------------------------------------- */

static struct curl_slist *
add_header(struct curl_slist *list, struct arena *a, const char *name, const char *value)
{
	struct curl_slist *longer =
		value ? curl_slist_append(list, arena_printf(a, "%s: %s", name, value)) : list;

	return longer ? longer : list;
}

static struct curl_slist *
headers_of(const struct http_request *r, struct arena *a, bool with_token)
{
	struct curl_slist *list = add_header(NULL, a, "Accept", r->accept ? r->accept : "*/*");

	list = add_header(list, a, "If-None-Match", r->etag);
	if (with_token && r->token)
		list = add_header(list, a, "Authorization", arena_printf(a, "Bearer %s", r->token));
	if (r->extra) {
		struct curl_slist *longer = curl_slist_append(list, r->extra);

		list = longer ? longer : list;
	}
	return list;
}

static void
set_up(CURL *c, const struct http_request *r, const char *url, struct exchange *x, int64_t left)
{
	bool plain = strncmp(r->url, "http://", 7) == 0;

	curl_easy_reset(c);
	curl_set_up(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
	curl_easy_setopt(c, CURLOPT_USERAGENT, "morningpost/" MORNINGPOST_VERSION);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(left / 1000));
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->words);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
}

/* A url for messages: what is asked there is of no use in them. */
static const char *
shown(const char *url, struct arena *a)
{
	return arena_printf(a, "%.*s", (int)strcspn(url, "?#"), url);
}

/* It went wrong on the way: the next time it may not. */
static bool
may_pass(CURLcode code)
{
	static const CURLcode passing[] = { CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,
		CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
		CURLE_PARTIAL_FILE, CURLE_SSL_CONNECT_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM };

	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
		if (code == passing[i])
			return true;
	return false;
}

static int
explain(CURLcode code, const struct exchange *x, const struct http_request *r, struct err *e)
{
	const char *place = shown(r->url, x->arena);

	if (x->refused_address)
		return err_set(e, ERR_DATA,
			"%s: a private address, and the settings do not name that host", place);
	if (x->body.over)
		return err_set(
			e, ERR_DATA, "%s: an answer of more than %zu bytes", place, r->ceiling);
	if (x->header_lines > HEADERS)
		return err_set(e, ERR_DATA, "%s: more than %d header lines", place, HEADERS);
	if (x->header_bytes > HEADER_BYTES)
		return err_set(
			e, ERR_DATA, "%s: a header of more than %d bytes", place, HEADER_BYTES);
	if (code == CURLE_OUT_OF_MEMORY) /* what it says of a header of more than 100 kB */
		return err_set(e, ERR_DATA, "%s: a header that is too long", place);
	return err_set(e, may_pass(code) ? ERR_UNAVAILABLE : ERR_DATA, "%s: %s", place,
		*x->words ? x->words : curl_easy_strerror(code));
}

static int
exchange(struct http *h, const struct http_request *r, const char *url, bool with_token,
	int64_t left, struct exchange *x, struct err *e)
{
	struct curl_slist *headers = headers_of(r, x->arena, with_token);
	curl_off_t bytes = 0;
	CURLcode code;
	long status = 0;

	set_up(h->curl, r, url, x, left);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h->curl, CURLOPT_NOBODY, r->head ? 1L : 0L);
	code = curl_easy_perform(h->curl);
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h->curl, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(headers);
	x->out->calls++;
	x->out->bytes += bytes > 0 ? (uint64_t)bytes : 0;
	if (code == CURLE_WRITE_ERROR && r->peek && x->body.over)
		code = CURLE_OK;
	if (code != CURLE_OK)
		return explain(code, x, r, e);
	x->out->status = (int)status;
	return 0;
}

struct origin {
	char *scheme, *host, *port;
};

static bool
origin_of(const char *url, struct arena *a, struct origin *out)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool good = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;

	if (good)
		*out = (struct origin){ arena_strz(a, str_of(scheme)), arena_strz(a, str_of(host)),
			arena_strz(a, str_of(port)) };
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return good;
}

static bool
same_origin(const struct origin *a, const struct origin *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && str_ieq(str_of(a->host), str_of(b->host)) &&
	       strcmp(a->port, b->port) == 0;
}

/* A reference as it stands in Location or Link, made absolute; NULL when it cannot be. */
static char *
absolute(const char *base, struct str reference, struct arena *a)
{
	CURLU *u = curl_url();
	char *url = NULL, *out = NULL;

	if (u && reference.n && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
		curl_url_set(u, CURLUPART_URL, arena_strz(a, reference), 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK)
		out = arena_strz(a, str_of(url));
	curl_free(url);
	curl_url_cleanup(u);
	return out;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where a redirect may lead: https (http where we began with http), and only leave_host lets it
 * leave the host. */
static int
check_redirect(const struct http_request *r, const char *from, const char *to, struct arena *a,
	bool *same, struct err *e)
{
	const char *place = shown(from, a);
	struct origin here, there;

	if (!to || !origin_of(r->url, a, &here) || !origin_of(to, a, &there))
		return err_set(e, ERR_DATA, "%s: a redirect that leads nowhere", place);
	if (strcmp(there.scheme, "https") != 0 &&
		!(strcmp(there.scheme, "http") == 0 && strcmp(here.scheme, "http") == 0))
		return err_set(e, ERR_DATA, "%s: a redirect to %s:, which is not followed", place,
			there.scheme);
	*same = same_origin(&here, &there);
	if (!*same && !r->leave_host)
		return err_set(e, ERR_DATA,
			"%s: a redirect to another host, %s, which is not followed", place,
			there.host);
	return 0;
}

static void
finish(struct exchange *x, const char *url, int64_t now)
{
	struct http_response *out = x->out;
	struct str next = link_next(x->link);
	struct origin here, there;
	char *to = next.n ? absolute(url, next, x->arena) : NULL;

	out->body = arena_str(x->arena, buf_str(&x->body));
	out->url = str_of(url);
	/* It is sent back to them: only what an etag may be made of (RFC 9110 8.8.3). */
	if (x->etag.n <= ETAG && text_is_clean(x->etag))
		out->etag = x->etag;
	read_allowance(x, now);
	out->wait = wait_of(x, now);
	out->limited =
		out->status == 429 ||
		(out->status == 403 && (x->retry_after.n || str_eqz(x->remaining, "0") ||
					       str_find_str(out->body, STR("rate limit")) >= 0));
	/* The next page is asked with the same token: only of the same server. */
	if (to && origin_of(url, x->arena, &here) && origin_of(to, x->arena, &there) &&
		same_origin(&here, &there) && strcmp(to, url) != 0)
		out->next = str_of(to);
}

/* One hop: 1 when it is a redirect to *url, which is checked. */
static int
hop(struct http *h, const struct http_request *r, int64_t now, struct exchange *x, const char **url,
	bool *same, int64_t until, struct err *e)
{
	struct http_response *out = x->out;
	int64_t left = until - clock_steady();
	const char *from = *url;
	int status;

	if (left < 1000)
		return err_set(
			e, ERR_UNAVAILABLE, "%s: not answered in time", shown(r->url, x->arena));
	buf_init(&x->body, r->ceiling);
	status = exchange(h, r, from, *same, left, x, e);
	if (status == 0 && !is_redirect(out->status))
		finish(x, from, now);
	buf_free(&x->body);
	if (status < 0 || !is_redirect(out->status))
		return status;
	*url = absolute(from, x->location, x->arena);
	return check_redirect(r, from, *url, x->arena, same, e) < 0 ? -1 : 1;
}

int
http_get(struct http *h, const struct http_request *r, int64_t now, struct arena *a,
	struct http_response *out, struct err *e)
{
	int64_t until = clock_steady() + r->deadline;
	const char *url = r->url;
	bool at_home = true;

	*out = (struct http_response){ .wait = -1, .left = -1, .window = -1 };
	for (int hops = 0;; hops++) {
		struct exchange x = {
			.arena = a, .out = out, .private_ok = r->configured && at_home
		};
		bool same = at_home;
		int got = hop(h, r, now, &x, &url, &same, until, e);

		if (got <= 0)
			return got;
		if (hops >= r->redirects)
			return err_set(e, ERR_DATA, "%s: more than %d redirects", shown(r->url, a),
				r->redirects);
		out->moved = out->moved || out->status == 301 || out->status == 308;
		/* Who once left the host gets neither the token nor a private address. */
		at_home = at_home && same;
	}
}

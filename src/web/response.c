#include "web/response.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"

const char *
response_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 421, "Misdirected Request" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Internal Server Error";
}

/* RFC 9110 5.6.7: "Sat, 14 Feb 2026 06:00:00 GMT". */
static void
put_date(int64_t now, struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat",
			  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(now / CLOCK_SECOND);
	struct tm t;

	gmtime_r(&seconds, &t);
	buf_printf(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday,
		t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* RFC 9110 13.1.2: "*", or a list of tags that are compared weakly. */
static bool
is_known(struct str known, struct str etag)
{
	struct str tag;

	if (str_eqz(str_trim(known), "*"))
		return true;
	if (str_starts(etag, STR("W/")))
		etag = str_from(etag, 2);
	while (str_split(&known, ',', &tag)) {
		tag = str_trim(tag);
		if (str_starts(tag, STR("W/")))
			tag = str_from(tag, 2);
		if (str_eq(tag, etag))
			return true;
	}
	return false;
}

void
response_be_brief(struct response *r, struct str known)
{
	if (r->status != 200 || !r->etag || !is_known(known, str_of(r->etag)))
		return;
	r->status = 304;
	r->body = (struct str){ 0 };
}

/* What everybody may read may be kept and found, and run scripts of its own. Styles stand in
 * attributes there: issues are mail. */
static void
put_public_policy(const struct response *r, struct buf *out)
{
	buf_printf(out,
		"Content-Security-Policy: %s\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Cache-Control: public, max-age=%d\r\n"
		"Vary: Accept-Encoding\r\n",
		r->policy ? r->policy
			  : "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
			    "script-src 'self'; base-uri 'none'; form-action 'self'; "
			    "frame-ancestors 'none'",
		r->max_age);
}

/* A page runs no script, loads nothing, is framed by nobody, tells nobody where the reader came
 * from, and is neither kept nor indexed: its address is the key to somebody's subscription. */
static void
put_private_policy(const struct response *r, struct buf *out)
{
	buf_addz(out, "Content-Security-Policy: ");
	if (r->policy) {
		buf_addz(out, r->policy);
	} else {
		buf_addz(out, "default-src 'none'; ");
		if (r->style)
			buf_printf(out, "style-src '%s'; ", r->style);
		buf_addz(out, "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
	}
	buf_addz(out, "\r\nReferrer-Policy: no-referrer\r\n"
		      "X-Content-Type-Options: nosniff\r\n"
		      "X-Robots-Tag: noindex\r\n"
		      "Cache-Control: no-store\r\n");
}

void
response_write(const struct response *r, int64_t now, bool body, bool keep, struct buf *out)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", r->status, response_reason(r->status));
	put_date(now, out);
	/* What is not sent again has neither (RFC 9110 15.4.5). */
	if (r->status != 304)
		buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", r->type, r->body.n);
	if (r->status != 304 && r->encoding)
		buf_printf(out, "Content-Encoding: %s\r\n", r->encoding);
	if (r->etag)
		buf_printf(out, "ETag: %s\r\n", r->etag);
	if (r->public)
		put_public_policy(r, out);
	else
		put_private_policy(r, out);
	if (r->download)
		buf_printf(
			out, "Content-Disposition: attachment; filename=\"%s\"\r\n", r->download);
	if (r->allow)
		buf_printf(out, "Allow: %s\r\n", r->allow);
	if (r->retry_after)
		buf_printf(out, "Retry-After: %d\r\n", r->retry_after);
	if (!keep)
		buf_addz(out, "Connection: close\r\n");
	buf_addz(out, "\r\n");
	if (body)
		buf_add(out, r->body);
}

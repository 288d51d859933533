#include "collect/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "test.h"

#define HERE STR("https://example.org/feeds/all.xml")
#define ATOM "<feed xmlns='http://www.w3.org/2005/Atom'>"
#define RSS "<rss version='2.0'><channel><title>F</title><link>https://example.org/</link>"

/* The first item, one member a line. */
static void
items_are_read(void **state)
{
	static const struct {
		const char *in, *title, *url, *note, *at;
	} rows[] = {
		{ RSS "<item><title>ok &lt;b&gt;bold&lt;/b&gt;</title>"
		      "<link>https://example.com/a?x=1&amp;y=2</link><pubDate>Fri, 21 Aug 2026 "
		      "10:00:00 "
		      "+0000</pubDate><description><![CDATA[<p>One</p><p>two</p>]]></description>"
		      "</item></channel></rss>",
			"ok bold", "https://example.com/a?x=1&y=2", "One two",
			"2026-08-21T10:00:00Z" },
		{ RSS "<item><title>relative</title><link>../x y</link></item></channel></rss>",
			"relative", "", "", "" },
		{ RSS "<item><title>relative</title><link> ../x?q </link></item></channel></rss>",
			"relative", "https://example.org/x?q", "", "" },
		{ RSS "<item><title>no link</title><guid>https://example.org/1</guid></item>"
		      "</channel></rss>",
			"no link", "https://example.org/1", "", "" },
		{ RSS "<item><title>no link</title><guid isPermaLink='false'>https://example.org/1"
		      "</guid></item></channel></rss>",
			"no link", "", "", "" },
		{ RSS "<item><media:title "
		      "xmlns:media='http://search.yahoo.com/mrss/'>no</media:title>"
		      "<title>yes</title><link>javascript:alert(1)</link></item></channel></rss>",
			"yes", "", "", "" },
		{ "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
		  "xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
		  "<channel/><item><title>one</title><link>http://example.org/1</link>"
		  "<dc:date>2026-08-21T10:00:00+02:00</dc:date></item></rdf:RDF>",
			"one", "http://example.org/1", "", "2026-08-21T08:00:00Z" },
		{ ATOM "<title>F</title><link "
		       "href='https://example.org/'/><entry><id>x</id><title>a "
		       "&lt;b&gt; c</title><link rel='self' href='https://example.org/self'/><link "
		       "href='/p?a=1&amp;b=2'/><updated>2026-08-22T00:00:00Z</updated>"
		       "<published>2026-08-20T00:00:00Z</published><summary>line\n  two</summary>"
		       "<source><title>other</title><id>y</id></source></entry></feed>",
			"a <b> c", "https://example.org/p?a=1&b=2", "line two",
			"2026-08-20T00:00:00Z" },
		{ ATOM "<entry><title type='html'>&lt;i&gt;x&lt;/i&gt; &amp;amp; y</title><link "
		       "href='https://example.org/'/></entry></feed>",
			"x & y", "https://example.org/", "", "" },
		{ ATOM "<entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>H"
		       "<b>2</b>O<br/>z</div></title><link href='https://example.org/'/></entry>"
		       "</feed>",
			"H2O z", "https://example.org/", "", "" },
		{ "<feed xmlns='http://www.w3.org/2005/Atom' "
		  "xml:base='https://b.example/x/'><entry "
		  "xml:base='y/'><title>t</title><link href='z'/></entry></feed>",
			"t", "https://b.example/x/y/z", "", "" },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?>" ATOM
		  "<entry><title>caf\xe9</title><link href='https://example.org/\xe9'/></entry>"
		  "</feed>",
			"caf\u00e9", "https://example.org/%C3%A9", "", "" },
		{ ATOM "<entry><title>\u202eevil\u200b</title><link "
		       "href='https://u:p@example.org/'/>"
		       "</entry></feed>",
			"evil", "", "", "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct feed f;
		struct err e;
		char at[24] = "";

		if (feed_parse(str_of(rows[i].in), HERE, &a, &f, &e) < 0)
			fail_msg("%zu: %s", i, e.text);
		assert_int_equal(f.count, 1);
		assert_str(f.items[0].title, rows[i].title);
		assert_str(f.items[0].url, rows[i].url);
		assert_str(f.items[0].note, rows[i].note);
		if (f.items[0].at)
			clock_rfc3339(f.items[0].at, at);
		assert_string_equal(at, rows[i].at);
	}
	arena_free(&a);
}

static void
what_is_no_feed_is_refused(void **state)
{
	static const struct {
		const char *in, *why;
	} rows[] = {
		{ "", "an empty body" },
		{ "[]", "no well-formed XML" },
		{ "<!DOCTYPE html><html><body>Maintenance</body></html>", "document type" },
		{ "<html><body>x</body></html>", "XML, but no feed" },
		{ ATOM "<entry><title>one</title>", "no well-formed XML" },
		{ ATOM "</feed><feed/>", "no well-formed XML" },
		{ "<!DOCTYPE feed [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" ATOM
		  "<entry><title>&x;</title></entry></feed>",
			"document type" },
		{ "<!DOCTYPE feed SYSTEM 'http://127.0.0.1:1/x.dtd'>" ATOM "</feed>",
			"document type" },
		{ ATOM "<title>&nbsp;</title></feed>", "no well-formed XML" },
		{ ATOM "<title>\xff</title></feed>", "no well-formed XML" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct feed f;
		struct err e = { 0 };

		assert_int_equal(feed_parse(str_of(rows[i].in), HERE, &a, &f, &e), -1);
		assert_int_equal(e.code, ERR_DATA);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%zu: %s", i, e.text);
	}
	arena_free(&a);
}

static void
links_lead_somewhere_or_are_none(void **state)
{
	static const struct {
		const char *in, *want;
	} rows[] = {
		{ "https://example.com", "https://example.com" },
		{ "HTTPS://Example.com/A", "https://Example.com/A" },
		{ "//other.example/x", "https://other.example/x" },
		{ "?q=1", "https://example.org/feeds/all.xml?q=1" },
		{ "", "" },
		{ "javascript:alert(1)", "" },
		{ "JaVaScRiPt:alert(1)", "" },
		{ "data:text/html,x", "" },
		{ "file:///etc/passwd", "" },
		{ "https:///x", "" },
		{ "https://user@example.com/", "" },
		{ "https://example.com\\@evil.example/", "" },
		{ "https://ex%61mple.com/", "" },
		{ "https://ex\u00e4mple.com/", "" },
		{ "https://example.com/a b", "" },
		{ "https://example.com/a\nb", "" },
		{ "https://example.com/\"><script>", "https://example.com/%22%3E%3Cscript%3E" },
		{ "https://example.com/\u00e4", "https://example.com/%C3%A4" },
		{ "https://[::1]:80/", "https://[::1]:80/" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(feed_link(HERE, str_of(rows[i].in), &a), rows[i].want);
	arena_free(&a);
}

/* At each ceiling, one past it, and a thousand times as much. */
static void
ceilings_hold(void **state)
{
	struct buf b;
	struct arena a = { 0 };
	struct feed f;
	struct err e;

	(void)state;
	for (int depth = FEED_DEPTH; depth <= FEED_DEPTH * 1000;
		depth = depth * 1000 - FEED_DEPTH) {
		for (int over = 0; over < 2; over++) {
			buf_init(&b, 8 << 20);
			buf_addz(&b, "<feed>");
			for (int i = 1; i < depth + over; i++)
				buf_addz(&b, "<x>");
			for (int i = 1; i < depth + over; i++)
				buf_addz(&b, "</x>");
			buf_addz(&b, "</feed>");
			assert_int_equal(feed_parse(buf_str(&b), HERE, &a, &f, &e),
				depth == FEED_DEPTH && !over ? 0 : -1);
			buf_free(&b);
		}
	}
	for (size_t items = FEED_ITEMS; items <= FEED_ITEMS + 1; items++) {
		buf_init(&b, 8 << 20);
		buf_addz(&b, "<rss><channel>");
		for (size_t i = 0; i < items; i++)
			buf_printf(&b, "<item><title>%zu</title><link>/%zu</link></item>", i, i);
		buf_addz(&b, "</channel></rss>");
		assert_int_equal(feed_parse(buf_str(&b), HERE, &a, &f, &e), 0);
		assert_int_equal(f.count, FEED_ITEMS);
		assert_int_equal(f.cut, items > FEED_ITEMS);
		buf_free(&b);
	}
	buf_init(&b, 8 << 20);
	buf_addz(&b, "<rss><channel><item><title>");
	buf_fill(&b, 'x', 4 << 20);
	buf_addz(&b, "</title></item></channel></rss>");
	assert_int_equal(feed_parse(buf_str(&b), HERE, &a, &f, &e), 0);
	assert_true(f.items[0].title.n <= FEED_TITLE + 3);
	buf_free(&b);
	arena_free(&a);
}

static void
items_are_json_that_may_be_kept(void **state)
{
	struct arena a = { 0 };
	struct feed f;
	struct err e;
	struct str json;
	enum json_kind kind;

	(void)state;
	assert_int_equal(
		feed_parse(STR(ATOM "<entry><id>urn:1</id><title>a \"quoted\" "
				    "one</title><author><name>Ann"
				    "</name><email>x@example.org</email></"
				    "author><author><name>Bob</name>"
				    "</author><link "
				    "href='https://example.org/1'/><updated>2026-08-21T10:00:00Z"
				    "</updated><c:primary_category "
				    "xmlns:c='http://arxiv.org/schemas/atom' "
				    "term='cs.AI'/></entry></feed>"),
			HERE, &a, &f, &e),
		0);
	json = feed_json(&f, STR("A Feed"), &a);
	assert_str(json,
		"[{\"id\":\"urn:1\",\"title\":\"a \\\"quoted\\\" "
		"one\",\"url\":\"https://example.org/1\","
		"\"note\":null,\"at\":\"2026-08-21T10:00:00Z\",\"source\":\"A Feed\",\"category\":"
		"\"cs.AI\",\"authors\":[\"Ann\",\"Bob\"]}]\n");
	assert_int_equal(json_check(&json, &kind, &e), 0);
	assert_int_equal(kind, JSON_ARRAY);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_read),
		cmocka_unit_test(what_is_no_feed_is_refused),
		cmocka_unit_test(links_lead_somewhere_or_are_none),
		cmocka_unit_test(ceilings_hold),
		cmocka_unit_test(items_are_json_that_may_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

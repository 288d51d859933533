#include "web/reprint.h"

#include <string.h>

#include "test.h"

#define HERE "https://post.example.org/issues/2026-02-14"

static struct str
print_as(bool plain, struct str html, struct buf *style, struct buf *out)
{
	static const struct reprint_picture pictures[] = { { STR_INIT("ab12@example.org"),
		STR_INIT("/issues/2026-02-14/ab12.png") } };
	const struct reprint_source from = { .html = html,
		.nobody = STR("0nobody0"),
		.here = STR(HERE),
		.pictures = pictures,
		.picture_count = 1,
		.picture_word = STR("a picture"),
		.plain = plain };

	buf_clear(style);
	buf_clear(out);
	reprint(&from, style, out);
	return buf_str(out);
}

static struct str
print(struct str html, struct buf *style, struct buf *out)
{
	return print_as(false, html, style, out);
}

static void
compare(const char *html, const char *want, const char *want_style)
{
	struct buf style, out;

	buf_init(&style, 1 << 20);
	buf_init(&out, 1 << 20);
	assert_str(print(str_of(html), &style, &out), want);
	assert_str(buf_str(&style), want_style);
	/* What was printed once is printed the same again. */
	if (!*want_style && !strstr(want, "<img")) {
		struct buf again;

		buf_init(&again, 1 << 20);
		assert_str(print(buf_str(&out), &style, &again), want);
		buf_free(&again);
	}
	buf_free(&style);
	buf_free(&out);
}

static void
what_only_shows_something_stays(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<html lang=en><head><title>x</title><meta charset=utf-8></head><body class=page><P CLASS='a b'>x &amp; y</P></body></html>",
			"<p class=\"a b\">x &amp; y</p>" },
		{ "<table role=presentation width=100% bgcolor='#fff'><tr><td align=center>a</table>",
			"<table role=\"presentation\" width=\"100%\" bgcolor=\"#fff\"><tr><td align=\"center\">a</td></tr></table>" },
		{ "<p style=\"font:17px Georgia,&#39;Times New Roman&#39;,serif\">a<br>b<hr></p>",
			"<p style=\"font:17px Georgia,&#39;Times New Roman&#39;,serif\">a<br>b<hr></p>" },
		{ "<o:p>a</o:p><center>b</center><form><input name=x>c</form>", "abc" },
		{ "a < b &lt; c <3", "a &lt; b &lt; c &lt;3" },
		{ "a<!--[if mso]><table><tr><td><![endif]-->b", "ab" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		compare(rows[i].html, rows[i].want, "");
}

static void
what_does_something_goes(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "a<script>alert('</p>')</script>b<SCRIPT src=x></SCRIPT>c", "abc" },
		{ "a<script>never closed", "a" },
		{ "<p onclick=\"x()\" onmouseover=y style=\"color:red\">a</p>", "<p style=\"color:red\">a</p>" },
		{ "<a href=\"javascript:x()\">a</a>", "a" },
		{ "<a href=\"java&#115;cript:x()\">a</a>", "a" },
		{ "<a href=\" JaVaScRiPt:x()\">a</a><a href=data:text/html,x>b</a>", "ab" },
		{ "<iframe src=x>a<iframe>b</iframe></iframe>c<object><p>d</p></object>e", "ce" },
		{ "<svg><a href=x>y</a></svg><math><mtext></mtext></math>z", "z" },
		{ "<link rel=stylesheet href=https://example.net/x.css><base href=//example.net>a", "a" },
		{ "<meta http-equiv=refresh content='0;url=https://example.net'>a", "a" },
		{ "<p style=\"background:url(https://example.net/x)\">a</p>", "<p>a</p>" },
		{ "<p style=\"background:u&#114;l(//example.net/x)\">a</p>", "<p>a</p>" },
		{ "<p style=\"background:\\75rl(//example.net/x)\">a</p>", "<p>a</p>" },
		{ "<div style=\"display : NONE;mso-hide:all\">preheader<div>x</div></div>b", "b" },
		{ "<p background=x srcset=y formaction=z ping=w>a</p>", "<p>a</p>" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		compare(rows[i].html, rows[i].want, "");
}

static void
it_closes_what_it_opens_and_no_more(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "</div></main></body>a", "a" },
		{ "<div><p>a", "<div><p>a</p></div>" },
		{ "<div><b><i>a</div>b</i>", "<div><b><i>a</i></b></div>b" },
		{ "<ul><li>a<li>b</ul>", "<ul><li>a<li>b</li></li></ul>" },
		{ "<a href=\"https://a.example/\">a<a href=\"https://b.example/\">b</a>c", "<a href=\"https://a.example/\">ab</a>c" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		compare(rows[i].html, rows[i].want, "");
}

static void
what_is_never_closed_costs_little(void **state)
{
	struct buf html, style, out;

	(void)state;
	buf_init(&html, 1 << 20);
	buf_init(&style, 1 << 20);
	buf_init(&out, 4 << 20);
	for (int i = 0; i < 100000; i++)
		buf_addz(&html, "<div>");
	print(buf_str(&html), &style, &out);
	assert_int_equal(out.n, 200 * (strlen("<div>") + strlen("</div>")));
	buf_free(&html);
	buf_free(&style);
	buf_free(&out);
}

static void
rules_come_along_when_they_load_nothing(void **state)
{
	(void)state;
	compare("<style>p > a { color: red } /* x */</style>a<style>b{}</style>", "a",
		"p > a { color: red } /* x */b{}");
	compare("<style>@import 'https://example.net/x';</style>a", "a", "");
	compare("<style>p{background:URL(x)}</style>a", "a", "");
	compare("<style media=print>p{}</style>a", "a", "");
}

static void
pictures_are_our_own_or_links(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<img src=\"cid:ab12@example.org\" alt='A \"QR\" code' width=148 onload=x>",
			"<img src=\"/issues/2026-02-14/ab12.png\" alt=\"A &quot;QR&quot; code\" width=\"148\">" },
		{ "<img src=\"cid:other@example.org\" alt=words>", "words" },
		{ "<img src=\"https://example.net/x.png\" alt=\"A view\">", "<a href=\"https://example.net/x.png\">A view</a>" },
		{ "<img src=\"https://example.net/x.png\">", "<a href=\"https://example.net/x.png\">a picture</a>" },
		{ "<a href=\"https://example.com/\"><img src=\"https://example.net/x.png\" alt=w></a>", "<a href=\"https://example.com/\">w</a>" },
		{ "<img src=\"data:image/png;base64,xyz\" alt=w>", "w" },
		{ "<img src=\"//example.net/x.png\" alt=w>", "w" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		compare(rows[i].html, rows[i].want, "");
}

static void
one_readers_own_links_go(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<p><a href=\"https://post.example.org/u/0nobody0\">Leave</a> <a href=\"https://post.example.org/p/0nobody0\">Change</a> "
		  "<a href=\"https://post.example.org/\">All</a></p>", "<p>  <a href=\"https://post.example.org/\">All</a></p>" },
		{ "<p>To leave, <a href=\"https://post.example.org/u/0nobody0\">press <b>here</b></a>.</p>", "<p>To leave, press <b>here</b>.</p>" },
		{ "<td><a href=\"" HERE "\">Read in browser</a></td>", "<td></td>" },
		{ "<p>See <a href=\"" HERE "\">today</a>!</p>", "<p>See today!</p>" },
		{ "<p title=\"/u/0nobody0\">https://post.example.org/u/0nobody0</p>", "<p>https://post.example.org/u/\xe2\x80\xa6</p>" },
		{ "<a href=\"mailto:x@example.org?subject=0nobody0\">Leave", "" },
		{ "<img src=\"https://example.net/0nobody0.png\" alt=\"for 0nobody0\">", "a picture" },
		{ "<img src=\"cid:ab12@example.org\" alt=\"for 0nobody0\">", "<img src=\"/issues/2026-02-14/ab12.png\" alt=\"\">" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		compare(rows[i].html, rows[i].want, "");
}

static void
for_feed_readers_it_is_plain(void **state)
{
	/* clang-format off */
	static const struct {
		const char *html, *want;
	} rows[] = {
		{ "<table role=\"presentation\" width=\"100%\"><tr><td style=\"padding:0\"><h1>Paper</h1></td></tr>"
		  "<tr><td class=\"side\"><h2 class=\"lead\" style=\"x:y\">Title</h2><p style=\"margin:0\">A <a href=\"https://a.example/\" class=\"link\">link</a>, <span>b</span></p></td></tr>"
		  "<tr><td><table role=\"presentation\"><tr><td><h2>Part</h2></td><td><p>c</p></td></tr></table></td></tr>"
		  "<tr><td><table role=\"presentation\"><tr><td><p>You get this.</p><p><a href=\"https://post.example.org/u/0nobody0\">Leave</a></p></td></tr></table></td></tr></table>",
		  "<h2>Title</h2><p>A <a href=\"https://a.example/\">link</a>, b</p><div><div><h2>Part</h2></div><div><p>c</p></div></div>" },
		{ "<h2>a</h2><table><caption class=x>b</caption><tr><th scope=col bgcolor=red>c</th></tr><tr><td colspan=2>d</td></tr></table>",
		  "<h2>a</h2><table><caption>b</caption><tr><th scope=\"col\">c</th></tr><tr><td colspan=\"2\">d</td></tr></table>" },
		{ "<h2>a</h2><img src=\"cid:ab12@example.org\" alt=p width=10 height=20 style=\"display:block\">",
		  "<h2>a</h2><img src=\"/issues/2026-02-14/ab12.png\" alt=\"p\" width=\"10\" height=\"20\">" },
		{ "<p>no heading</p>", "<p>no heading</p>" },
		{ "<h2>a</h2><a href=\"/u/0nobody0\">x</a>b", "<h2>a</h2>" },
		{ "<div><h2>a</div><div><div><p>b</p></div><p><a href=\"/u/0nobody0\">x", "<h2>a</h2>" },
	};
	/* clang-format on */
	struct buf style, out;

	(void)state;
	buf_init(&style, 1 << 20);
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_str(print_as(true, str_of(rows[i].html), &style, &out), rows[i].want);
	buf_free(&style);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_shows_something_stays),
		cmocka_unit_test(what_does_something_goes),
		cmocka_unit_test(it_closes_what_it_opens_and_no_more),
		cmocka_unit_test(what_is_never_closed_costs_little),
		cmocka_unit_test(rules_come_along_when_they_load_nothing),
		cmocka_unit_test(pictures_are_our_own_or_links),
		cmocka_unit_test(one_readers_own_links_go),
		cmocka_unit_test(for_feed_readers_it_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "web/archive.h"

#include "mail/cid.h"
#include "mail/message.h"
#include "scratch.h"
#include "settings/settings.h"
#include "store/edition.h"
#include "store/issue.h"

static const char settings[] = "publication:\n"
			       "  name: \"Tom & <Jerry>\"\n"
			       "  url: https://post.example.org/daily\n"
			       "  postal_address: here\n"
			       "sender: {from: news@example.org}\n"
			       "telegram: {url: https://t.me/tom}\n";

struct fixture {
	struct scratch *s;
	struct publication p;
	struct site site;
	struct archive archive;
	struct db *db; /* the archive's own */
};

static void
fixture_open(struct fixture *f, void **state, const char *yaml)
{
	struct scratch *s = *state;
	bool changed;

	*f = (struct fixture){ .s = s, .p = { .path = s->path, .dir = s->dir } };
	assert_done(s, settings_parse(str_of(yaml), "x.yaml", &s->a, &f->p.settings, &s->e));
	assert_done(s, site_load(&f->p, &s->a, &f->site, &s->e));
	assert_done(s, db_open(s->dir, DB_PATH, DB_READ, &f->db, &s->e));
	archive_init(&f->archive, &f->site, f->db);
	assert_done(s, archive_refresh(&f->archive, &changed, &s->e));
}

static void
fixture_close(struct fixture *f)
{
	archive_close(&f->archive);
	db_close(f->db);
}

/* A PNG as far as its name goes. */
static struct mime_picture
make_picture(struct arena *a)
{
	return cid_picture(
		STR("\x89PNG"), "image/png", ".png", STR("p.png"), STR("example.org"), a);
}

static struct letter
make_letter(struct arena *a, struct err *e, const char *title)
{
	static struct mime_picture picture;
	struct message m = { .from_name = STR("Tom"),
		.from_email = STR("news@example.org"),
		.subject = STR("Subject"),
		.list_name = STR("Tom"),
		.list_id = STR("example.org"),
		.unsubscribe_url = STR("https://post.example.org/daily/u/"),
		.archived_at = STR("https://post.example.org/daily/issues/2026-02-14"),
		.one_click = true,
		.text = STR("Text\n"),
		.pictures = &picture,
		.picture_count = 1 };
	struct letter letter;

	picture = make_picture(a);
	m.html = str_of(arena_printf(a,
		"<!DOCTYPE html><html lang=\"en\"><head><title>x</title><style>.x > b { color: red "
		"}"
		"</style></head><body><p class=\"x\">%s, %s: %s</p><img src=\"cid:%.*s\" alt=\"p\">"
		"<p><a href=\"https://post.example.org/daily/u/%s\">Leave</a></p></body></html>\n",
		title, letter_mark(LETTER_NAME_HTML).p, letter_mark(LETTER_EMAIL_HTML).p,
		STR_ARG(picture.cid), letter_mark(LETTER_TOKEN).p));
	if (message_freeze(&m, a, &letter, e) < 0)
		fail_msg("%s", e->text);
	return letter;
}

static void
add_issue(struct scratch *s, struct day day, const char *title)
{
	struct letter letter = make_letter(&s->a, &s->e, title);
	struct headline h = { .title = str_of(title), .summary = STR("A \"summary\" & more") };
	struct issue issue = { .day = day, .started_at = 1000000 };
	struct edition ed = { .kind = STR("issue"), .subject = STR("Subject") };
	char hash[SIGN_HEX], date[11];

	letter_hash(&letter, hash);
	clock_print_day(day, date);
	ed.hash = str_of(hash);
	ed.day = str_of(date);
	ed.bytes = letter.bytes;
	assert_done(s, edition_keep(s->db, &ed, 10, &s->e));
	h.edition_id = issue.edition_id = ed.id;
	assert_done(s, headline_keep(s->db, &h, 2000000, &s->e));
	assert_done(s, issue_insert(s->db, &issue, &s->e));
	assert_done(s, issue_set_state(s->db, issue.id, ISSUE_SENT, (struct str){ 0 }, 30, &s->e));
}

static struct document
find(struct fixture *f, const char *path)
{
	struct document d;
	int got = archive_find(&f->archive, str_of(path), &f->s->a, &d, &f->s->e);

	if (got != 1)
		fail_msg("%s: %s", path, got < 0 ? f->s->e.text : "there is none");
	return d;
}

static bool
has(struct document d, const char *words)
{
	return str_find_str(d.body, str_of(words)) >= 0;
}

static void
an_issue_is_shown_as_it_went_out(void **state)
{
	struct fixture f;
	struct document d;

	add_issue(*state, (struct day){ 2026, 2, 14 }, "Title &amp; more");
	fixture_open(&f, state, settings);
	d = find(&f, "/issues/2026-02-14");
	assert_true(has(d, "<p class=\"x\">Title &amp; more, reader: a reader</p>"));
	assert_true(has(d, "<style>.x > b { color: red }</style>"));
	assert_true(has(d, "src=\"/daily/issues/2026-02-14/"));
	assert_true(has(d, "<title>Title &amp;amp; more \xc2\xb7 Tom &amp; &lt;Jerry&gt;</title>"));
	assert_true(has(d, f.archive.issues[0].hash.p));
	assert_false(has(d, "Leave"));
	assert_false(has(d, "/u/"));
	assert_true(has(d, "content=\"A &quot;summary&quot; &amp; more\""));
	assert_true(str_eq(find(&f, "/issues/2026-02-14/").body, d.body));
	fixture_close(&f);
}

static void
its_pictures_have_paths_of_their_own(void **state)
{
	struct fixture f;
	struct document d;
	struct str digits;
	const char *path;

	add_issue(*state, (struct day){ 2026, 2, 14 }, "Title");
	fixture_open(&f, state, settings);
	digits = make_picture(&f.s->a).cid;
	digits.n = (size_t)str_find(digits, '@');
	path = arena_printf(&f.s->a, "/issues/2026-02-14/%.*s.png", STR_ARG(digits));
	d = find(&f, path);
	assert_string_equal(d.type, "image/png");
	assert_str(d.body, "\x89PNG");
	assert_true(d.fixed);
	fixture_close(&f);
}

static void
there_is_nothing_else(void **state)
{
	static const char *const paths[] = { "/issues", "/issues/", "/issues/2026-02-15",
		"/issues/2026-02-14x", "/issues/2026-02-14//", "/issues/2026-02-14/x.png",
		"/issues/2026-02-14/../../feed.xml", "/issues/2025", "/issues/26", "/issues/02026",
		"/feed.xml/", "/qr/", "/qr/subscribe", "/qr/telegram.gif", "//", "" };
	struct fixture f;

	add_issue(*state, (struct day){ 2026, 2, 14 }, "Title");
	fixture_open(&f, state, settings);
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct document d;

		if (archive_find(&f.archive, str_of(paths[i]), &f.s->a, &d, &f.s->e) != 0)
			fail_msg("%s is there", paths[i]);
	}
	fixture_close(&f);
}

static void
what_is_not_what_its_hash_says_is_not_shown(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	struct document d;

	add_issue(s, (struct day){ 2026, 2, 14 }, "Title");
	assert_done(s, db_exec(s->db,
			       "UPDATE edition SET bytes = CAST(replace(CAST(bytes AS TEXT), "
			       "'Title', 'Titel') AS BLOB)",
			       &s->e));
	fixture_open(&f, state, settings);
	assert_int_equal(archive_find(&f.archive, STR("/issues/2026-02-14"), &s->a, &d, &s->e), -1);
	assert_non_null(strstr(s->e.text, "its bytes are not those of its hash"));
	fixture_close(&f);
}

static void
the_front_page_and_years_list_the_issues(void **state)
{
	struct fixture f;
	struct document d;

	for (int i = 1; i <= 20; i++)
		add_issue(*state, (struct day){ i < 4 ? 2025 : 2026, i < 4 ? 12 : 1, i },
			i == 20 ? "Newest" : "Older");
	fixture_open(&f, state, settings);
	d = find(&f, "/");
	assert_true(has(d, "<a href=\"/daily/issues/2026-01-20\">Newest</a>"));
	assert_true(has(d, "/daily/issues/2026-01-08"));
	assert_false(has(d, "/daily/issues/2026-01-07"));
	assert_true(has(d, "<a href=\"/daily/issues/2025\">2025</a> <span>3 issues</span>"));
	assert_true(has(d, "<a href=\"/daily/issues/2026\">2026</a> <span>17 issues</span>"));
	assert_true(has(d, "/daily/qr/telegram.svg"));
	d = find(&f, "/issues/2025");
	assert_true(has(d, "/daily/issues/2025-12-01"));
	assert_false(has(d, "/daily/issues/2026-01"));
	assert_true(has(d, "December"));
	fixture_close(&f);
}

static void
an_empty_archive_has_its_pages_too(void **state)
{
	struct fixture f;

	fixture_open(&f, state,
		"publication: {name: Post, url: 'https://post.example.org', "
		"postal_address: here, language: de}\n"
		"sender: {from: news@example.org}\n");
	assert_true(has(find(&f, "/"), "Die erste Ausgabe ist noch nicht erschienen"));
	assert_false(has(find(&f, "/"), "telegram"));
	assert_true(has(find(&f, "/feed.xml"), "<updated>1970-01-01T00:00:00Z</updated>"));
	assert_true(has(find(&f, "/feed.json"), "\"items\":[]"));
	assert_true(has(find(&f, "/sitemap.xml"), "<loc>https://post.example.org/</loc></url>"));
	assert_true(has(find(&f, "/robots.txt"), "Disallow: /u/\n"));
	fixture_close(&f);
}

static void
feeds_tell_when_and_where(void **state)
{
	struct fixture f;
	struct document d;

	add_issue(*state, (struct day){ 2026, 2, 14 }, "Tom & <Jerry>");
	fixture_open(&f, state, settings);
	d = find(&f, "/feed.xml");
	assert_true(has(d, "<id>https://post.example.org/daily/</id>"));
	assert_true(has(d, "<title>Tom &amp; &lt;Jerry&gt;</title>\n<link rel=\"alternate\" "
			   "type=\"text/html\" "
			   "href=\"https://post.example.org/daily/issues/2026-02-14\"/>"));
	assert_true(has(d, "<published>1970-01-01T00:00:01Z</published>\n"
			   "<updated>1970-01-01T00:00:02Z</updated>"));
	d = find(&f, "/feed.json");
	assert_true(has(d, "\"summary\":\"A \\\"summary\\\" & more\""));
	assert_true(has(d, "\"date_published\":\"1970-01-01T00:00:01Z\""));
	fixture_close(&f);
}

/* XML cannot say these at all, and one of them would cost the whole feed. */
static void
a_feed_is_xml_whatever_stands_in_it(void **state)
{
	struct fixture f;
	struct document d;

	add_issue(*state, (struct day){ 2026, 2, 14 },
		"a\x0c"
		"b\xef\xbf\xbe"
		"c\xef\xbf\xbf\tz");
	fixture_open(&f, state, settings);
	d = find(&f, "/feed.xml");
	assert_true(has(d, "<title>a\xef\xbf\xbd"
			   "b\xef\xbf\xbd"
			   "c\xef\xbf\xbd\tz</title>"));
	fixture_close(&f);
}

static void
the_icon_and_the_codes_are_drawn(void **state)
{
	struct fixture f;

	fixture_open(&f, state, settings);
	assert_true(has(find(&f, "/icon.svg"), ">T</text>"));
	assert_true(str_starts(find(&f, "/qr/subscribe.svg").body, STR("<svg")));
	assert_true(str_starts(find(&f, "/qr/telegram.png").body, STR("\x89PNG")));
	fixture_close(&f);
}

static void
every_path_has_a_file(void **state)
{
	struct fixture f;
	struct str *paths;
	size_t n;

	add_issue(*state, (struct day){ 2026, 2, 14 }, "Title");
	fixture_open(&f, state, settings);
	assert_done(f.s, archive_paths(&f.archive, &f.s->a, &paths, &n, &f.s->e));
	assert_int_equal(n, 3 + 4 + 7);
	for (size_t i = 0; i < n; i++)
		find(&f, paths[i].p);
	assert_string_equal(archive_file(STR("/"), &f.s->a), "index.html");
	assert_string_equal(archive_file(STR("/feed.xml"), &f.s->a), "feed.xml");
	assert_string_equal(archive_file(STR("/issues/2026"), &f.s->a), "issues/2026/index.html");
	assert_string_equal(archive_file(STR("/issues/2026-02-14/ab.png"), &f.s->a),
		"issues/2026-02-14/ab.png");
	fixture_close(&f);
}

static void
news_is_news_once(void **state)
{
	struct scratch *s = *state;
	struct fixture f;
	bool changed;

	add_issue(s, (struct day){ 2026, 2, 14 }, "Title");
	fixture_open(&f, state, settings);
	assert_int_equal(f.archive.count, 1);
	assert_done(s, archive_refresh(&f.archive, &changed, &s->e));
	assert_false(changed);
	/* Something else was written. */
	assert_done(s, db_set_fact(s->db, "x", STR("y"), &s->e));
	assert_done(s, archive_refresh(&f.archive, &changed, &s->e));
	assert_false(changed);
	add_issue(s, (struct day){ 2026, 2, 15 }, "Another");
	assert_done(s, archive_refresh(&f.archive, &changed, &s->e));
	assert_true(changed);
	assert_int_equal(f.archive.count, 2);
	fixture_close(&f);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup_db, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_issue_is_shown_as_it_went_out),
		TEST(its_pictures_have_paths_of_their_own),
		TEST(there_is_nothing_else),
		TEST(what_is_not_what_its_hash_says_is_not_shown),
		TEST(the_front_page_and_years_list_the_issues),
		TEST(an_empty_archive_has_its_pages_too),
		TEST(feeds_tell_when_and_where),
		TEST(a_feed_is_xml_whatever_stands_in_it),
		TEST(the_icon_and_the_codes_are_drawn),
		TEST(every_path_has_a_file),
		TEST(news_is_news_once),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

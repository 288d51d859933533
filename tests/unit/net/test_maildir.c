#include "net/maildir.h"

#include <dirent.h>

#include "base/file.h"
#include "scratch.h"

#define MESSAGE_OF(body) "Subject: x\r\n\r\n" body

/* The one message in new/, and nothing in tmp/. */
static struct str
only_message(struct scratch *s, const char *path)
{
	const char *folder = arena_printf(&s->a, "%s/%s/new", s->path, path);
	struct str got = { 0 };
	DIR *d = opendir(folder);
	const struct dirent *entry;

	assert_non_null(d);
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			assert_null(got.p);
			assert_done(
				s, file_read(s->dir,
					   arena_printf(&s->a, "%s/new/%s", path, entry->d_name),
					   1 << 20, &s->a, &got, &s->e));
		}
	closedir(d);
	assert_int_equal(unlinkat(s->dir, arena_printf(&s->a, "%s/tmp", path), AT_REMOVEDIR), 0);
	return got;
}

static void
a_message_is_there_whole_with_lf(void **state)
{
	struct scratch *s = *state;
	struct maildir *m;

	assert_done(s, maildir_open(s->dir, "var/outbox", &m, &s->e));
	assert_done(s, maildir_put(m, STR("news@a.example"), STR("ann@b.example"),
			       STR(MESSAGE_OF("one\r\n\r\n..two\r\n")), &s->e));
	maildir_close(m);
	assert_str(only_message(s, "var/outbox"),
		"Return-Path: <news@a.example>\nDelivered-To: ann@b.example\n"
		"Subject: x\n\none\n\n..two\n");
}

static void
many_have_names_of_their_own(void **state)
{
	struct scratch *s = *state;
	struct maildir *m, *other;
	DIR *d;
	int n = 0;

	assert_done(s, maildir_open(s->dir, "var/outbox", &m, &s->e));
	assert_done(s, maildir_open(s->dir, "var/outbox", &other, &s->e));
	for (int i = 0; i < 50; i++)
		assert_done(s, maildir_put(m, STR("a@a.example"), STR("b@b.example"),
				       STR(MESSAGE_OF("x\r\n")), &s->e));
	maildir_close(other);
	maildir_close(m);
	d = opendir(arena_printf(&s->a, "%s/var/outbox/new", s->path));
	assert_non_null(d);
	for (const struct dirent *entry; (entry = readdir(d));)
		n += entry->d_name[0] != '.';
	closedir(d);
	assert_int_equal(n, 50);
}

static void
no_link_is_followed(void **state)
{
	struct scratch *s = *state;
	struct maildir *m;

	assert_done(s, file_mkdir(s->dir, "var/elsewhere", 0700, &s->e));
	assert_int_equal(symlinkat("elsewhere", s->dir, "var/outbox"), 0);
	assert_int_equal(maildir_open(s->dir, "var/outbox", &m, &s->e), -1);
	assert_non_null(strstr(s->e.text, "var/outbox"));
	assert_int_equal(symlinkat("..", s->dir, "var/elsewhere/new"), 0);
	assert_int_equal(maildir_open(s->dir, "var/elsewhere", &m, &s->e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_message_is_there_whole_with_lf, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			many_have_names_of_their_own, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			no_link_is_followed, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

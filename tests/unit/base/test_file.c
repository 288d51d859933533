#include "base/file.h"

#include <errno.h>
#include <sys/resource.h>

#include "scratch.h"

static void
knows_a_plain_path(void **state)
{
	static const struct {
		struct str in;
		bool plain;
	} rows[] = {
		{ STR_INIT("a"), true },
		{ STR_INIT("var/outbox"), true },
		{ STR_INIT("a..b/.c"), true },
		{ STR_INIT(""), false },
		{ STR_INIT("/a"), false },
		{ STR_INIT("a/"), false },
		{ STR_INIT("a//b"), false },
		{ STR_INIT("."), false },
		{ STR_INIT("a/./b"), false },
		{ STR_INIT(".."), false },
		{ STR_INIT("a/../b"), false },
		{ STR_INIT("a\0b"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (file_is_plain(rows[i].in) != rows[i].plain)
			fail_msg("'%.*s'", STR_ARG(rows[i].in));
}

static mode_t
mode_of(const struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(s->dir, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st.st_mode & 07777;
}

static void
writes_whole_files_over_old_ones(void **state)
{
	struct scratch *s = *state;
	struct str got;

	assert_done(s, file_write(s->dir, "var/f", STR("one"), 0640, &s->e));
	assert_int_equal(mode_of(s, "var/f"), 0640);
	assert_done(s, file_write(s->dir, "var/f", STR("a\0two"), 0600, &s->e));
	assert_done(s, file_read(s->dir, "var/f", 100, &s->a, &got, &s->e));
	assert_int_equal(got.n, 5);
	assert_memory_equal(got.p, "a\0two", 6);
	assert_int_equal(mode_of(s, "var/f"), 0600);
	assert_int_equal(file_create(s->dir, "var/f", STR("x"), 0600, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CANTCREATE);
	assert_int_equal(file_write(s->dir, "nowhere/f", STR("x"), 0600, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CANTCREATE);
	assert_done(s, file_read(s->dir, "var/f", 5, &s->a, &got, &s->e));
	assert_int_equal(got.n, 5);
}

static void
a_draft_that_is_given_up_leaves_nothing(void **state)
{
	struct scratch *s = *state;
	struct file_draft d;
	struct str got;

	assert_done(s, file_write(s->dir, "var/f", STR("old"), 0600, &s->e));
	assert_done(s, file_draft_begin(&d, s->dir, "var/f", &s->e));
	assert_int_equal(write(d.fd, "new", 3), 3);
	file_draft_abort(&d);
	assert_done(s, file_read(s->dir, "var/f", 100, &s->a, &got, &s->e));
	assert_str(got, "old");
	/* With the name taken from it, the folder goes: nothing else was in it. */
	assert_int_equal(unlinkat(s->dir, "var/f", 0), 0);
	assert_int_equal(unlinkat(s->dir, "var", AT_REMOVEDIR), 0);
}

static void
says_why_something_is_not_read(void **state)
{
	struct scratch *s = *state;
	static const struct {
		const char *path;
		enum err_code code;
	} rows[] = {
		{ "var/none", ERR_NOINPUT },
		{ "var/none/deeper", ERR_NOINPUT },
		{ "var/big", ERR_DATA },
		{ "var/folder", ERR_DATA },
		{ "var/fifo", ERR_DATA },
		{ "var/link", ERR_DATA },
		{ "var/dangling", ERR_DATA },
	};
	struct str got;

	assert_done(s, file_write(s->dir, "var/big", STR("12345678901"), 0600, &s->e));
	assert_done(s, file_mkdir(s->dir, "var/folder", 0700, &s->e));
	assert_done(s, file_mkdir(s->dir, "var/folder", 0700, &s->e));
	assert_int_equal(mkfifoat(s->dir, "var/fifo", 0600), 0);
	assert_int_equal(symlinkat("big", s->dir, "var/link"), 0);
	assert_int_equal(symlinkat("nothing", s->dir, "var/dangling"), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (file_read(s->dir, rows[i].path, 10, &s->a, &got, &s->e) == 0)
			fail_msg("%s was read", rows[i].path);
		if (s->e.code != rows[i].code)
			fail_msg("%s: %d: %s", rows[i].path, (int)s->e.code, s->e.text);
		assert_non_null(strstr(s->e.text, rows[i].path));
	}
}

static void
replaces_no_device_and_no_pipe(void **state)
{
	struct scratch *s = *state;
	struct stat st;

	assert_int_equal(mkfifoat(s->dir, "var/fifo", 0600), 0);
	assert_int_equal(file_write(s->dir, "var/fifo", STR("x"), 0600, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CANTCREATE);
	assert_int_equal(fstatat(s->dir, "var/fifo", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(file_write(s->dir, "var", STR("x"), 0600, &s->e), -1);
	/* A link is replaced, not followed. */
	assert_done(s, file_write(s->dir, "var/target", STR("old"), 0600, &s->e));
	assert_int_equal(symlinkat("target", s->dir, "var/way"), 0);
	assert_done(s, file_write(s->dir, "var/way", STR("new"), 0600, &s->e));
	assert_int_equal(fstatat(s->dir, "var/way", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

/* /dev/stdout is such a link, and what is behind it may well be a plain file. */
static void
replaces_no_link_to_a_device(void **state)
{
	static const char *const targets[] = { "/dev/null", "/proc/self/fd/1", "/proc/self/exe" };
	struct scratch *s = *state;
	struct stat st;

	for (size_t i = 0; i < COUNT(targets); i++) {
		assert_int_equal(symlinkat(targets[i], s->dir, "var/link"), 0);
		assert_int_equal(file_write(s->dir, "var/link", STR("x"), 0600, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CANTCREATE);
		assert_int_equal(fstatat(s->dir, "var/link", &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(unlinkat(s->dir, "var/link", 0), 0);
	}
}

static void
a_secret_is_for_its_owner_alone(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0644, 0660, 0602, 0620 };
	struct scratch *s = *state;
	struct str got;

	assert_done(s, file_write(s->dir, "var/key", STR("secret"), 0600, &s->e));
	assert_done(s, file_read_secret(s->dir, "var/key", 100, &s->a, &got, &s->e));
	assert_str(got, "secret");
	assert_int_equal(fchmodat(s->dir, "var/key", 0400, 0), 0);
	assert_done(s, file_read_secret(s->dir, "var/key", 100, &s->a, &got, &s->e));
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(fchmodat(s->dir, "var/key", bad[i], 0), 0);
		assert_int_equal(file_read_secret(s->dir, "var/key", 100, &s->a, &got, &s->e), -1);
		assert_int_equal(s->e.code, ERR_CONFIG);
	}
	assert_int_equal(fchmodat(s->dir, "var/key", 0600, 0), 0);
	assert_int_equal(symlinkat("key", s->dir, "var/link"), 0);
	assert_int_equal(file_read_secret(s->dir, "var/link", 100, &s->a, &got, &s->e), -1);
}

/* A missing key is the settings' fault; a missing descriptor is not. */
static void
a_shortage_is_not_the_settings_fault(void **state)
{
	struct scratch *s = *state;
	struct rlimit most, few;
	struct str got;

	assert_int_equal(file_read_secret(s->dir, "var/none", 100, &s->a, &got, &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &most), 0);
	few = (struct rlimit){ .rlim_cur = 0, .rlim_max = most.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(file_read_secret(s->dir, "var/none", 100, &s->a, &got, &s->e), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &most), 0);
	assert_int_equal(s->e.code, ERR_INTERNAL);
}

static void
no_link_is_written_through(void **state)
{
	struct scratch *s = *state;
	struct str got;
	int fd;

	assert_done(s, file_write(s->dir, "var/target", STR("mine"), 0600, &s->e));
	assert_int_equal(symlinkat("target", s->dir, "var/link"), 0);
	assert_int_equal(file_lock(s->dir, "var/link", &fd, &s->e), -1);
	assert_int_equal(fd, -1);
	(void)file_write(s->dir, "var/link", STR("theirs"), 0600, &s->e);
	assert_done(s, file_read(s->dir, "var/target", 100, &s->a, &got, &s->e));
	assert_str(got, "mine");
}

static void
a_lock_has_one_holder(void **state)
{
	struct scratch *s = *state;
	int one, two;

	assert_int_equal(file_lock(s->dir, "var/lock", &one, &s->e), 1);
	assert_int_equal(file_lock(s->dir, "var/lock", &two, &s->e), 0);
	close(one);
	assert_int_equal(file_lock(s->dir, "var/lock", &two, &s->e), 1);
	close(two);
}

static void
takes_what_a_pipe_gives_in_pieces(void **state)
{
	char got[8];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(file_put(ends[1], STR("abc")), 0);
	assert_int_equal(file_put(ends[1], STR("defg")), 0);
	assert_int_equal(file_take(ends[0], got, 5), 5);
	assert_memory_equal(got, "abcde", 5);
	close(ends[1]);
	assert_int_equal(file_take(ends[0], got, sizeof got), 2);
	assert_memory_equal(got, "fg", 2);
	close(ends[0]);
	assert_int_equal(file_take(ends[0], got, sizeof got), -1);
	assert_int_equal(file_put(ends[0], STR("x")), -1);
}

static void
opens_a_folder_for_its_entries(void **state)
{
	struct scratch *s = *state;
	const struct dirent *entry;
	bool found = false;
	DIR *d;

	assert_done(s, file_write(s->dir, "var/f", STR("x"), 0600, &s->e));
	d = file_open_entries(s->dir, "var", &s->e);
	assert_non_null(d);
	while ((entry = readdir(d)))
		found = found || strcmp(entry->d_name, "f") == 0;
	closedir(d);
	assert_true(found);
	assert_null(file_open_entries(s->dir, "nowhere", &s->e));
	assert_int_equal(s->e.code, ERR_NOINPUT);
	assert_null(file_open_entries(s->dir, "var/f", &s->e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_plain_path),
		cmocka_unit_test_setup_teardown(
			writes_whole_files_over_old_ones, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_draft_that_is_given_up_leaves_nothing, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			says_why_something_is_not_read, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			replaces_no_device_and_no_pipe, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			replaces_no_link_to_a_device, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_secret_is_for_its_owner_alone, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			no_link_is_written_through, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_lock_has_one_holder, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_shortage_is_not_the_settings_fault, scratch_setup, scratch_teardown),
		cmocka_unit_test(takes_what_a_pipe_gives_in_pieces),
		cmocka_unit_test_setup_teardown(
			opens_a_folder_for_its_entries, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

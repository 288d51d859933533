#include "base/out.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Everything once, by the same calls. */
static void
say(struct out *o)
{
	out_object(o, NULL);
	out_strz(o, "issue", "2026-02-14");
	out_str(o, "words", STR("a\"b\\c\n\x1b\xc3\xbc\xff"));
	out_int(o, "sent", -5);
	out_real(o, "share", 0.5, 3);
	out_bool(o, "whole", true);
	out_null(o, "why");
	out_strz(o, "nothing", NULL);
	out_time(o, "at", INT64_C(1771045200) * 1000000);
	out_time(o, "never", 0);
	out_array(o, "relays");
	out_object(o, NULL);
	out_strz(o, "relay", "x");
	out_end(o);
	out_str(o, NULL, STR("y"));
	out_int(o, NULL, 1);
	out_array(o, NULL);
	out_end(o);
	out_end(o);
	out_line(o, "%s: %d of them\x1b", "x", 3);
	out_end(o);
}

static char *
said(bool json)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);
	struct out o;
	struct err e;

	assert_non_null(to);
	out_init(&o, to, json);
	say(&o);
	assert_int_equal(out_finish(&o, &e), 0);
	fclose(to);
	return text;
}

static void
is_one_json_value_when_asked(void **state)
{
	char *text = said(true);

	(void)state;
	assert_string_equal(text,
		"{\"issue\":\"2026-02-14\",\"words\":"
		"\"a\\\"b\\\\c\\u000a\\u001b\xc3\xbc\xef\xbf\xbd\","
		"\"sent\":-5,\"share\":0.500,\"whole\":true,\"why\":null,\"nothing\":null,"
		"\"at\":\"2026-02-14T05:00:00Z\",\"never\":null,"
		"\"relays\":[{\"relay\":\"x\"},\"y\",1,[]]}\n");
	free(text);
}

static void
is_lines_for_people_otherwise(void **state)
{
	char *text = said(false);

	(void)state;
	assert_non_null(strstr(text, "issue           2026-02-14\n"));
	assert_non_null(strstr(text, "words           a\"b\\c\\x0a\\x1b\xc3\xbc\\xff\n"));
	assert_non_null(strstr(text, "sent            -5\n"));
	assert_non_null(strstr(text, "whole           yes\n"));
	assert_non_null(strstr(text, "\nx: 3 of them\\x1b\n"));
	assert_null(strstr(text, "relay "));
	assert_null(strstr(text, "never"));
	assert_null(strchr(text, '\x1b'));
	free(text);
}

static void
a_full_disk_is_an_error(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct out o;
	struct err e;

	(void)state;
	assert_non_null(full);
	out_init(&o, full, true);
	out_object(&o, NULL);
	out_end(&o);
	assert_int_equal(out_finish(&o, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	fclose(full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_one_json_value_when_asked),
		cmocka_unit_test(is_lines_for_people_otherwise),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/template.h"

#include <string.h>

#include "test.h"

struct world {
	struct arena a;
	struct value *data;
};

static int
partial(void *context, struct str name, struct str *text, struct err *e)
{
	(void)context;
	(void)e;
	if (str_eqz(name, "row"))
		*text = STR("<{{name}}>\n<{{n}}>\n");
	else if (str_eqz(name, "self"))
		*text = STR("({{>self}})");
	else
		return 0;
	return 1;
}

static struct value *
data(struct arena *a)
{
	struct value *o = template_object(a), *list = template_list(a), *inner = template_object(a);

	template_put(o, STR("name"), template_text(a, STR("A & <b> {{x}}")));
	template_put(o, STR("n"), template_number(a, STR("1.50")));
	template_put(o, STR("zero"), template_number(a, STR("0")));
	template_put(o, STR("yes"), template_bool(a, true));
	template_put(o, STR("no"), template_bool(a, false));
	template_put(o, STR("nil"), template_null(a));
	template_put(o, STR("none"), template_list(a));
	template_put(o, STR("raw"), template_raw(a, STR("<i>")));
	template_put(o, STR("me"), template_slot(a, STR("\1n")));
	template_append(list, template_text(a, STR("one")));
	template_append(list, template_text(a, STR("two")));
	template_put(o, STR("list"), list);
	template_put(inner, STR("deep"), template_text(a, STR("down")));
	template_put(o, STR("in"), inner);
	return o;
}

static const struct {
	const char *in, *want; /* want NULL: an error that holds why */
	const char *why;
} rows[] = {
	{ "{{name}}", "A &amp; &lt;b&gt; {{x}}", NULL },
	{ "{{{name}}} {{&name}}", "A & <b> {{x}} A & <b> {{x}}", NULL },
	{ "{{n}} {{zero}} {{yes}} {{raw}} {{me}} {{nil}}|", "1.50 0 true <i> \1n |", NULL },
	{ "{{ in.deep }} {{in.nothing}}|{{missing}}|{{missing.too}}", "down ||", NULL },
	{ "{{#list}}{{.}},{{/list}}{{^list}}none{{/list}}", "one,two,", NULL },
	{ "{{^none}}empty{{/none}}{{#none}}x{{/none}}{{#no}}x{{/no}}{{^nil}}nil{{/"
	  "nil}}{{#zero}}zero counts{{/zero}}",
		"emptynilzero counts", NULL },
	{ "{{#in}}{{deep}} {{n}}{{/in}}", "down 1.50", NULL },
	{ "a\n  {{! a remark }}\nb\n", "a\nb\n", NULL },
	{ "a\r\n{{#yes}}\r\nb\r\n{{/yes}}\r\nc", "a\r\nb\r\nc", NULL },
	{ "x {{! not alone }}\n", "x \n", NULL },
	{ "{{=<% %>=}}<% n %> {{n}} <%={{ }}=%>{{n}}", "1.50 {{n}} 1.50", NULL },
	{ "{{#list}}{{=| |=}}|.||/list||n|", "onetwo1.50", "set inside: in force behind it" },
	{ "{{#no}}{{=| |=}}|/no||n|{{n}}", "1.50{{n}}", "... also where it is not shown" },
	{ "  {{>row}}\nend\n", "  <A &amp; &lt;b&gt; {{x}}>\n  <1.50>\nend\n", NULL },
	{ "[{{>row}}]", "[<A &amp; &lt;b&gt; {{x}}>\n<1.50>\n]", NULL },
	{ "{{>nothing}}|", "|", NULL },
	{ "line\n{{#list}}", NULL, "t:2: a section that is not closed: 'list'" },
	{ "{{#list}}{{/none}}{{/list}}", NULL, "t:1: another section is open here, not 'none'" },
	{ "{{/list}}", NULL, "no section of that name is open" },
	{ "{{name", NULL, "a tag without an end" },
	{ "{{#me}}x{{/me}}", NULL, "can only be put in" },
	{ "{{>self}}", NULL, "nested more than 16 deep" },
	{ "{{=x=}}", NULL, "delimiters that cannot be" },
};

static void
every_tag_does_what_the_specification_says(void **state)
{
	const struct template_options options = { .partial = partial };
	struct arena a = { 0 };
	struct value *d = data(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out;
		struct err e = { 0 };
		int status;

		buf_init(&out, 10000);
		status = template_render(str_of(rows[i].in), "t", d, &options, &out, &e);
		if ((status == 0) != (rows[i].want != NULL))
			fail_msg("%s: %s", rows[i].in, status ? e.text : "rendered");
		if (status == 0)
			assert_string_equal(buf_z(&out), rows[i].want);
		else if (!strstr(e.text, rows[i].why))
			fail_msg("%s: %s", rows[i].in, e.text);
		buf_free(&out);
	}
	arena_free(&a);
}

static void
strict_names_what_is_missing_and_where(void **state)
{
	const struct template_options options = { .partial = partial, .strict = true };
	struct arena a = { 0 };
	struct buf out;
	struct err e = { 0 };

	(void)state;
	buf_init(&out, 10000);
	assert_int_equal(
		template_render(STR("a\n{{env}}"), "issue.html", data(&a), &options, &out, &e), -1);
	assert_string_equal(e.text, "issue.html:2: nothing is called 'env'");
	assert_int_equal(
		template_render(STR("{{#env}}{{/env}}"), "t", data(&a), &options, &out, &e), -1);
	assert_int_equal(
		template_render(STR("{{>../../etc/passwd}}"), "t", data(&a), &options, &out, &e),
		-1);
	buf_free(&out);
	arena_free(&a);
}

static void
output_and_nesting_have_their_ceilings(void **state)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN };
	struct arena a = { 0 };
	struct buf in, out;
	struct err e = { 0 };

	(void)state;
	buf_init(&in, 1 << 20);
	buf_init(&out, 100);
	for (int i = 0; i < 1000; i++)
		buf_addz(&in, "{{name}}");
	assert_int_equal(template_render(buf_str(&in), "t", data(&a), &options, &out, &e), -1);
	assert_non_null(strstr(e.text, "more than 100 bytes"));
	buf_clear(&in);
	buf_clear(&out);
	for (int i = 0; i < 40; i++)
		buf_addz(&in, "{{#yes}}");
	for (int i = 0; i < 40; i++)
		buf_addz(&in, "{{/yes}}");
	assert_int_equal(template_render(buf_str(&in), "t", data(&a), &options, &out, &e), -1);
	assert_non_null(strstr(e.text, "nested more than 16 deep"));
	buf_free(&in);
	buf_free(&out);
	arena_free(&a);
}

/* 10 to the 15th rounds of nothing. */
static void
work_without_output_has_its_ceiling(void **state)
{
	const struct template_options options = { .escape = TEMPLATE_PLAIN };
	struct arena a = { 0 };
	struct value *top = template_object(&a), *list = template_list(&a);
	struct buf in, out;
	struct err e = { 0 };

	(void)state;
	template_put(top, STR("l"), list);
	for (int i = 0; i < 10; i++)
		template_append(list, template_object(&a));
	buf_init(&in, 1 << 20);
	buf_init(&out, 100);
	for (int i = 0; i < 15; i++)
		buf_addz(&in, "{{#l}}");
	for (int i = 0; i < 15; i++)
		buf_addz(&in, "{{/l}}");
	assert_int_equal(template_render(buf_str(&in), "t", top, &options, &out, &e), -1);
	assert_non_null(strstr(e.text, "repeat without an end"));
	buf_free(&in);
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tag_does_what_the_specification_says),
		cmocka_unit_test(strict_names_what_is_missing_and_where),
		cmocka_unit_test(output_and_nesting_have_their_ceilings),
		cmocka_unit_test(work_without_output_has_its_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A template renders within its limits or says why not; what a value holds is never read as a
 * template and never reaches HTML unescaped (RELIABILITY T2, T3). */
#include "base/template.h"
#include "input.h"

enum { OUTPUT = 64 * 1024 };

/* The input, cut at 0xff: the template and two partials. */
struct texts {
	struct str text[3];
};

static int
partial(void *context, struct str name, struct str *text, struct err *e)
{
	const struct texts *t = context;

	(void)e;
	if (name.n != 1 || name.p[0] < 'p' || name.p[0] > 'r')
		return 0;
	*text = t->text[name.p[0] - 'p'];
	return 1;
}

static struct value *
make_data(struct arena *a)
{
	struct value *data = template_object(a), *list = template_list(a), *item = NULL;

	template_put(data, STR("t"), template_text(a, STR("<T&\"'{{n}}{{>q}}")));
	template_put(data, STR("n"), template_number(a, STR("0")));
	template_put(data, STR("y"), template_bool(a, true));
	template_put(data, STR("f"), template_bool(a, false));
	template_put(data, STR("z"), template_null(a));
	template_put(data, STR("s"), template_slot(a, STR("\1t")));
	template_put(data, STR("e"), template_list(a));
	for (int i = 0; i < 2; i++) {
		item = template_object(a);
		template_put(item, STR("t"), template_text(a, STR("<T&")));
		template_put(item, STR("o"), data);
		template_append(list, item);
	}
	template_append(list, template_text(a, STR("<T&")));
	template_put(data, STR("l"), list);
	template_put(data, STR("o"), item);
	return data;
}

/* Only {{{name}}}, {{&name}} and other delimiters can let a value out as it is. */
static bool
may_be_raw(const struct texts *t)
{
	bool raw = false;

	for (int i = 0; i < 3; i++)
		raw = raw || str_find_str(t->text[i], STR("{{{")) >= 0 ||
		      str_find(t->text[i], '&') >= 0 || str_find(t->text[i], '=') >= 0;
	return raw;
}

static int
render(const struct texts *t, struct template_options *o)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct buf out;
	int status;

	buf_init(&out, OUTPUT);
	status = template_render(t->text[0], "fuzz", make_data(&a), o, &out, &e);
	assert(status == 0 || (status == -1 && e.code == ERR_DATA && e.text[0]));
	assert(out.n <= OUTPUT && (status < 0 || !out.over));
	if (o->escape == TEMPLATE_HTML && !may_be_raw(t))
		assert(str_find_str(buf_str(&out), STR("<T")) < 0 ||
			str_find_str(t->text[0], STR("<T")) >= 0 ||
			str_find_str(t->text[1], STR("<T")) >= 0 ||
			str_find_str(t->text[2], STR("<T")) >= 0);
	if (str_find_str(t->text[0], STR("{{")) < 0)
		assert(t->text[0].n > OUTPUT || str_eq(buf_str(&out), t->text[0]));
	buf_free(&out);
	arena_free(&a);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size);
	struct texts t = { 0 };
	struct template_options o = { .partial = partial, .context = &t };

	for (int i = 0; i < 3; i++)
		str_split(&in, '\xff', &t.text[i]);
	if (render(&t, &o) < 0)
		return 0;
	o.strict = true;
	render(&t, &o);
	o.escape = TEMPLATE_PLAIN;
	render(&t, &o);
	return 0;
}

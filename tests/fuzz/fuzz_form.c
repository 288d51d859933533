/* A form's fields come out as they were posted, or it is refused; nothing is repaired. The first
 * line is the Content-Type. */
#include "base/text.h"
#include "input.h"
#include "web/form.h"

/* Written again as we would write it, it says the same. */
static void
check_again(const struct form *f, struct arena *a)
{
	struct form again;
	struct buf b;

	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < f->count; i++) {
		buf_addz(&b, i ? "&" : "");
		text_url(f->fields[i].name, &b);
		buf_addc(&b, '=');
		text_url(f->fields[i].value, &b);
	}
	assert(form_parse(STR("application/x-www-form-urlencoded"), buf_str(&b), a, &again) ==
		FORM_OK);
	assert(again.count == f->count);
	for (size_t i = 0; i < f->count; i++)
		assert(str_eq(again.fields[i].name, f->fields[i].name) &&
			str_eq(again.fields[i].value, f->fields[i].value));
	buf_free(&b);
}

static void
check(const struct form *f, struct arena *a)
{
	int clicks = 0;
	bool one = false;

	assert(f->count <= FORM_FIELDS_LIMIT);
	for (size_t i = 0; i < f->count; i++) {
		assert(f->fields[i].name.n > 0 && str_find(f->fields[i].value, '\0') < 0);
		if (!str_eqz(f->fields[i].name, "List-Unsubscribe"))
			continue;
		clicks++;
		one = str_eqz(f->fields[i].value, "One-Click");
	}
	assert(form_says(f, "List-Unsubscribe", "One-Click") == (clicks == 1 && one));
	check_again(f, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = input_of(data, size), type = { 0 };
	struct arena a = { 0 };
	struct form f;

	str_line(&body, &type);
	if (form_parse(type, body, &a, &f) == FORM_OK)
		check(&f, &a);
	arena_free(&a);
	return 0;
}

#include "base/yaml_value.h"

static bool
is_number(struct str s)
{
	struct str rest = s.n && s.p[0] == '-' ? str_from(s, 1) : s, whole;
	uint64_t n;

	if (!str_split(&rest, '.', &whole) || !str_u64(whole, UINT64_MAX / 16, &n))
		return false;
	return !rest.p || rest.n == 0 ? !str_ends(s, STR(".")) : str_u64(rest, UINT64_MAX / 16, &n);
}

/* As Mustache's specification has 1.210 printed: 1.21. */
static struct str
number(struct str s)
{
	ptrdiff_t dot = str_find(s, '.');

	while (dot >= 0 && s.n > (size_t)dot + 2 && str_ends(s, STR("0")))
		s.n--;
	return s;
}

static struct value *
scalar(const struct yaml *y, struct arena *a)
{
	if (!y->quoted && (str_eqz(y->text, "true") || str_eqz(y->text, "false")))
		return template_bool(a, str_eqz(y->text, "true"));
	return !y->quoted && is_number(y->text) ? template_number(a, number(y->text))
						: template_text(a, y->text);
}

struct value *
yaml_value(const struct yaml *y, struct arena *a)
{
	struct value *v;

	switch (y->kind) {
	case YAML_NULL:
		return template_null(a);
	case YAML_SCALAR:
		return scalar(y, a);
	case YAML_LIST:
		v = template_list(a);
		for (const struct yaml *c = y->child; c; c = c->next)
			template_append(v, yaml_value(c, a));
		return v;
	case YAML_MAP:
		v = template_object(a);
		for (const struct yaml *c = y->child; c; c = c->next)
			template_put(v, c->key, yaml_value(c, a));
		return v;
	}
	return NULL;
}

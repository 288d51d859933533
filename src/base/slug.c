#include "base/slug.h"

enum { LONGEST_PART = 100 };

static bool
is_allowed(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

static bool
is_part(struct str s)
{
	if (s.n == 0 || s.n > LONGEST_PART || str_eqz(s, ".") || str_eqz(s, ".."))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_allowed(s.p[i]))
			return false;
	return true;
}

bool
slug_is_name(struct str s, int least_slashes, int most_slashes)
{
	int slashes = 0;

	for (ptrdiff_t at; (at = str_find(s, '/')) >= 0; slashes++) {
		if (!is_part(str_sub(s, 0, (size_t)at)))
			return false;
		s = str_from(s, (size_t)at + 1);
	}
	return is_part(s) && slashes >= least_slashes && slashes <= most_slashes;
}

#include "compose/share.h"

enum { OF_OWNER = 2 };

/* 40 % of so many rows. */
static size_t
of_organisation(size_t rows)
{
	return rows * 2 / 5 ? rows * 2 / 5 : 1;
}

/* How many rows before this one were taken and are of the same owner, or organisation. */
static size_t
taken_before(const struct share *rows, size_t i, const bool *take, bool owner)
{
	struct str who = owner ? rows[i].owner : rows[i].organisation;
	size_t count = 0;

	for (size_t k = 0; who.n && k < i; k++)
		count += take[k] && str_ieq(owner ? rows[k].owner : rows[k].organisation, who);
	return count;
}

static size_t
take_once(const struct share *rows, size_t n, size_t top, bool *take)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		take[i] = count < top && taken_before(rows, i, take, true) < OF_OWNER &&
			  taken_before(rows, i, take, false) < of_organisation(top);
		count += take[i];
	}
	return count;
}

size_t
share_take(const struct share *rows, size_t n, size_t top, bool *take)
{
	size_t count = take_once(rows, n, top, take);

	while (count < top) {
		top = count;
		count = take_once(rows, n, top, take);
	}
	return count;
}

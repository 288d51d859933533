#include "cmd/issues.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"

static int
newest_first(const void *a, const void *b)
{
	return clock_day_cmp(*(const struct day *)b, *(const struct day *)a);
}

/* "2026-02-14.md" */
static bool
day_of_file(struct str name, struct day *out)
{
	return str_ends(name, STR(".md")) && clock_parse_day(str_sub(name, 0, name.n - 3), out);
}

int
issues_list(
	const struct publication *p, struct arena *a, struct day **out, size_t *n, struct err *e)
{
	DIR *d = file_open_entries(p->dir, "issues", e);
	const struct dirent *entry;
	size_t room = 0;
	struct day day;

	*out = NULL;
	*n = 0;
	if (!d)
		return -1;
	while ((entry = readdir(d)))
		if (day_of_file(str_of(entry->d_name), &day)) {
			*out = arena_grow(a, *out, *n, &room, sizeof **out);
			(*out)[(*n)++] = day;
		}
	closedir(d);
	if (*n)
		qsort(*out, *n, sizeof **out, newest_first);
	return 0;
}

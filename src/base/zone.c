#include "base/zone.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define FOLDER "/usr/share/zoneinfo"
#define TABLE "zone.tab"

enum { TABLE_LIMIT = 256 * 1024, NAME_COLUMN = 2 };

/* The third column, or nothing. */
static struct str
name_of(struct str line)
{
	struct str field = { 0 };

	if (line.n == 0 || line.p[0] == '#')
		return (struct str){ 0 };
	for (int i = 0; i <= NAME_COLUMN; i++)
		if (!str_split(&line, '\t', &field))
			return (struct str){ 0 };
	return field;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void
zone_read(struct str table, struct arena *a, struct str **names, size_t *n)
{
	struct str rest = table, line, name;
	size_t most = 1;

	while (str_line(&rest, &line))
		most++;
	*names = arena_many(a, most, struct str);
	*n = 0;
	while (str_line(&table, &line)) {
		name = name_of(line);
		if (name.n)
			(*names)[(*n)++] = name;
	}
	(*names)[(*n)++] = STR("UTC");
	qsort(*names, *n, sizeof **names, compare);
}

int
zone_all(struct arena *a, struct str **names, size_t *n, struct err *e)
{
	int dir = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = 0;
	struct str table = { 0 };

	if (dir >= 0) {
		status = file_read(dir, TABLE, TABLE_LIMIT, a, &table, e);
		close(dir);
	}
	if (status < 0 && e->code != ERR_NOINPUT)
		return -1;
	*e = (struct err){ 0 };
	zone_read(table, a, names, n);
	return 0;
}

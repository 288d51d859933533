#include "people/export.h"

#include <errno.h>
#include <string.h>

#include "base/csv.h"
#include "store/subscriber.h"

struct export
{
	FILE *to;
	struct buf line;
	int64_t rows;
};

static int
write_line(struct export *x, struct err *e)
{
	buf_addc(&x->line, '\n');
	if (fwrite(x->line.p, 1, x->line.n, x->to) != x->line.n)
		return err_set(e, ERR_IO, "the list could not be written: %s", strerror(errno));
	buf_clear(&x->line);
	return 0;
}

/* "a;b" in one cell. */
static void
put_tags(struct export *x, const struct subscriber *s)
{
	struct buf tags;

	buf_init(&tags, 1 << 20);
	for (size_t i = 0; i < s->tag_count; i++) {
		if (i)
			buf_addc(&tags, ';');
		buf_add(&tags, s->tags[i]);
	}
	csv_put(&x->line, buf_str(&tags), false);
	buf_free(&tags);
}

static int
write_one(void *context, const struct subscriber *s, struct err *e)
{
	struct export *x = context;

	csv_put(&x->line, s->email, true);
	csv_put(&x->line, s->name, false);
	put_tags(x, s);
	csv_put(&x->line, str_of(subscriber_state_name(s->state)), false);
	csv_put(&x->line, s->timezone, false);
	x->rows++;
	return write_line(x, e);
}

int
people_export(struct db *db, bool all, FILE *to, int64_t *rows, struct err *e)
{
	struct export x = { .to = to };
	int status;

	buf_init(&x.line, 4 << 20);
	buf_addz(&x.line, "email,name,tags,state,timezone");
	status = write_line(&x, e);
	if (status == 0)
		status = subscriber_each(
			db, all ? -1 : (int)SUBSCRIBER_ACTIVE, STR(""), write_one, &x, e);
	*rows = x.rows;
	buf_free(&x.line);
	return status;
}

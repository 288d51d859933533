#include "cmd/desk.h"

#include "base/log.h"
#include "mail/address.h"

int
desk_open(struct desk *d, const struct context *c, enum db_mode mode, struct err *e)
{
	*d = (struct desk){ 0 };
	if (publication_open(c->dir, &d->publication, e) < 0)
		return -1;
	if (db_open(d->publication.dir, DB_PATH, mode, &d->db, e) < 0) {
		publication_close(&d->publication);
		return -1;
	}
	return 0;
}

void
desk_close(struct desk *d)
{
	db_close(d->db);
	keys_free(&d->keys);
	arena_free(&d->arena);
	publication_close(&d->publication);
}

int
desk_take_keys(struct desk *d, struct err *e)
{
	return keys_load(d->publication.dir, true, &d->keys, e);
}

int
desk_find(struct desk *d, const char *email, struct subscriber *out, struct err *e)
{
	struct address address;
	const char *why;
	int status;

	if (address_parse(str_trim(str_of(email)), &d->arena, &address, &why) == ADDRESS_BAD)
		return err_set(e, ERR_DATA, "'%s' is no address: %s", email, why);
	status = subscriber_find(d->db, address.key, &d->arena, out, e);
	if (status == 0)
		return err_set(e, ERR_NOINPUT,
			"%s: nobody has this address; 'morningpost subscriber list' shows who "
			"there is",
			desk_shown(&d->arena, address.envelope));
	return status < 0 ? -1 : 0;
}

const char *
desk_shown(struct arena *a, struct str envelope)
{
	struct address address;
	const char *why;

	if (str_find_str(envelope, STR("xn--")) < 0 ||
		address_parse(envelope, a, &address, &why) == ADDRESS_BAD ||
		str_eq(address.shown, envelope))
		return arena_strz(a, envelope);
	return arena_printf(a, "%.*s (%.*s)", STR_ARG(envelope), STR_ARG(address.shown));
}

#include "settings/keys.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#define FOLDER "var/keys"
enum { CEILING = 256, LAST_ID = 255 };

static void
path_of(int id, const char *ending, char out[static 64])
{
	snprintf(out, 64, FOLDER "/sign-%d%s", id, ending);
}

static int
write_key(int dir, const char *path, const uint8_t *key, size_t n, mode_t mode, struct err *e)
{
	struct buf text;
	int status;

	buf_init(&text, CEILING);
	sign_base64url((struct str){ .p = (const char *)key, .n = n }, &text);
	buf_addc(&text, '\n');
	status = file_create(dir, path, buf_str(&text), mode, e);
	sign_wipe(text.p, text.n);
	buf_free(&text);
	return status;
}

static void *
a_bytes(struct str s)
{
	union {
		const char *in;
		void *out;
	} p = { .in = s.p };

	return p.out;
}

static int
read_key(int dir, const char *path, bool secret, uint8_t *to, size_t n, struct err *e)
{
	struct arena a = { 0 };
	struct str text = { 0 };
	int status = secret ? file_read_secret(dir, path, CEILING, &a, &text, e)
			    : file_read(dir, path, CEILING, &a, &text, e);

	if (status == 0 && !sign_unbase64url(str_trim(text), to, n))
		status = err_set(e, ERR_CONFIG,
			"%s: not a key; bring it back from a backup, or rotate", path);
	/* The arena owns the bytes; they are ours to wipe. */
	if (text.n)
		sign_wipe(a_bytes(text), text.n);
	arena_free(&a);
	return status < 0 ? err_to_config(e) : 0;
}

/* Half of a pair would be in the way of every command that signs. The public half last, by which a
 * pair is found. */
static void
remove_pair(int dir, int id)
{
	char path[64];

	path_of(id, "", path);
	unlinkat(dir, path, 0);
	path_of(id, ".pub", path);
	unlinkat(dir, path, 0);
}

static int
make_pair(int dir, int id, struct err *e)
{
	uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], secret[SIGN_SECRET];
	char path[64];
	int status;

	sign_random(seed, sizeof seed);
	sign_pair(seed, public, secret);
	/* The public half first: a pair counts once its seed is there. */
	path_of(id, ".pub", path);
	status = write_key(dir, path, public, sizeof public, 0600, e);
	path_of(id, "", path);
	if (status == 0)
		status = write_key(dir, path, seed, sizeof seed, 0600, e);
	if (status < 0)
		remove_pair(dir, id);
	sign_wipe(seed, sizeof seed);
	sign_wipe(secret, sizeof secret);
	return status;
}

int
keys_create(int dir, struct err *e)
{
	uint8_t mac[MAC_KEY];
	int status;

	if (file_mkdir(dir, FOLDER, 0700, e) < 0)
		return -1;
	sign_random(mac, sizeof mac);
	status = write_key(dir, FOLDER "/mac", mac, sizeof mac, 0600, e);
	sign_wipe(mac, sizeof mac);
	return status < 0 || keys_spool_create(dir, e) < 0 ? -1 : make_pair(dir, 1, e);
}

void
keys_remove(int dir)
{
	remove_pair(dir, 1);
	unlinkat(dir, FOLDER "/mac", 0);
	unlinkat(dir, FOLDER "/spool", 0);
	unlinkat(dir, FOLDER "/spool.pub", 0);
	unlinkat(dir, FOLDER, AT_REMOVEDIR);
}

/* The ids of which there is a public half, ascending. */
static int
list_ids(int dir, int ids[static KEYS_MAX], size_t *n, struct err *e)
{
	DIR *d = file_open_entries(dir, FOLDER, e);
	bool there[LAST_ID + 1] = { false };
	struct dirent *entry;

	*n = 0;
	if (!d)
		return err_to_config(e);
	while ((entry = readdir(d))) {
		struct str name = str_of(entry->d_name);
		uint64_t id;

		if (str_starts(name, STR("sign-")) && str_ends(name, STR(".pub")) &&
			str_u64(str_sub(name, 5, name.n - 9), LAST_ID, &id) && id)
			there[id] = true;
	}
	closedir(d);
	for (int id = 1; id <= LAST_ID && *n < KEYS_MAX; id++)
		if (there[id])
			ids[(*n)++] = id;
	return *n ? 0
		  : err_set(e, ERR_CONFIG,
			    FOLDER ": no signing key; bring it back from a backup, or links cannot "
				   "be made");
}

static int
load_pair(int dir, int id, bool public_only, struct key_pair *out, struct err *e)
{
	uint8_t seed[SIGN_SEED], derived[SIGN_PUBLIC];
	char path[64];
	int status;

	out->id = (uint8_t)id;
	path_of(id, ".pub", path);
	if (read_key(dir, path, false, out->public, sizeof out->public, e) < 0)
		return -1;
	path_of(id, "", path);
	/* A secret that others can read is one for who does not need it, too (RELIABILITY K5). */
	if (public_only)
		return file_check_secret(dir, path, e);
	status = read_key(dir, path, true, seed, sizeof seed, e);
	if (status == 0) {
		sign_pair(seed, derived, out->secret);
		if (memcmp(derived, out->public, sizeof derived) != 0)
			status = err_set(e, ERR_CONFIG,
				"%s does not belong to %s.pub; bring both back from a backup", path,
				path);
	}
	sign_wipe(seed, sizeof seed);
	return status;
}

/* The sub-key is all of mac that stays when only public halves are wanted. A host that has none of
 * the secrets has no list of people either. */
static int
load_mac(int dir, struct keys *out, struct err *e)
{
	if (!out->has_secrets && faccessat(dir, FOLDER "/mac", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (read_key(dir, FOLDER "/mac", true, out->mac, sizeof out->mac, e) < 0)
		return -1;
	sign_mac(STR(""), out->mac, "addresses", out->addresses, sizeof out->addresses);
	out->has_addresses = true;
	if (!out->has_secrets)
		sign_wipe(out->mac, sizeof out->mac);
	return 0;
}

int
keys_load(int dir, bool public_only, struct keys *out, struct err *e)
{
	int ids[KEYS_MAX];
	size_t n;

	*out = (struct keys){ .has_secrets = !public_only };
	if (list_ids(dir, ids, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (load_pair(dir, ids[i], public_only, &out->pairs[out->count], e) < 0) {
			keys_free(out);
			return -1;
		}
		out->count++;
	}
	if (load_mac(dir, out, e) < 0) {
		keys_free(out);
		return -1;
	}
	return 0;
}

void
keys_free(struct keys *k)
{
	if (k)
		sign_wipe(k, sizeof *k);
}

int
keys_rotate(int dir, int *id, struct err *e)
{
	int ids[KEYS_MAX];
	size_t n;

	if (list_ids(dir, ids, &n, e) < 0)
		return -1;
	*id = ids[n - 1] + 1;
	if (n == KEYS_MAX || *id > LAST_ID)
		return err_set(e, ERR_CONFIG,
			"there are %zu keys, up to number %d; retire old ones first", n,
			ids[n - 1]);
	return make_pair(dir, *id, e);
}

int
keys_signed_until(int dir, int id, int64_t *until, struct err *e)
{
	int ids[KEYS_MAX];
	char path[64];
	struct stat st;
	size_t n, i = 0;

	if (list_ids(dir, ids, &n, e) < 0)
		return -1;
	while (i < n && ids[i] != id)
		i++;
	if (i == n)
		return err_set(e, ERR_NOINPUT, "there is no key %d; 'keys show' lists them", id);
	if (i == n - 1)
		return err_set(
			e, ERR_USAGE, "key %d is the one that signs; 'keys rotate' first", id);
	path_of(ids[i + 1], ".pub", path);
	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	*until = st.st_mtim.tv_sec * CLOCK_SECOND + st.st_mtim.tv_nsec / 1000;
	return 0;
}

int
keys_retire(int dir, int id, struct err *e)
{
	char path[64];
	int64_t until;

	if (keys_signed_until(dir, id, &until, e) < 0)
		return -1;
	path_of(id, "", path);
	if (unlinkat(dir, path, 0) < 0 && errno != ENOENT)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	path_of(id, ".pub", path);
	if (unlinkat(dir, path, 0) < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	return 0;
}

int
keys_hash_digest(const struct keys *k, const uint8_t sha256[static SIGN_SHA256],
	uint8_t out[static KEYS_HASH], struct err *e)
{
	if (!k->has_addresses)
		return err_set(e, ERR_CONFIG,
			"var/keys/mac: it is gone, and who is suppressed cannot be asked without "
			"it; bring it back from a backup");
	sign_mac((struct str){ .p = (const char *)sha256, .n = SIGN_SHA256 }, k->addresses,
		"suppression", out, KEYS_HASH);
	return 0;
}

int
keys_hash_address(
	const struct keys *k, struct str email_key, uint8_t out[static KEYS_HASH], struct err *e)
{
	uint8_t digest[SIGN_SHA256];

	sign_sha256(email_key, digest);
	return keys_hash_digest(k, digest, out, e);
}

/* -- the spool's pair ------------------------------------------------------------------------- */

#define SPOOL FOLDER "/spool"
#define SPOOL_PUBLIC FOLDER "/spool.pub"

static bool
is_there(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int
keys_spool_create(int dir, struct err *e)
{
	struct spool_pair pair;
	int status;

	/* The secret one first: it tells the other, and nobody may seal to what nobody opens. */
	if (is_there(dir, SPOOL)) {
		status = keys_spool_load(dir, &pair, e);
	} else {
		sign_seal_pair(pair.public, pair.secret);
		status = write_key(dir, SPOOL, pair.secret, sizeof pair.secret, 0600, e);
	}
	if (status == 0 && !is_there(dir, SPOOL_PUBLIC))
		status = write_key(dir, SPOOL_PUBLIC, pair.public, sizeof pair.public, 0600, e);
	sign_wipe(&pair, sizeof pair);
	return status;
}

int
keys_spool_load(int dir, struct spool_pair *out, struct err *e)
{
	if (!is_there(dir, SPOOL))
		return err_set(
			e, ERR_CONFIG, SPOOL ": there is none; 'morningpost keys spool' makes it");
	if (read_key(dir, SPOOL, true, out->secret, sizeof out->secret, e) < 0)
		return -1;
	sign_seal_public(out->secret, out->public);
	return 0;
}

int
keys_spool_public(int dir, uint8_t public[static SEAL_PUBLIC], struct err *e)
{
	struct buf trial;
	int status;

	if (!is_there(dir, SPOOL_PUBLIC))
		return err_set(e, ERR_CONFIG,
			SPOOL_PUBLIC ": there is none; copy it from the sender's var/keys/ "
				     "('morningpost keys spool' makes it there)");
	status = read_key(dir, SPOOL_PUBLIC, false, public, SEAL_PUBLIC, e);
	buf_init(&trial, 2 * SEAL_EXTRA);
	if (status == 0 && !sign_seal(STR("x"), public, &trial))
		status = err_set(e, ERR_CONFIG,
			SPOOL_PUBLIC ": not a key; copy it from the sender's var/keys/ again");
	buf_free(&trial);
	return status;
}

int
keys_only_public(int dir, struct err *e)
{
	DIR *d = file_open_entries(dir, FOLDER, e);
	struct dirent *entry;
	int status = 0;

	if (!d)
		return -1;
	while (status == 0 && (entry = readdir(d))) {
		struct str name = str_of(entry->d_name);

		if (!str_eqz(name, ".") && !str_eqz(name, "..") && !str_ends(name, STR(".pub")))
			status = err_set(e, ERR_CONFIG,
				FOLDER "/%s: only the public halves (*.pub) may be on a host that "
				       "is public-only; remove it, and if this host was open to "
				       "others, make new keys on the sender ('keys rotate')",
				entry->d_name);
	}
	closedir(d);
	return status;
}

const struct key_pair *
keys_current(const struct keys *k)
{
	assert(k->count > 0);
	return &k->pairs[k->count - 1];
}

bool
keys_has(const struct keys *k, uint8_t id)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->pairs[i].id == id)
			return true;
	return false;
}

bool
keys_public(const struct keys *k, uint8_t id, uint8_t public[static SIGN_PUBLIC])
{
	for (size_t i = 0; i < k->count; i++)
		if (k->pairs[i].id == id) {
			memcpy(public, k->pairs[i].public, SIGN_PUBLIC);
			return true;
		}
	return false;
}

bool
keys_find_public(void *keys, uint8_t id, uint8_t public[static SIGN_PUBLIC])
{
	return keys_public(keys, id, public);
}

#include "compose/album.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "compose/picture.h"
#include "mail/cid.h"

static bool
refuse(struct album_picture *out, const char *code, struct str detail)
{
	out->fault = code;
	out->detail = detail;
	return false;
}

/* -- the file --------------------------------------------------------------------------------- */

/* What goes into a path is what an editor may type on every machine; no component hides, and none
 * leads out (RELIABILITY F3). */
static bool
is_good_path(struct str path)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.@/";

	for (size_t i = 0; i < path.n; i++)
		if (!path.p[i] || !strchr(allowed, path.p[i]))
			return false;
	return str_starts(path, STR("pictures/")) && file_is_plain(path) &&
	       str_find_str(path, STR("/.")) < 0;
}

/* Open the folder that the last component is in, one after the other, so that none of them is a
 * link: O_NOFOLLOW looks at the last one alone. *at is how far it came. */
static int
open_folder(const struct album *album, struct str path, size_t *at, struct err *e)
{
	int fd = album->dir, next;
	ptrdiff_t slash;

	for (*at = 0; (slash = str_find(str_from(path, *at), '/')) >= 0; *at += (size_t)slash + 1) {
		next = file_open_dir(
			fd, arena_strz(album->arena, str_sub(path, *at, (size_t)slash)), e);
		if (fd != album->dir)
			close(fd);
		if (next < 0)
			return -1;
		fd = next;
	}
	return fd;
}

static bool
read_file(struct album *album, struct str path, struct str *bytes, struct album_picture *out)
{
	struct err e = { 0 };
	size_t at;
	int folder = open_folder(album, path, &at, &e);
	int status = folder < 0 ? -1
				: file_read(folder, arena_strz(album->arena, str_from(path, at)),
					  ALBUM_ONE, album->arena, bytes, &e);

	if (folder >= 0)
		close(folder);
	if (status == 0)
		return true;
	return refuse(out, e.code == ERR_NOINPUT ? "picture-missing" : "picture-file",
		str_of(arena_printf(album->arena, "%.*s%s", (int)at, path.p, e.text)));
}

/* -- the album -------------------------------------------------------------------------------- */

static void
add(struct album *album, const struct mime_picture *p)
{
	album->pictures = arena_grow(
		album->arena, album->pictures, album->count, &album->room, sizeof *album->pictures);
	album->pictures[album->count++] = *p;
	album->bytes += p->bytes.n;
}

static bool
has(const struct album *album, const struct mime_picture *p)
{
	for (size_t i = 0; i < album->count; i++)
		if (str_eq(album->pictures[i].cid, p->cid))
			return true;
	return false;
}

static bool
keep(struct album *album, const struct picture *head, struct str bytes, struct str path,
	struct album_picture *out)
{
	struct mime_picture p =
		cid_picture(bytes, head->type, head->extension, path, album->domain, album->arena);

	if (!has(album, &p)) {
		if (album->bytes + bytes.n > ALBUM_ALL)
			return refuse(out, "pictures-size",
				str_of(arena_printf(album->arena, "%.*s makes it %zu of %d",
					STR_ARG(path), album->bytes + bytes.n, ALBUM_ALL)));
		add(album, &p);
	}
	out->src = str_of(arena_printf(album->arena, "cid:%.*s", STR_ARG(p.cid)));
	return true;
}

/* Its height at this width, by the proportion that it has. */
static void
show_at(const struct picture *head, uint32_t width, struct album_picture *out)
{
	uint64_t height = ((uint64_t)head->height * width + head->width / 2) / head->width;

	out->width = (int)width;
	out->height = height ? (int)height : 1;
}

/* "chart@2x.png": two pixels for one, for screens that are so fine. */
static bool
is_doubled(struct str path)
{
	return str_find_str(path, STR("@2x.")) >= 0;
}

static bool
measure(struct album *album, struct str bytes, struct str path, struct picture *head,
	struct album_picture *out)
{
	if (!picture_measure(bytes, head))
		return refuse(out, "picture-kind", path);
	if ((uint64_t)head->width * head->height > ALBUM_PIXELS)
		return refuse(out, "picture-pixels",
			str_of(arena_printf(album->arena, "%.*s: %u by %u", STR_ARG(path),
				head->width, head->height)));
	return true;
}

bool
album_take_file(struct album *album, struct str path, struct album_picture *out)
{
	struct picture head;
	struct str bytes;
	uint32_t width;

	*out = (struct album_picture){ 0 };
	if (!is_good_path(path))
		return refuse(out, "picture-name", path);
	if (!read_file(album, path, &bytes, out) || !measure(album, bytes, path, &head, out))
		return false;
	width = is_doubled(path) ? (head.width + 1) / 2 : head.width;
	show_at(&head, width < ALBUM_COLUMN ? width : ALBUM_COLUMN, out);
	return keep(album, &head, bytes, path, out);
}

bool
album_take(struct album *album, struct str bytes, struct str name, int width,
	struct album_picture *out)
{
	struct picture head;

	*out = (struct album_picture){ 0 };
	if (!measure(album, bytes, name, &head, out))
		return false;
	show_at(&head, (uint32_t)width, out);
	return keep(album, &head, bytes, name, out);
}

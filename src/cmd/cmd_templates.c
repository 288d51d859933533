/* cmd_templates.c: `morningpost templates`: write out the built-in ones, render one by hand. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/asset.h"
#include "base/file.h"
#include "base/template.h"
#include "base/yaml.h"
#include "base/yaml_value.h"
#include "cmd/command.h"

const char cmd_templates_help[] =
	"  export [DIR]        write the built-in templates into DIR (default: templates/ of\n"
	"                      the publication); a file that is there already is left alone\n"
	"  render FILE         render one Mustache template to standard output\n"
	"    --data F.yaml     the values it is given\n"
	"    --partials DIR    where {{>name}} is looked for: DIR/name.mustache, .html, .txt\n"
	"                      or without an ending\n";

enum { CEILING = 4 << 20, OUTPUT = 32 << 20 };

/* -- render ----------------------------------------------------------------------------------- */

struct partials {
	int dir; /* -1: there are none */
	struct arena *a;
};

/* A name is a file name and nothing else: no slash leaves the folder. */
static int
find_partial(void *context, struct str name, struct str *text, struct err *e)
{
	static const char *const endings[] = { ".mustache", ".html", ".txt", "" };
	const struct partials *p = context;

	if (p->dir < 0 || !file_is_plain(name) || str_find(name, '/') >= 0)
		return 0;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		const char *path = arena_printf(p->a, "%.*s%s", STR_ARG(name), endings[i]);

		if (file_read(p->dir, path, CEILING, p->a, text, e) == 0)
			return 1;
		if (e->code != ERR_NOINPUT)
			return -1;
	}
	return 0;
}

static int
read_data(const char *path, struct arena *a, struct value **out, struct err *e)
{
	struct str text;
	struct yaml *doc;

	*out = template_object(a);
	if (!path)
		return 0;
	if (file_read(AT_FDCWD, path, CEILING, a, &text, e) < 0 ||
		yaml_parse(text, path, 0, a, &doc, e) < 0)
		return -1;
	*out = yaml_value(doc, a);
	return 0;
}

static int
render(struct context *c, const char *path, const char *data_path, struct partials *partials,
	struct err *e)
{
	struct template_options options = { .partial = find_partial, .context = partials };
	struct value *data;
	struct str text;
	struct buf out;
	int status = -1;

	buf_init(&out, OUTPUT);
	if (file_read(AT_FDCWD, path, CEILING, partials->a, &text, e) == 0 &&
		read_data(data_path, partials->a, &data, e) == 0 &&
		template_render(text, path, data, &options, &out, e) == 0) {
		if (c->out.json)
			out_str(&c->out, NULL, buf_str(&out));
		else
			fwrite(buf_z(&out), 1, out.n, stdout);
		status = 0;
	}
	buf_free(&out);
	return status;
}

static int
run_render(struct context *c, int argc, char **argv, struct err *e)
{
	static const struct option longs[] = {
		{ "data", required_argument, NULL, 'd' },
		{ "partials", required_argument, NULL, 'p' },
		{ 0 },
	};
	const char *data = NULL, *folder = NULL;
	struct arena a = { 0 };
	struct partials partials = { .dir = -1, .a = &a };
	int opt, status;

	while ((opt = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (opt == 'd')
			data = optarg;
		else if (opt == 'p')
			folder = optarg;
		else
			return command_bad_option("templates", opt, argv, e);
	}
	if (argc - optind != 1)
		return command_usage("templates", e, "render takes one FILE");
	if (folder) {
		partials.dir = file_openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
		if (partials.dir < 0)
			return err_set(e, ERR_NOINPUT, "%s: %s", folder, strerror(errno));
	}
	status = render(c, argv[optind], data, &partials, e);
	if (partials.dir >= 0)
		close(partials.dir);
	arena_free(&a);
	return status;
}

/* -- export ----------------------------------------------------------------------------------- */

static int
export_one(struct context *c, int dir, const struct asset *asset, struct err *e)
{
	const char *name = asset->name + strlen("templates/");

	if (file_create(dir, name, asset->bytes, 0660, e) == 0) {
		out_str(&c->out, NULL, str_of(name));
		out_line(&c->out, "%s", name);
		return 0;
	}
	if (e->code != ERR_CANTCREATE)
		return -1;
	out_line(&c->out, "%s is there already and was left alone", name);
	return 0;
}

/* Not what `init` writes, which nobody reads again, nor the page that shows what is wrong with the
 * others. */
static bool
is_replaceable(struct str name)
{
	return str_starts(name, STR("templates/")) && !str_starts(name, STR("templates/init-")) &&
	       !str_starts(name, STR("templates/preview."));
}

static int
run_export(struct context *c, int argc, char **argv, struct err *e)
{
	const char *folder = argc > 1 ? argv[1] : "templates";
	int base = argc > 1 ? AT_FDCWD : file_openat(AT_FDCWD, c->dir, O_RDONLY | O_DIRECTORY, 0);
	const struct asset *all;
	size_t n;
	int dir, status = 0;

	if (argc > 2)
		return command_usage("templates", e, "export takes one DIR");
	if (base == -1)
		return err_set(e, ERR_NOINPUT, "%s: %s", c->dir, strerror(errno));
	if (mkdirat(base, folder, 0770) < 0 && errno != EEXIST)
		return err_set(e, ERR_CANTCREATE, "%s: %s", folder, strerror(errno));
	dir = file_openat(base, folder, O_RDONLY | O_DIRECTORY, 0);
	if (base != AT_FDCWD)
		close(base);
	if (dir < 0)
		return err_set(e, ERR_CANTCREATE, "%s: %s", folder, strerror(errno));
	all = asset_all(&n);
	out_array(&c->out, NULL);
	for (size_t i = 0; i < n && status == 0; i++)
		if (is_replaceable(str_of(all[i].name)))
			status = export_one(c, dir, &all[i], e);
	out_end(&c->out);
	close(dir);
	return status;
}

int
cmd_templates(struct context *c, int argc, char **argv, struct err *e)
{
	if (argc >= 2 && strcmp(argv[1], "render") == 0)
		return run_render(c, argc - 1, argv + 1, e);
	if (argc >= 2 && strcmp(argv[1], "export") == 0)
		return run_export(c, argc - 1, argv + 1, e);
	return command_usage("templates", e, "it takes 'export' or 'render'");
}

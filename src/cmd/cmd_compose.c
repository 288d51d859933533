/* cmd_compose.c: `morningpost compose`: render an issue; changes no state. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/example.h"
#include "cmd/known.h"
#include "cmd/options.h"
#include "compose/edition.h"
#include "mail/cid.h"

const char cmd_compose_help[] =
	"  --date D            the issue of that day (default: today)\n"
	"  --to EMAIL          whom the copy names (default: reader@example.org)\n"
	"  --format F          eml (default), html or text\n"
	"  -o FILE             write to FILE, whole or not at all (default: standard output)\n"
	"\n"
	"The links of the copy are a test's: they open a page that says so. The edition's hash "
	"goes to standard error.\n";

enum { MESSAGE = 32 << 20 };
enum format { EML, HTML, TEXT };

struct asked {
	const char *date, *to, *file;
	enum format format;
};

static int
parse_options(int argc, char **argv, struct asked *asked, struct err *e)
{
	static const struct option longs[] = {
		{ "date", required_argument, NULL, 'd' },
		{ "to", required_argument, NULL, 't' },
		{ "format", required_argument, NULL, 'f' },
		{ 0 },
	};
	static const char *const formats[] = { "eml", "html", "text" };
	int opt;

	*asked = (struct asked){ .to = "reader@example.org" };
	while ((opt = getopt_long(argc, argv, ":o:", longs, NULL)) != -1) {
		size_t f = 0;

		switch (opt) {
		case 'd':
			asked->date = optarg;
			break;
		case 't':
			asked->to = optarg;
			break;
		case 'o':
			asked->file = optarg;
			break;
		case 'f':
			while (f < 3 && strcmp(optarg, formats[f]) != 0)
				f++;
			if (f == 3)
				return command_usage("compose", e,
					"--format is eml, html or text, not '%s'", optarg);
			asked->format = (enum format)f;
			break;
		default:
			return command_bad_option("compose", opt, argv, e);
		}
	}
	return options_no_argument("compose", argc, argv, e);
}

/* One part alone. The page is one file: its pictures are in it. */
static void
show(const struct composed *c, bool html, const struct letter_values *v, struct buf *out)
{
	struct buf page;

	buf_init(&page, MESSAGE);
	if (html)
		cid_inline(c->html, c->pictures, c->picture_count, &page);
	edition_put_values(html ? buf_str(&page) : c->text, v, html, out);
	buf_free(&page);
}

static int
fill(const struct publication *p, const struct asked *asked, struct day day,
	const struct composed *c, struct arena *a, struct buf *out, struct err *e)
{
	struct letter_values v;

	if (example_values(p, day, asked->to, a, &v, e) < 0)
		return err_wrap(e, "compose");
	if (asked->format == EML)
		return letter_fill(&c->letter, &v, out, e);
	show(c, asked->format == HTML, &v, out);
	return 0;
}

static int
write_out(struct context *c, const struct asked *asked, const struct composed *composed,
	struct str bytes, struct err *e)
{
	if (asked->file && file_write(AT_FDCWD, asked->file, bytes, 0644, e) < 0)
		return -1;
	if (c->out.json) {
		out_object(&c->out, NULL);
		out_strz(&c->out, "hash", composed->hash);
		out_str(&c->out, "subject", composed->subject);
		out_int(&c->out, "bytes", (int64_t)bytes.n);
		out_int(&c->out, "html_bytes", (int64_t)composed->html.n);
		out_end(&c->out);
		return 0;
	}
	log_info("edition %s, %zu bytes", composed->hash, bytes.n);
	if (!asked->file)
		fwrite(bytes.p, 1, bytes.n, stdout);
	return 0;
}

static int
run(struct context *c, const struct publication *p, const struct asked *asked, struct err *e)
{
	struct composed composed;
	struct arena a = { 0 };
	struct known known;
	struct day day;
	struct buf b;
	int status;

	buf_init(&b, MESSAGE);
	status = options_day("compose", asked->date, p, &day, e);
	if (status == 0)
		status = known_read(p, NULL, day, &a, &known, e);
	if (status == 0)
		status = edition_compose(p, day, &known.options, &a, &composed, e);
	if (status == 0)
		status = fill(p, asked, day, &composed, &a, &b, e);
	if (status == 0)
		status = write_out(c, asked, &composed, buf_str(&b), e);
	buf_free(&b);
	arena_free(&a);
	return status;
}

int
cmd_compose(struct context *c, int argc, char **argv, struct err *e)
{
	struct publication p;
	struct asked asked;
	int status;

	if (parse_options(argc, argv, &asked, e) < 0 || publication_open(c->dir, &p, e) < 0)
		return -1;
	status = run(c, &p, &asked, e);
	publication_close(&p);
	return status;
}

#include "cmd/bounce_intake.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "cmd/bounce.h"
#include "cmd/bounce_reports.h"
#include "mail/mbox.h"
#include "mail/reading.h"
#include "net/maildir.h"

int
intake_open(struct intake *in, struct context *c, bool dry_run, struct err *e)
{
	struct publication *p = &in->desk.publication;

	*in = (struct intake){ .c = c, .dry_run = dry_run };
	if (desk_open(&in->desk, c, dry_run ? DB_READ : DB_WRITE, e) < 0)
		return -1;
	if (keys_load(p->dir, false, &in->keys, e) < 0) {
		desk_close(&in->desk);
		return -1;
	}
	in->returning = (struct returning){
		.db = in->desk.db, .publication = p, .keys = &in->keys, .source = BOUNCE_MAIL
	};
	return 0;
}

void
intake_close(struct intake *in)
{
	keys_free(&in->keys);
	desk_close(&in->desk);
}

/* -- telling ---------------------------------------------------------------------------------- */

static const char *const what_names[] = {
	[RETURNED_NOTHING] = "nothing",
	[RETURNED_UNMATCHED] = "unmatched",
	[RETURNED_BEFORE] = "before",
	[RETURNED_RECORDED] = "recorded",
	[RETURNED_LEFT] = "left",
};

static const struct {
	const char *name, *words;
} standings[] = {
	[STANDING_KEPT] = { "kept", "stays on the list" },
	[STANDING_STALE] = { "stale", "about how they were before: stays on the list" },
	[STANDING_OUT_BEFORE] = { "out", "was off the list" },
	[STANDING_BOUNCED] = { "bounced", "off the list" },
	[STANDING_COMPLAINED] = { "complained", "off the list for good" },
};

static void
show_line(
	struct intake *in, const char *label, const struct report *report, const struct returned *r)
{
	struct out *o = &in->c->out;
	const char *who = desk_shown(&in->desk.arena, r->email);

	switch (r->what) {
	case RETURNED_NOTHING:
		out_line(o, "%s: %s: nothing to do", label, report_sort_name(report->sort));
		break;
	case RETURNED_UNMATCHED:
		out_line(o, "%s: kept for a person: %s", label,
			report->sort == REPORT_OTHER
				? "no report, and no address to leave by in it"
				: "nothing in it proves that it is about mail of ours");
		break;
	case RETURNED_BEFORE:
		out_line(o, "%s: %s: taken in before", label, who);
		break;
	case RETURNED_RECORDED:
		out_line(o, "%s: %s: %s %.*s: %s", label, who, report_kind_name(r->kind),
			STR_ARG(r->status), standings[r->standing].words);
		break;
	case RETURNED_LEFT:
		out_line(o, "%s: %s: asked to leave, and has left", label, who);
		break;
	}
}

static void
show_json(struct out *o, const char *label, const struct report *report, const struct returned *r)
{
	out_object(o, NULL);
	out_strz(o, "file", label);
	out_strz(o, "sort", report_sort_name(report->sort));
	out_strz(o, "what", what_names[r->what]);
	out_strz(o, "proof", returned_how_name(r->how));
	out_str(o, "email", r->email);
	out_strz(o, "kind", report_kind_name(r->kind));
	out_str(o, "status", r->status);
	out_str(o, "reason", r->reason);
	if (r->what == RETURNED_RECORDED)
		out_strz(o, "standing", standings[r->standing].name);
	out_end(o);
}

void
intake_tell(const struct intake *in)
{
	log_info("%" PRId64 " read; %" PRId64 " people off the list, %" PRId64
		 " of them by their own mail; %" PRId64 " kept for a person",
		in->read, in->off + in->left, in->left, in->kept);
}

/* -- one ------------------------------------------------------------------------------------- */

int
intake_report(struct intake *in, const char *label, const struct report *report, bool *keep,
	struct err *e)
{
	struct returned r;
	struct arena a = { 0 };
	int status;

	in->returning.now = clock_now();
	status = returned_take(&in->returning, report, &a, &r, e);
	if (status == 0) {
		*keep = r.what == RETURNED_UNMATCHED;
		in->read++;
		in->kept += *keep;
		in->left += r.what == RETURNED_LEFT;
		in->off += r.what == RETURNED_RECORDED &&
			   (r.standing == STANDING_BOUNCED || r.standing == STANDING_COMPLAINED);
		if (in->c->out.json)
			show_json(&in->c->out, label, report, &r);
		else
			show_line(in, label, report, &r);
	}
	arena_free(&a);
	return status;
}

int
intake_message(struct intake *in, const char *label, struct str bytes, bool *keep, struct err *e)
{
	struct arena a = { 0 };
	struct report *report = arena_new(&a, struct report);
	int status = reading_report_apart(str_sub(bytes, 0, READING_MAX), &a, report, e);

	if (status == 0 && in->dry_run) {
		bounce_show(&in->c->out, label, report);
		*keep = true;
	} else if (status == 0) {
		status = intake_report(in, label, report, keep, e);
	} else if (e->code == ERR_DATA) {
		log_warn("%s: kept for a person: %s", label, e->text);
		in->read++;
		in->kept++;
		*keep = true;
		status = 0;
	}
	arena_free(&a);
	return status;
}

/* -- a file ----------------------------------------------------------------------------------- */

/* What came by a pipe is gone when we are. */
static int
put_aside(struct intake *in, struct str message, struct err *e)
{
	const struct settings_sender *s = &in->desk.publication.settings.sender;
	struct maildir *m;
	int status;

	if (maildir_open(in->desk.publication.dir, "var/unmatched", &m, e) < 0)
		return -1;
	status = maildir_put(
		m, (struct str){ 0 }, str_of(s->bounce ? s->bounce : s->from_email), message, e);
	maildir_close(m);
	return status;
}

int
intake_file(struct intake *in, const char *file, struct str bytes, struct err *e)
{
	bool keep = false, pipe = strcmp(file, "-") == 0;
	struct str message;
	int status = 0;

	while (status == 0 && mbox_next(&bytes, &message)) {
		status = intake_message(in, file, message, &keep, e);
		if (status == 0 && keep && pipe)
			status = put_aside(in, message, e);
	}
	return status;
}

int
intake_post(struct intake *in, const char *file, struct str bytes, enum webhook_format format,
	struct err *e)
{
	struct bounce_reports reports;
	struct webhook_keys keys;
	struct arena a = { 0 };
	bool keep = false, any = false;
	int status = bounce_keys(&in->desk.publication, &a, &keys, e);

	in->returning.source = BOUNCE_WEBHOOK;
	if (status == 0)
		status = bounce_read_webhook(file, format, bytes, &keys, &a, &reports, e);
	for (size_t i = 0; status == 0 && i < reports.n; i++, any = any || keep)
		status = intake_report(in, file, reports.p[i], &keep, e);
	/* An empty line before it, so that it can be taken in again: what the Maildir puts in front
	 * is then the request's header. */
	if (status == 0 && any && strcmp(file, "-") == 0)
		status = put_aside(in, str_of(arena_printf(&a, "\n%.*s", STR_ARG(bytes))), e);
	arena_free(&a);
	return status;
}

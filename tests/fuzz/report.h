/* report.h: what holds of a report, whatever it was read from. */
#ifndef FUZZ_REPORT_H
#define FUZZ_REPORT_H

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "input.h"
#include "mail/report.h"

static inline void
check_address(struct str s)
{
	assert(str_find(s, '@') > 0);
	assert(text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++)
		assert((unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f);
}

static inline void
check_recipient(const struct report_recipient *r, enum report_sort sort)
{
	char safe[REPORT_REASON + 1];

	check_address(r->address);
	if (r->original.n)
		check_address(r->original);
	assert(r->reason.n <= REPORT_REASON);
	/* Escaped, it is as it was: nothing in it could do harm. */
	assert(log_escape(r->reason, safe, sizeof safe) == r->reason.n);
	assert(memcmp(safe, r->reason.p, r->reason.n) == 0);
	assert(r->code == 0 || (r->code >= 400 && r->code < 600));
	assert(r->status.n == 0 || (r->status.n >= 5 && strchr("245", r->status.p[0])));
	if (sort != REPORT_BOUNCE && sort != REPORT_ABUSE)
		assert(r->kind == REPORT_NONE);
	/* S3: 5.7.x never takes anybody off. */
	if (str_starts(r->status, STR("5.7.")) || str_starts(r->status, STR("4.")))
		assert(r->kind != REPORT_HARD);
}

static inline void
check_report(const struct report *r)
{
	assert(r->recipient_count <= REPORT_RECIPIENTS);
	for (size_t i = 0; i < r->recipient_count; i++)
		check_recipient(&r->recipients[i], r->sort);
	for (size_t i = 0; i < r->tokens.n; i++)
		assert(r->tokens.p[i].n > 0);
}

/* Packed, unpacked and packed again it is the same bytes. */
static inline void
check_packing(const struct report *r)
{
	struct arena a = { 0 };
	struct report *back = arena_new(&a, struct report);
	struct buf once, twice;

	buf_init(&once, 1 << 26);
	buf_init(&twice, 1 << 26);
	report_pack(r, &once);
	assert(report_unpack(buf_str(&once), &a, back));
	report_pack(back, &twice);
	assert(str_eq(buf_str(&once), buf_str(&twice)));
	buf_free(&once);
	buf_free(&twice);
	arena_free(&a);
}

#endif

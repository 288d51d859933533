/* A provider's JSON, the provider chosen by the first byte: reports like any other, or a reason; with a
 * key that nobody can have signed by, no report at all. */
#include "mail/webhook.h"
#include "report.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct webhook_keys none, some = {
		.sendgrid = STR_INIT("AAAA"),
		.mailgun = STR_INIT("a key that is in no corpus"),
		.ses = STR_INIT("no certificate"),
	};
	struct arena a = { 0 };
	struct str in = input_of(data, size);
	enum webhook_format format = (enum webhook_format)(input_byte(&in) % 4);
	struct str header = { 0 };
	struct report **reports;
	struct err e = { 0 };
	size_t n = 0;

	if (webhook_read(format, header, in, &none, &a, &reports, &n, &e) == 0) {
		assert(n <= WEBHOOK_EVENTS);
		for (size_t i = 0; i < n; i++) {
			assert(!reports[i]->is_signed);
			check_report(reports[i]);
			check_packing(reports[i]);
		}
	} else {
		assert(e.text[0]);
	}
	if (format != WEBHOOK_POSTMARK)
		assert(webhook_read(format, header, in, &some, &a, &reports, &n, &e) < 0);
	arena_free(&a);
	return 0;
}

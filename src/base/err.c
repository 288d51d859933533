#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
err_fill(struct err *e, enum err_code code, const char *format, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, format);
	vsnprintf(e->text, sizeof e->text, format, ap);
	va_end(ap);
}

void
err_prefix(struct err *e, const char *format, ...)
{
	char inner[sizeof e->text];
	va_list ap;
	int n;

	memcpy(inner, e->text, sizeof inner);
	va_start(ap, format);
	n = vsnprintf(e->text, sizeof e->text, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof e->text - 3)
		return;
	snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", inner);
}

void
err_blame_settings(struct err *e)
{
	if (e->code != ERR_INTERNAL)
		e->code = ERR_CONFIG;
}

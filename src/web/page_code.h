/* page_code.h: QR codes of where one subscribes and of the Telegram channel, as SVG and PNG. */
#ifndef WEB_PAGE_CODE_H
#define WEB_PAGE_CODE_H

#include "web/archive.h"

/* What may stand behind /qr/. */
extern const char *const page_code_names[];
extern const size_t page_code_count;

/* Is there something that this code would lead to? */
bool page_code_is_there(const struct archive *ar, const char *name);

archive_page page_code;

#endif

/* test.h: cmocka, with what it wants included before it. */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

/* A table's size, and a str compared with what it should be, shown when it is not. */
#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define assert_str(have, want)                                                                     \
	do {                                                                                       \
		struct str have_ = (have), want_ = str_of(want);                                   \
                                                                                                   \
		if (!str_eq(have_, want_))                                                         \
			fail_msg("have '%.*s', want '%s'", STR_ARG(have_), want);                  \
	} while (0)

#endif

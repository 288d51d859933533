#include "collect/source.h"

#define SOURCE(name, function, url)                                                                \
	static const char *url_of_##function(const struct settings_sources *s)                     \
	{                                                                                          \
		return url;                                                                        \
	}
#include "collect/sources.def"
#undef SOURCE

const struct source source_table[] = {
#define SOURCE(name, function, url) { name, function, url_of_##function },
#include "collect/sources.def"
#undef SOURCE
};

const size_t source_count = sizeof source_table / sizeof source_table[0];

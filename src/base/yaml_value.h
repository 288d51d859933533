/* yaml_value.h: what somebody wrote in YAML, as values for a template. */
#ifndef BASE_YAML_VALUE_H
#define BASE_YAML_VALUE_H

#include "base/template.h"
#include "base/yaml.h"

/* Plain true and false are booleans, plain decimals numbers, without zeros that count for nothing, all else text. Lives in the
 * arena. */
struct value *yaml_value(const struct yaml *y, struct arena *a);

#endif

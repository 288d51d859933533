/* subscriber.h: the verbs of `morningpost subscriber`, each given its own name as argv[0]. They
 * return as commands do. */
#ifndef CMD_SUBSCRIBER_H
#define CMD_SUBSCRIBER_H

#include "cmd/desk.h"

command_fn subscriber_add_verb;
command_fn subscriber_set_verb;
command_fn subscriber_remove_verb;
command_fn subscriber_erase_verb;
command_fn subscriber_show_verb;
command_fn subscriber_held_verb;
command_fn subscriber_check_verb;
command_fn subscriber_list_verb;
command_fn subscriber_import_verb;
command_fn subscriber_export_verb;

/* The one EMAIL behind the options, or a usage error. */
int subscriber_one_email(const char *verb, int argc, char **argv, const char **out, struct err *e);

/* A verb that takes an EMAIL and no options: do `one` with it at a desk of its own. */
typedef int subscriber_one_fn(struct context *c, struct desk *d, const char *email, struct err *e);
int subscriber_with_one(struct context *c, int argc, char **argv, enum db_mode mode,
	subscriber_one_fn *one, struct err *e);

/* Write a person's fields into the object or line that is begun. */
void subscriber_out(struct out *o, struct arena *a, const struct subscriber *s);
/* Their tags with a separator between them. */
struct str subscriber_join_tags(struct arena *a, const struct subscriber *s, const char *separator);

#endif

/* stop.h: a command that is to end well when a signal tells it to. */
#ifndef CMD_STOP_H
#define CMD_STOP_H

/* From here on SIGTERM, SIGINT and SIGHUP only set what is returned: finish what is in hand, and begin
 * nothing more. */
const volatile int *stop_catch(void);

#endif

/* fault.h: places where the crash tests kill the program. Nothing of it is in a release build. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

/*
 * With MORNINGPOST_FAULTS built in and $MORNINGPOST_FAULT set to "NAME" or "NAME:N", the N-th pass
 * (the first) of the place of that name ends the process by SIGKILL.
 */
#ifdef MORNINGPOST_FAULTS
void fault_point(const char *name);
#define FAULT(name) fault_point(name)
#else
#define FAULT(name) ((void)0)
#endif

#endif

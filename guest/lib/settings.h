/* Settings of the whole machine, as files of /proc/sys and /sys have them. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>

/* Why what needs them is left out where nobody has allowed it. */
#define SETTINGS_REFUSED "it changes settings of the whole machine, which was not allowed (--may-set 1)"

/* For good. */
bool setting_write(const char *path, const char *text);

/* Until settings_restore(), which must be called by the same process. */
bool setting_change(const char *path, const char *text);
void settings_restore(void);

#endif

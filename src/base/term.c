/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/term.h"

#include <string.h>
#include <sys/ioctl.h>

#include "base/util.h"

const char *const ct_color_choices[] = { "auto", "always", "never", NULL };

static bool wants_color(bool tty, enum ct_color when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when != CT_COLOR_AUTO)
		return when == CT_COLOR_ALWAYS;
	return tty && !(no_color && *no_color) && term && *term && strcmp(term, "dumb");
}

struct ct_term ct_term__of(FILE *f, enum ct_color when)
{
	int fd = fileno(f);
	bool tty = fd >= 0 && isatty(fd);
	struct winsize ws = { 0 };
	struct ct_term t = { .color = wants_color(tty, when), .width = 80 };

	if (tty && !ioctl(fd, TIOCGWINSZ, &ws) && ws.ws_col)
		t.width = ws.ws_col;
	return t;
}

static const char *escape(const struct ct_term *t, const char *seq)
{
	return t->color ? seq : "";
}

const char *ct_term__bold(const struct ct_term *t)
{
	return escape(t, "\033[1m");
}

/* Blue and orange can be distinguished with every common kind of colour blindness. */
const char *ct_term__good(const struct ct_term *t)
{
	return escape(t, "\033[38;5;33m");
}

const char *ct_term__bad(const struct ct_term *t)
{
	return escape(t, "\033[38;5;208m");
}

const char *ct_term__dim(const struct ct_term *t)
{
	return escape(t, "\033[2m");
}

const char *ct_term__reset(const struct ct_term *t)
{
	return escape(t, "\033[0m");
}

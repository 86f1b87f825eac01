/* SPDX-License-Identifier: GPL-2.0-only */
#include "top/terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#ifdef CT_HAVE_NCURSES
#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <wchar.h>
#include <wctype.h>

#include "base/clock.h"

#define ESCAPE_MS  50 /* the bytes of an escape sequence arrive within this time */
#define RESTS	   9  /* the pause after a reading, as a multiple of the time that it took */
#define PAIR_GOOD  1
#define PAIR_BAD   2
#define BLUE_256   33 /* as in base/term.c: told apart with every common colour blindness */
#define ORANGE_256 208

struct session {
	struct ct_feed *feed;
	struct ct_top top;
	SCREEN *screen;
	bool utf8, color;
	int said; /* a memfd that receives what is written to standard error */
	int was;  /* the original standard error */
	bool over;
	uint64_t rest_until; /* no reading before this, lest a fleet be read all the time */
};

/* ---- drawing ---- */

static attr_t attr_of(const struct session *s, enum ct_ink ink)
{
	switch (ink) {
	case CT_INK_BOLD: return A_BOLD;
	case CT_INK_DIM: return s->color ? A_DIM : A_NORMAL;
	case CT_INK_GOOD: return s->color ? (attr_t)COLOR_PAIR(PAIR_GOOD) : A_BOLD;
	case CT_INK_BAD: return s->color ? (attr_t)COLOR_PAIR(PAIR_BAD) : A_BOLD;
	case CT_INK_BAR: return A_REVERSE;
	case CT_INK_PLAIN: break;
	}
	return A_NORMAL;
}

/* Writes bytes outside ASCII as \xNN unless the terminal is in UTF-8, lest it garble them. */
static char *for_locale(const struct session *s, const char *text)
{
	struct ct_str out = {};

	ct_str__add(&out, "");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (s->utf8 || c < 0x80)
			ct_str__addn(&out, text, 1);
		else
			ct_str__addf(&out, "\\x%02x", c);
	}
	return out.s;
}

/* Writes text at the cursor, in column x, up to the right edge. Returns the next column. */
static int put_text(const struct session *s, const char *text, int x, int width)
{
	ct_autofree char *local = for_locale(s, text);
	mbstate_t state = {};
	const char *p = local, *end = local + strlen(local);

	while (p < end) {
		wchar_t c;
		size_t n = mbrtowc(&c, p, (size_t)(end - p), &state);
		int columns;

		if (n == (size_t)-1 || n == (size_t)-2 || !n)
			break;
		p += n;
		if (!iswprint((wint_t)c))
			c = L'?';
		columns = wcwidth(c);
		if (columns < 0 || x + columns > width)
			break;
		addnwstr(&c, 1);
		x += columns;
	}
	return x;
}

static void draw(struct session *s)
{
	ct_autocanvas struct ct_canvas f = {};
	int height, width;

	getmaxyx(stdscr, height, width);
	ct_top__resize(&s->top, width, height);
	ct_top__draw(&s->top, ct_clock__wall_ms(), &f);
	erase();
	for (size_t i = 0; i < f.len && (int)i < height; i++) {
		int x = 0;

		move((int)i, 0);
		for (size_t k = 0; k < f.lines[i].len; k++) {
			attrset(attr_of(s, f.lines[i].spans[k].ink));
			x = put_text(s, f.lines[i].spans[k].text, x, width);
		}
	}
	attrset(A_NORMAL);
	refresh();
}

/* ---- what happens ---- */

static void open_detail(struct session *s)
{
	const struct ct_survey_row *row = ct_top__selected(&s->top);
	struct ct_canvas lines = {};
	ct_autoerr struct ct_err err = {};

	if (!row)
		return;
	if (!s->feed->detail(s->feed, row, s->top.width, &lines, &err)) {
		ct_top__set_detail(&s->top, &lines);
		return;
	}
	ct_canvas__free(&lines);
	ct_top__set_no_detail(&s->top, err.msg);
}

static void read_feed(struct session *s)
{
	ct_autosurvey struct ct_survey sv = {};
	ct_autoerr struct ct_err err = {};
	uint64_t began = ct_clock__now_ns(), ended;
	int ret = s->feed->renew(s->feed, &sv, &err);

	ended = ct_clock__now_ns();
	s->rest_until = ended + (ended - began) * RESTS;
	if (ret < 0)
		ct_top__set_problem(&s->top, err.msg);
	else if (!ret)
		ct_top__set_rows(&s->top, &sv, ct_clock__wall_ms());
	if (!ret && s->top.view == CT_TOP_DETAIL)
		open_detail(s);
}

static void end(struct session *s)
{
	s->over = true;
	ct_loop__stop(s->feed->loop);
}

static void on_time(void *arg)
{
	struct session *s = arg;

	if (s->over)
		return;
	if (!s->top.paused && ct_clock__now_ns() >= s->rest_until)
		read_feed(s);
	draw(s);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	end(arg);
}

static void on_resize(void *arg, const struct signalfd_siginfo *info)
{
	struct session *s = arg;
	struct winsize ws;

	(void)info;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_col || !ws.ws_row)
		return;
	resizeterm(ws.ws_row, ws.ws_col);
	ct_top__resize(&s->top, ws.ws_col, ws.ws_row);
	if (s->top.view == CT_TOP_DETAIL)
		open_detail(s);
	draw(s);
}

static int key_of(wint_t c, bool special)
{
	static const struct {
		wint_t code;
		enum ct_top_key key;
	} keys[] = {
		{ KEY_UP, CT_KEY_UP },	       { KEY_DOWN, CT_KEY_DOWN },
		{ KEY_PPAGE, CT_KEY_PAGE_UP }, { KEY_NPAGE, CT_KEY_PAGE_DOWN },
		{ KEY_HOME, CT_KEY_HOME },     { KEY_END, CT_KEY_END },
		{ KEY_ENTER, CT_KEY_ENTER },   { KEY_BACKSPACE, CT_KEY_BACKSPACE },
		{ KEY_LEFT, CT_KEY_ESCAPE },   { KEY_RIGHT, CT_KEY_ENTER },
	};

	for (size_t i = 0; special && i < CT_ARRAY_SIZE(keys); i++)
		if (keys[i].code == c)
			return keys[i].key;
	if (special)
		return 0;
	switch (c) {
	case '\r':
	case '\n': return CT_KEY_ENTER;
	case '\b':
	case 0x7f: return CT_KEY_BACKSPACE;
	case 0x1b: return CT_KEY_ESCAPE;
	default: return (int)c;
	}
}

static void on_key(void *arg, int fd, uint32_t events)
{
	struct session *s = arg;
	wint_t c;
	int got;

	(void)fd;
	if (events & (EPOLLHUP | EPOLLERR)) {
		end(s);
		return;
	}
	while (!s->over && (got = get_wch(&c)) != ERR) {
		switch (ct_top__key(&s->top, key_of(c, got == KEY_CODE_YES))) {
		case CT_TOP_QUIT: end(s); return;
		case CT_TOP_REFRESH: read_feed(s); break;
		case CT_TOP_OPEN: open_detail(s); break;
		case CT_TOP_NOTHING: break;
		}
	}
	draw(s);
}

static int listen(struct session *s, uint64_t interval_ns, struct ct_err *err)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct ct_loop *l = s->feed->loop;
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(ends) && !ret; i++)
		ret = ct_loop__add_signal(l, ends[i], on_signal, s, NULL);
	if (!ret)
		ret = ct_loop__add_signal(l, SIGWINCH, on_resize, s, NULL);
	if (!ret)
		ret = ct_loop__add_timer(l, interval_ns, interval_ns, on_time, s, NULL);
	if (!ret)
		ret = ct_loop__add_fd(l, STDIN_FILENO, EPOLLIN, on_key, s, NULL);
	return ret ? ct_err__set(err, -ret, "cannot set up the event loop: %s", strerror(-ret)) : 0;
}

/* ---- the terminal ---- */

/* Keeps messages until the end, because they would be written across the table. */
static void hold_messages(struct session *s)
{
	s->was = dup(STDERR_FILENO);
	s->said = memfd_create("captrim-top", MFD_CLOEXEC);
	if (s->was < 0 || s->said < 0)
		return;
	fflush(stderr);
	dup2(s->said, STDERR_FILENO);
}

static void tell_messages(struct session *s)
{
	ct_autoclose int said = s->said, was = s->was;
	char text[4096];
	ssize_t n;

	if (was < 0 || said < 0)
		return;
	fflush(stderr);
	dup2(was, STDERR_FILENO);
	for (off_t at = 0; (n = pread(said, text, sizeof(text), at)) > 0; at += n)
		fwrite(text, 1, (size_t)n, stderr);
}

static void set_colors(struct session *s)
{
	bool many;

	s->color = s->color && has_colors() && start_color() == OK;
	if (!s->color)
		return;
	many = COLORS >= 256;
	use_default_colors();
	init_pair(PAIR_GOOD, many ? BLUE_256 : COLOR_CYAN, -1);
	init_pair(PAIR_BAD, many ? ORANGE_256 : COLOR_YELLOW, -1);
}

static int begin(struct session *s, struct ct_err *err)
{
	const char *term = getenv("TERM");

	setlocale(LC_CTYPE, "");
	s->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	s->screen = newterm(NULL, stdout, stdin);
	if (!s->screen) {
		ct_autofree char *shown = ct_printable(term ? term : "");

		return ct_err__set(err, ENOTTY,
				   "the terminal '%s' is not known here; set TERM, for example to "
				   "xterm or vt100",
				   shown);
	}
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_colors(s);
	hold_messages(s);
	return 0;
}

int ct_top__run(struct ct_feed *feed, const struct ct_top_opts *opts, struct ct_err *err)
{
	struct session s = { .feed = feed, .color = opts->color, .said = -1, .was = -1 };
	int ret;

	ct_top__init(&s.top, feed->title, feed->live);
	s.top.order = opts->order;
	ret = begin(&s, err);
	if (!ret) {
		ret = listen(&s, opts->interval_ns, err);
		if (!ret) {
			draw(&s);
			on_time(&s);
			ret = ct_loop__run(feed->loop);
		}
		endwin();
		delscreen(s.screen);
		tell_messages(&s);
	}
	ct_top__free(&s.top);
	return ret;
}

#else /* without ncurses */

int ct_top__run(struct ct_feed *feed, const struct ct_top_opts *opts, struct ct_err *err)
{
	(void)feed, (void)opts;
	return ct_err__set(
		err, ENOSYS,
		"this captrim was built without ncurses; build it with libncurses-dev and "
		"without WITHOUT=NCURSES, or use 'captrim list'");
}

#endif

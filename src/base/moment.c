/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/moment.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/opt.h"
#include "base/util.h"

#define MS_PER_S 1000

/* The years that RFC 3339 can write. */
#define FIRST_MS (-62167219200000ll)
#define LAST_MS	 253402300799999ll

/* When the day began that lies days_ago days back. */
static int64_t day_begins(int64_t now_ms, int days_ago)
{
	time_t now = (time_t)(now_ms / MS_PER_S);
	struct tm tm;

	localtime_r(&now, &tm);
	tm.tm_mday -= days_ago;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * MS_PER_S;
}

/* The days since the last "monday" or "mon", 0 to 6; -1: s is not the name of a day. */
static int days_since(const char *s, int64_t now_ms)
{
	static const char *const names[] = { "sunday",	 "monday", "tuesday", "wednesday",
					     "thursday", "friday", "saturday" };
	time_t now = (time_t)(now_ms / MS_PER_S);
	struct tm tm;

	localtime_r(&now, &tm);
	for (int i = 0; i < 7; i++)
		if (!strcasecmp(s, names[i]) || (strlen(s) == 3 && !strncasecmp(s, names[i], 3)))
			return (tm.tm_wday - i + 7) % 7;
	return -1;
}

/* Refuses a 31st of February, which mktime() would take for the 3rd of March. */
static int date_of(struct tm tm, bool utc, int64_t *ms)
{
	struct tm was = tm;
	time_t t;

	tm.tm_isdst = -1;
	t = utc ? timegm(&tm) : mktime(&tm);
	if (tm.tm_mday != was.tm_mday || tm.tm_mon != was.tm_mon || tm.tm_year != was.tm_year)
		return -EINVAL;
	*ms = (int64_t)t * MS_PER_S;
	return 0;
}

static int parse_date(const char *s, int64_t *ms)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
					     "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S" };

	/* strptime() would accept "26-1-1" and blanks as well. */
	if (strspn(s, "0123456789") != 4)
		return -EINVAL;
	for (size_t i = 0; i < CT_ARRAY_SIZE(forms); i++) {
		struct tm tm = {};
		const char *end = strptime(s, forms[i], &tm);

		if (end && (!*end || (i && !strcmp(end, "Z"))))
			return date_of(tm, *end == 'Z', ms);
	}
	return -EINVAL;
}

int ct_moment__parse(const char *s, int64_t now_ms, int64_t *ms)
{
	uint64_t ago;
	int days = days_since(s, now_ms);

	if (!strcasecmp(s, "now"))
		*ms = now_ms;
	else if (!strcasecmp(s, "today"))
		*ms = day_begins(now_ms, 0);
	else if (!strcasecmp(s, "yesterday"))
		*ms = day_begins(now_ms, 1);
	else if (days >= 0)
		*ms = day_begins(now_ms, days);
	else if (!ct_duration__parse(s, &ago) && ago / CT_NS_PER_MS <= (uint64_t)now_ms)
		*ms = now_ms - (int64_t)(ago / CT_NS_PER_MS);
	else
		return parse_date(s, ms);
	return 0;
}

char *ct_moment__text(int64_t ms)
{
	time_t t = (time_t)(ms / MS_PER_S);
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	return ct_xstrdup(text);
}

char *ct_moment__utc(int64_t ms)
{
	int64_t within = ms < FIRST_MS ? FIRST_MS : ms > LAST_MS ? LAST_MS : ms;
	int fraction = (int)((within % MS_PER_S + MS_PER_S) % MS_PER_S);
	time_t t = (time_t)((within - fraction) / MS_PER_S);
	struct tm tm;

	gmtime_r(&t, &tm);
	return ct_xasprintf("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
			    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction);
}

/* "Z", "+01:00" or "-01:00": seconds east of Greenwich. */
static int parse_zone(const char *s, int *east)
{
	const char *digits = "0123456789";
	int hours, minutes;

	*east = 0;
	if (!strcasecmp(s, "Z"))
		return 0;
	if ((*s != '+' && *s != '-') || strlen(s) != strlen("+01:00") ||
	    strspn(s + 1, digits) != 2 || s[3] != ':' || strspn(s + 4, digits) != 2)
		return -EINVAL;
	hours = atoi(s + 1);
	minutes = atoi(s + 4);
	*east = (hours * 60 + minutes) * (*s == '-' ? -60 : 60);
	return 0;
}

int ct_moment__parse_utc(const char *s, int64_t *ms)
{
	int fraction = 0, unit = MS_PER_S / 10, east;
	struct tm tm = {};
	const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!end)
		return -EINVAL;
	if (*end == '.' && isdigit((unsigned char)end[1]))
		for (end++; isdigit((unsigned char)*end); end++, unit /= 10)
			fraction += (*end - '0') * unit;
	if (parse_zone(end, &east))
		return -EINVAL;
	if (date_of(tm, true, ms))
		return -EINVAL;
	*ms += fraction - (int64_t)east * MS_PER_S;
	return 0;
}

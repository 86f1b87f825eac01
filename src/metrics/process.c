/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon costs, under the names that all client libraries of Prometheus use. */
#include <dirent.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "metrics/metrics_priv.h"

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* A field of /proc/self/stat by its number in proc(5), which must be 3 or more; 0 if not known. */
static double stat_field(const char *text, int number)
{
	const char *p = strrchr(text, ')');

	for (int i = 2; p && i < number; i++)
		p = strchr(p + 1, ' ');
	return p ? strtod(p, NULL) : 0;
}

/* Seconds since the boot, with those asleep, which the kernel counts for the start, too. */
static double since_boot(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n - 1; /* without the one of the directory */
}

void ct_metrics__process(struct ct_metrics *m)
{
	ct_autofree char *text = NULL;
	struct rusage usage;

	if (!getrusage(RUSAGE_SELF, &usage))
		ct_metrics__set(m, CT_METRIC_PROCESS_CPU, NULL,
				seconds(usage.ru_utime) + seconds(usage.ru_stime));
	ct_metrics__set(m, CT_METRIC_PROCESS_FDS, NULL, (double)count_fds());
	if (ct_read_file("/proc/self/stat", 4096, &text, NULL))
		return;
	ct_metrics__set(m, CT_METRIC_PROCESS_MEMORY, NULL,
			stat_field(text, 24) * (double)sysconf(_SC_PAGESIZE));
	if (!m->families[CT_METRIC_PROCESS_START].samples[0].value) {
		double begun = stat_field(text, 22) / (double)sysconf(_SC_CLK_TCK);

		ct_metrics__set(m, CT_METRIC_PROCESS_START, NULL,
				(double)ct_clock__wall_ms() / 1e3 - (since_boot() - begun));
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every format of four reports, byte by byte against tests/golden/emit/REPORT.FORMAT.
 * UPDATE_GOLDEN=1 rewrites these; tests/cli/schema.sh asks other programs whether they
 * can read them.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/common.h"
#include "emit/emit.h"
#include "emit/json_read.h"
#include "unit.h"
#include "view/view.h"

#define SECOND	   1000000000ull
#define PROC(name) ((char *)(name))
/* scope, verdict, any of, site, system call, process, phase, text */
#define REASON_IN(scope_, verdict_, any, site_, call, process_, phase_, text_)                    \
	.verdict = CT_##verdict_, .any_of = (any), .scope = CT_SCOPE_##scope_,                    \
	.site = PROC(site_), .syscall = PROC(call), .process = PROC(process_), .phase = (phase_), \
	.text = PROC(text_)
#define REASON(...) REASON_IN(NAMESPACE, __VA_ARGS__)
/* All of a capability's reasons, in an array. */
#define VERDICT(cap, verdict, chosen, scope, risk, other, granted, denied, reasons)          \
	{                                                                                    \
		cap, CT_##verdict, chosen, CT_SCOPE_##scope, CT_RISK_##risk, other, granted, \
			denied, reasons, CT_ARRAY_SIZE(reasons), 0, false, 0                 \
	}

static void set(char **field, const char *value)
{
	free(*field);
	*field = ct_xstrdup(value);
}

static struct ct_session *new_session(void)
{
	struct ct_session *s = ct_session__new();

	s->host.captrim = ct_xstrdup("0.0.9");
	s->host.kernel = ct_xstrdup("6.12.9-amd64");
	s->host.arch = ct_xstrdup("x86_64");
	s->host.backend = ct_xstrdup("tp_btf");
	s->host.cgroup = 2;
	s->host.start_ms = 1767225600000;
	return s;
}

static struct ct_workload *new_container(struct ct_session *s, const char *id, const char *name,
					 const char *image)
{
	struct ct_workload *w = ct_session__add(s, id);

	w->kind = CT_WL_CONTAINER;
	w->runtime = CT_RT_DOCKER;
	w->container.id = ct_xstrdup(id);
	w->container.name = ct_xstrdup(name);
	w->container.image = ct_xstrdup(image);
	w->container.user = ct_xstrdup("");
	w->container.network = ct_xstrdup("bridge");
	w->container.privileged = CT_NO;
	w->container.userns = CT_NO;
	w->container.no_new_privs = CT_NO;
	w->container.seccomp = CT_SECCOMP_DEFAULT;
	w->configured_known = true;
	w->configured = CT_CAPS_DOCKER_DEFAULT;
	w->sysctls.known = true;
	w->sysctls.ping_high = 2147483647;
	w->first_ns = 100 * SECOND;
	w->last_ns = 223 * SECOND + 500000000;
	w->start_seen = CT_YES;
	return w;
}

/* An ordinary web server: a set of five, an optional one, a doubtful one, an exec'd-in shell. */
static struct ct_report *web_report(void)
{
	static struct ct_reason chown[] = {
		{ REASON(REQUIRED, CT_CAP(CHOWN), "setattr_prepare", "fchownat", "nginx", "main",
			 "gives a file another owner"),
		  .granted = 5, .first_ns = 100 * SECOND + 20000000,
		  .last_ns = 100 * SECOND + 24000000, .source = "fs/attr.c: chown_ok()",
		  .known = true },
	};
	static struct ct_reason dac[] = {
		{ REASON(REQUIRED, CT_CAP(DAC_OVERRIDE) | CT_CAP(DAC_READ_SEARCH),
			 "generic_permission", "openat", "sh", "exec",
			 "reads a file that its mode closes to it"),
		  .granted = 1200, .first_ns = 150 * SECOND, .last_ns = 190 * SECOND,
		  .source = "fs/namei.c: generic_permission()", .known = true, .doubtful = true },
		{ REASON(UNNEEDED, CT_CAP(DAC_OVERRIDE), "ovl_permission", "openat", "nginx",
			 "main", "asked with the credentials of the overlay's mounter"),
		  .granted = 40211, .first_ns = 100 * SECOND, .last_ns = 223 * SECOND,
		  .source = "judging.md fact 1", .known = true },
	};
	static struct ct_reason setgid[] = {
		{ REASON(REQUIRED, CT_CAP(SETGID), "__sys_setgid", "setgid", "nginx", "main",
			 "takes on another group"),
		  .granted = 4, .first_ns = 100 * SECOND + 30000000,
		  .last_ns = 100 * SECOND + 31000000, .source = "kernel/sys.c", .known = true },
	};
	static struct ct_reason setuid[] = {
		{ REASON(REQUIRED, CT_CAP(SETUID), "__sys_setuid", "setuid", "nginx", "main",
			 "takes on another user"),
		  .granted = 4, .first_ns = 100 * SECOND + 30000000,
		  .last_ns = 100 * SECOND + 31000000, .source = "kernel/sys.c", .known = true },
	};
	static struct ct_reason nice[] = {
		{ REASON(OPTIONAL, CT_CAP(SYS_NICE), "set_one_prio", "setpriority", "nginx", "main",
			 "asks for a better priority"),
		  .denied = 1, .first_ns = 101 * SECOND, .last_ns = 101 * SECOND, .known = true },
	};
	static struct ct_reason admin[] = {
		{ REASON(UNNEEDED, CT_CAP(SYS_ADMIN), "cap_vm_enough_memory", "mmap", "nginx",
			 "main", "asks for the reserve of memory"),
		  .denied = 1234567, .first_ns = 100 * SECOND, .last_ns = 223 * SECOND,
		  .known = true },
	};
	static struct ct_reason kill[] = {
		{ REASON(REQUIRED, CT_CAP(KILL), "check_kill_permission", "kill", "curl", "health",
			 "signals a process of another user"),
		  .granted = 2, .first_ns = 130 * SECOND, .last_ns = 160 * SECOND, .known = true },
	};
	static struct ct_cap_verdict caps[] = {
		VERDICT(CAP_CHOWN, REQUIRED, true, NAMESPACE, MEDIUM, 0, 5, 0, chown),
		VERDICT(CAP_DAC_OVERRIDE, REQUIRED, true, NAMESPACE, MEDIUM,
			CT_CAP(DAC_READ_SEARCH), 41411, 0, dac),
		VERDICT(CAP_KILL, REQUIRED, true, NAMESPACE, MEDIUM, 0, 2, 0, kill),
		VERDICT(CAP_SETGID, REQUIRED, true, NAMESPACE, MEDIUM, 0, 4, 0, setgid),
		VERDICT(CAP_SETUID, REQUIRED, true, NAMESPACE, MEDIUM, 0, 4, 0, setuid),
		VERDICT(CAP_SYS_ADMIN, UNNEEDED, false, NAMESPACE, HIGH, 0, 0, 1234567, admin),
		VERDICT(CAP_SYS_NICE, OPTIONAL, false, NAMESPACE, MEDIUM, 0, 0, 1, nice),
	};
	static struct ct_advice advice;
	static struct ct_report report;
	struct ct_session *s = new_session();
	struct ct_workload *w = new_container(s, "3f1c9a", "shop-web-1", "nginx:1.27");

	w->container.project = ct_xstrdup("shop");
	w->container.service = ct_xstrdup("web");
	advice = (struct ct_advice){
		.workload = w,
		.cap_add = CT_CAP(CHOWN) | CT_CAP(DAC_OVERRIDE) | CT_CAP(KILL) | CT_CAP(SETGID) |
			   CT_CAP(SETUID),
		.optional = CT_CAP(SYS_NICE),
		.confidence = CT_CONF_HIGH,
		.why = PROC("start and end were seen, nothing was lost"),
		.checks = 1275994,
		.recordings = 1,
		.caps = caps,
		.ncaps = CT_ARRAY_SIZE(caps),
	};
	advice.removed = w->configured & ~advice.cap_add;
	report = (struct ct_report){ .session = s, .advices = &advice, .nadvices = 1 };
	return &report;
}

/* Nothing needed, without root, verified; and a unit, to have two workloads. */
static struct ct_report *empty_report(void)
{
	static struct ct_verify_run runs[] = {
		{ .recording = true,
		  .set = CT_CAPS_DOCKER_DEFAULT,
		  .ending = "works",
		  .ns = 1200 * SECOND / 1000 },
		{ .ending = "works", .refused = CT_CAP(KILL), .ns = SECOND },
	};
	static struct ct_advice advices[2];
	static struct ct_report report;
	struct ct_session *s = new_session();
	struct ct_workload *w = new_container(s, "77aa01", "cache", "redis:7");
	struct ct_workload *unit = ct_session__add(s, "demo.service");

	set(&w->container.user, "999:999");
	w->container.no_new_privs = CT_YES;
	unit->kind = CT_WL_UNIT;
	unit->runtime = CT_RT_SYSTEMD;
	unit->container.privileged = unit->container.userns = CT_UNKNOWN;
	unit->container.no_new_privs = CT_UNKNOWN;
	*ct_workload__add_exec(unit) = (struct ct_exec){
		.entry = CT_ENTRY_MAIN,
		.was = CT_ENTRY_SETUP,
		.setuid = true,
		.creds = { .uid = 1000, .euid = 0 },
	};
	advices[0] = (struct ct_advice){
		.workload = w,
		.removed = w->configured,
		.confidence = CT_CONF_PROVED,
		.why = PROC("it passed without any"),
		.checks = 0,
		.recordings = 2,
		.verified.runs = 1,
		.verified.check = PROC("redis-cli ping"),
		.verified.result = PROC("minimal"),
		.verified.degraded = CT_CAP(KILL),
		.verified.list = runs,
		.verified.nlist = CT_ARRAY_SIZE(runs),
	};
	advices[1] = (struct ct_advice){
		.workload = unit,
		.gaps = CT_GAP_START,
		.confidence = CT_CONF_LOW,
		.why = PROC("its start was not seen"),
		.checks = 1,
		.recordings = 1,
	};
	report = (struct ct_report){ .session = s, .advices = advices, .nadvices = 2 };
	return &report;
}

/* Whatever can be wrong with a container's options, and everything lost. */
static struct ct_report *host_report(void)
{
	static struct ct_reason sys_time[] = {
		{ REASON_IN(HOST, REQUIRED, CT_CAP(SYS_TIME), "do_adjtimex", "adjtimex", "chronyd",
			    "main", "sets the clock of the host"),
		  .granted = 12, .first_ns = 101 * SECOND, .last_ns = 220 * SECOND,
		  .source = "kernel/time/timekeeping.c", .known = true },
	};
	static struct ct_reason bpf[] = {
		{ REASON_IN(HOST, REQUIRED, CT_CAP(BPF) | CT_CAP(SYS_ADMIN), "a_new_function", NULL,
			    NULL, "main", NULL),
		  .granted = 1, .known = false },
	};
	static struct ct_cap_verdict caps[] = {
		VERDICT(CAP_SYS_TIME, REQUIRED, true, HOST, HIGH, 0, 12, 0, sys_time),
		VERDICT(CAP_BPF, REQUIRED, true, HOST, HIGH, CT_CAP(SYS_ADMIN), 1, 0, bpf),
	};
	static struct ct_warning warnings[] = {
		{ "host-scope", CAP_SYS_TIME,
		  PROC("SYS_TIME sets the one clock of the host: keep time there instead") },
	};
	static struct ct_advice advice;
	static struct ct_report report;
	struct ct_session *s = new_session();
	struct ct_workload *w = new_container(s, "c0ffee", "time", "chrony:4");

	set(&w->container.network, "host");
	set(&w->container.user, "chrony");
	w->container.privileged = CT_YES;
	w->container.seccomp = CT_SECCOMP_NONE;
	w->configured = CT_CAPS_ALL;
	*ct_workload__add_exec(w) = (struct ct_exec){
		.entry = CT_ENTRY_MAIN,
		.was = CT_ENTRY_SETUP,
		.fcaps = CT_CAP(SYS_TIME),
		.creds = { .uid = 100, .euid = 100 },
		.count = 1,
	};
	s->losses =
		(struct ct_losses){ .events = 3, .kinds = 1, .missed = 15203, .truncated = true };
	advice = (struct ct_advice){
		.workload = w,
		.cap_add = CT_CAP(SYS_TIME) | CT_CAP(BPF),
		.removed = CT_CAPS_ALL & ~(CT_CAP(SYS_TIME) | CT_CAP(BPF)),
		.gaps = CT_GAP_LOST | CT_GAP_CUT_OFF,
		.confidence = CT_CONF_MEDIUM,
		.why = PROC("checks were lost and one call site is unknown"),
		.checks = 13,
		.recordings = 1,
		.caps = caps,
		.ncaps = CT_ARRAY_SIZE(caps),
		.warnings = warnings,
		.nwarnings = CT_ARRAY_SIZE(warnings),
	};
	report = (struct ct_report){
		.session = s, .advices = &advice, .nadvices = 1, .unknown_sites = 1
	};
	return &report;
}

#define EVIL "e\033[31m'\"\n- privileged: true # <script>alert(1)</script> \xff\xfe ${x} \\"

/* Names that try to leave the place they are printed at; the same name twice. */
static struct ct_report *hostile_report(void)
{
	static struct ct_reason evil[] = {
		{ REASON(REQUIRED, CT_CAP(NET_ADMIN), EVIL, EVIL, "a\nb\033]0;x\007", "main", EVIL),
		  .granted = 18446744073709551615ull, .first_ns = 50 * SECOND,
		  .last_ns = 300 * SECOND, .source = "</details>", .known = true },
	};
	static struct ct_cap_verdict caps[] = {
		VERDICT(CAP_NET_ADMIN, REQUIRED, true, NAMESPACE, MEDIUM, 0, 1, 0, evil),
		{ 41, CT_REQUIRED, true, CT_SCOPE_HOST, CT_RISK_HIGH, 0, 1, 0, NULL, 0, 0, false,
		  0 },
	};
	static struct ct_warning warnings[] = { { "custom", -1, PROC(EVIL) } };
	static struct ct_advice advices[2];
	static struct ct_report report;
	struct ct_session *s = new_session();

	for (int i = 0; i < 2; i++) {
		struct ct_workload *w = new_container(s, i ? EVIL "2" : EVIL, EVIL, EVIL);

		set(&w->container.user, EVIL);
		advices[i] = (struct ct_advice){
			.workload = w,
			.cap_add = CT_CAP(NET_ADMIN) | 1ull << 41,
			.confidence = CT_CONF_LOW,
			.why = PROC(EVIL),
			.checks = 2,
			.recordings = 1,
			.caps = caps,
			.ncaps = CT_ARRAY_SIZE(caps),
			.warnings = warnings,
			.nwarnings = CT_ARRAY_SIZE(warnings),
		};
	}
	report = (struct ct_report){ .session = s, .advices = advices, .nadvices = 2 };
	return &report;
}

static void write_text(const struct ct_report *r, FILE *out)
{
	struct ct_term term = { .width = 80 };

	ct_view__text(r, out, &term, false);
}

static void write_verbose(const struct ct_report *r, FILE *out)
{
	struct ct_term term = { .width = 60, .color = true };

	ct_view__text(r, out, &term, true);
}

static const struct {
	const char *name;
	void (*write)(const struct ct_report *r, FILE *out);
} formats[] = {
	{ "text", write_text },
	{ "verbose", write_verbose },
	{ "json", ct_emit__json },
	{ "compose", ct_emit__compose },
	{ "docker", ct_emit__docker },
	{ "podman", ct_emit__podman },
	{ "kubernetes", ct_emit__kubernetes },
	{ "systemd", ct_emit__systemd },
	{ "quadlet", ct_emit__quadlet },
	{ "oci", ct_emit__oci },
	{ "nomad", ct_emit__nomad },
	{ "helm", ct_emit__helm },
	{ "kustomize", ct_emit__kustomize },
	{ "label", ct_emit__label },
	{ "ansible", ct_emit__ansible },
	{ "terraform", ct_emit__terraform },
	{ "terraform-kubernetes", ct_emit__terraform_kubernetes },
	{ "swarm", ct_emit__swarm },
	{ "html", ct_view__html },
};

/* Every format has golden files. */
static bool is_compared(const char *format)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].name, format))
			return true;
	printf("%s is missing in formats[] of test_emit.c\n", format);
	return false;
}

/* What the format wrote, with the version, which changes, replaced. The caller frees. */
static char *output_of(size_t format, const struct ct_report *r, size_t *len)
{
	ct_autofree char *raw = NULL;
	struct ct_str s = { 0 };
	size_t raw_len;
	FILE *mem = open_memstream(&raw, &raw_len);

	formats[format].write(r, mem);
	fclose(mem);
	CU_ASSERT_EQUAL(strlen(raw), raw_len);
	for (const char *p = raw, *v; p; p = v ? v + strlen(CT_VERSION) : NULL) {
		v = strstr(p, CT_VERSION);
		ct_str__addn(&s, p, v ? (size_t)(v - p) : strlen(p));
		ct_str__add(&s, v ? "@VERSION@" : "");
	}
	*len = s.len;
	return s.s;
}

static void compare(const char *report, size_t format, const struct ct_report *r)
{
	const char *dir = getenv("CT_GOLDEN") ? getenv("CT_GOLDEN") : "tests/golden/emit";
	ct_autofree char *path = ct_xasprintf("%s/%s.%s", dir, report, formats[format].name);
	ct_autofree char *got = NULL, *want = NULL;
	size_t len, want_len = 0;
	bool same;

	got = output_of(format, r, &len);
	if (getenv("UPDATE_GOLDEN")) {
		ct_autofclose FILE *f = fopen(path, "w");

		CU_ASSERT_PTR_NOT_NULL_FATAL(f);
		CU_ASSERT_EQUAL(fwrite(got, 1, len, f), len);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(ct_read_file(path, 1 << 20, &want, &want_len), 0);
	same = len == want_len && memcmp(got, want, len) == 0;
	if (!same)
		fprintf(stderr, "%s differs; UPDATE_GOLDEN=1 rewrites it\n", path);
	CU_ASSERT(same);
}

static char *json_of(const struct ct_report *r, size_t *len)
{
	char *text = NULL;
	FILE *mem = open_memstream(&text, len);

	ct_emit__json(r, mem);
	fclose(mem);
	return text;
}

/* An advice in JSON stands in for its recording. */
static void read_back(const struct ct_report *r)
{
	size_t len, len_again;
	ct_autofree char *text = json_of(r, &len), *again = NULL;
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *back = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT(ct_advice_json__is(text, len));
	CU_ASSERT_EQUAL_FATAL(ct_advice_json__read(text, len, "x", &s, &back, &err), 0);
	again = json_of(back, &len_again);
	UNIT_STR(again, text);
}

static void compare_all(const char *name, const struct ct_report *r)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++)
		compare(name, i, r);
	read_back(r);
	ct_session__free((struct ct_session *)r->session);
}

static void test_web(void)
{
	compare_all("web", web_report());
}

static void test_empty(void)
{
	compare_all("empty", empty_report());
}

static void test_host(void)
{
	compare_all("host", host_report());
}

static void test_hostile(void)
{
	compare_all("hostile", hostile_report());
}

/* Nothing that came from a container may reach a terminal or break out of its line. */
static void test_no_raw_bytes(void)
{
	struct ct_report *r = hostile_report();

	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++) {
		ct_autofree char *got = NULL;
		size_t len;

		if (formats[i].write == write_verbose)
			continue; /* its colours are escape sequences */
		got = output_of(i, r, &len);
		for (size_t k = 0; k < len; k++)
			CU_ASSERT_FALSE(got[k] != '\n' && got[k] != '\t' &&
					((unsigned char)got[k] < ' ' || got[k] == '\x7f'));
		CU_ASSERT_PTR_NULL(strstr(got, "\n- privileged"));
		if (formats[i].write == ct_view__html) {
			const char *script = strstr(got, "<script"); /* ours, the last of it */

			CU_ASSERT_PTR_NOT_NULL_FATAL(script);
			CU_ASSERT_FALSE(strncmp(script, "<script>for(", 12));
			CU_ASSERT_PTR_NULL(strstr(script + 1, "<script"));
		}
	}
	ct_session__free((struct ct_session *)r->session);
}

/* YAML has keys of so many bytes only where they are marked. */
static void test_long_key(void)
{
	struct ct_report *r = hostile_report();
	ct_autofree char *name = ct_xzalloc(2001), *got = NULL;
	FILE *out;
	size_t len;

	memset(name, 'x', 2000);
	set(&((struct ct_session *)r->session)->workloads[0]->container.name, name);
	out = ct_xmemstream(&got, &len);
	ct_emit__compose(r, out);
	ct_xmemstream_end(out, &got);
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "\n  ? xxxx"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got, "xxxx\n  :\n    cap_drop: [ALL]\n"));
	ct_session__free((struct ct_session *)r->session);
}

/* What no_new_privs would break may have gone by where not all was seen: it is a comment then. */
static void test_thin_evidence(void)
{
	static const char *const active[] = { "\nNoNewPrivileges=",
					      "\"noNewPrivileges\":",
					      "\n  security_opt = [",
					      "  allowPrivilegeEscalation:",
					      "\n    security_opts: [",
					      "\nsecurity_opts = [",
					      "\n  allow_privilege_escalation =" };
	struct ct_report *r = web_report();
	struct ct_session *s = (struct ct_session *)r->session;
	size_t sure = 0;

	for (int seen = 2; seen >= 0; seen--) {
		s->workloads[0]->start_seen = seen ? CT_YES : CT_NO;
		s->losses.events = seen == 1;
		for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++) {
			size_t len, found = 0;
			ct_autofree char *got = output_of(i, r, &len);

			for (size_t k = 0; k < CT_ARRAY_SIZE(active); k++)
				found += strstr(got, active[k]) != NULL;
			if (seen == 2)
				sure += found > 0;
			else
				CU_ASSERT_EQUAL(found, 0);
		}
	}
	/*
	 * kubernetes, helm, kustomize, html; quadlet, systemd, nomad, oci; ansible, and Terraform's
	 * two.
	 */
	CU_ASSERT_EQUAL(sure, 11);
	ct_session__free(s);
}

/* What is true of nearly everything is said where it is asked for. */
static void test_asides(void)
{
	static struct ct_warning warnings[] = {
		{ "low-ports", CAP_NET_BIND_SERVICE, PROC("HERE-EVERY-PORT") },
		{ "userns-possible", -1, PROC("NOTHING-FORBIDS") },
		{ "userns", -1, PROC("WOULD-NOT-RUN") },
	};
	struct ct_report *r = web_report();

	r->advices[0].warnings = warnings;
	r->advices[0].nwarnings = CT_ARRAY_SIZE(warnings);
	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++) {
		bool asked = formats[i].write == write_verbose ||
			     formats[i].write == ct_view__html || formats[i].write == ct_emit__json;
		size_t len;
		ct_autofree char *got = output_of(i, r, &len);

		CU_ASSERT_EQUAL(strstr(got, "HERE-EVERY-PORT") != NULL, asked);
		CU_ASSERT_EQUAL(strstr(got, "NOTHING-FORBIDS") != NULL, asked);
		CU_ASSERT(strstr(got, "WOULD-NOT-RUN") || formats[i].write == ct_emit__oci);
	}
	ct_session__free((struct ct_session *)r->session);
}

static void test_no_workload(void)
{
	struct ct_session *s = new_session();
	struct ct_report r = { .session = s };

	for (size_t i = 0; i < CT_ARRAY_SIZE(formats); i++) {
		ct_autofree char *got = NULL;
		size_t len;

		got = output_of(i, &r, &len);
		CU_ASSERT_PTR_NOT_NULL(got);
	}
	ct_session__free(s);
}

static void test_write(void)
{
	struct ct_report *r = web_report();
	struct ct_emit_opts opts = { .format = CT_FMT_JSON };
	ct_autofree char *data = NULL;
	ct_autoerr struct ct_err err = { 0 };
	char path[] = "/tmp/captrim-test-emit-XXXXXX";

	close(mkstemp(path));
	CU_ASSERT_EQUAL(ct_view__write(r, &opts, path, &err), 0);
	CU_ASSERT_EQUAL(ct_read_file(path, 1 << 20, &data, NULL), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(data, "captrim.advice/1"));
	unlink(path);
	CU_ASSERT(ct_view__write(r, &opts, "/nonexistent/x", &err) < 0);
	CU_ASSERT_PTR_NOT_NULL(err.msg);
	for (int i = 0; i < CT_FMT_MAX; i++)
		CU_ASSERT(is_compared(ct_format_choices[i]));
	ct_session__free((struct ct_session *)r->session);
}

static CU_TestInfo tests[] = {
	{ "web", test_web },
	{ "empty", test_empty },
	{ "host", test_host },
	{ "hostile", test_hostile },
	{ "write", test_write },
	{ "no raw bytes", test_no_raw_bytes },
	{ "long key", test_long_key },
	{ "asides", test_asides },
	{ "thin evidence", test_thin_evidence },
	{ "no workload", test_no_workload },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("emit", tests)

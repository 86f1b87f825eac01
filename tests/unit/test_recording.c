/* SPDX-License-Identifier: GPL-2.0-only */
/* What is written to a recording file is read again as it was. */
#include <errno.h>

#include "base/util.h"
#include "model/recording.h"
#include "unit.h"

static char *text_of(const struct ct_session *s)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	CU_ASSERT_EQUAL(ct_recording__write_stream(s, f), 0);
	fclose(f);
	return text;
}

static int read_text(const char *text, size_t len, struct ct_session **s, struct ct_err *err)
{
	ct_autofclose FILE *f = len ? fmemopen((void *)text, len, "r") : fopen("/dev/null", "r");

	return ct_recording__read_stream(f, "rec", s, err);
}

static void fill_container(struct ct_container *c)
{
	*c = (struct ct_container){
		.id = ct_xstrdup("0123"),
		.name = ct_xstrdup("web"),
		.image = ct_xstrdup("nginx:1.29"),
		.image_digest = ct_xstrdup("sha256:12"),
		.engine = ct_xstrdup("20.10.24"),
		.project = ct_xstrdup("shop"),
		.service = ct_xstrdup("front"),
		.compose_files = ct_xstrdup("/a/compose.yaml,/b.yaml"),
		.compose_dir = ct_xstrdup("/a"),
		.user = ct_xstrdup(""),
		.network = ct_xstrdup("bridge"),
		.pid_mode = ct_xstrdup("host"),
		.ipc_mode = ct_xstrdup("private"),
		.health = ct_xstrdup("curl -f localhost"),
		.privileged = CT_NO,
		.userns = CT_YES,
		.no_new_privs = CT_UNKNOWN,
		.seccomp = CT_SECCOMP_CUSTOM,
	};
}

static void fill_creds(struct ct_creds *c)
{
	*c = (struct ct_creds){
		.uid = 1,
		.gid = 2,
		.euid = 3,
		.egid = 4,
		.suid = 5,
		.sgid = 6,
		.fsuid = 7,
		.fsgid = UINT32_MAX,
		.inheritable = 1,
		.permitted = UINT64_MAX,
		.effective = 1ull << 63,
		.bounding = CT_CAPS_DOCKER_DEFAULT,
		.ambient = 4,
		.securebits = 0x2f,
		.userns_level = 255,
		.no_new_privs = 1,
		.seccomp = 2,
	};
}

static void fill_kind(struct ct_kind *k)
{
	k->key = (struct ct_key){
		.cgroup = CT_CGROUP_V1 | 77,
		.site = UINT64_MAX,
		.nr = 165,
		.sel = UINT32_MAX,
		.entry = 0xdeadbeef,
		.cap = 63,
		.flags = CT_F_GRANTED | CT_F_CRED_FOREIGN | CT_F_BY_OWNER,
		.effective = UINT64_MAX,
		.level = 3,
		.from = 2,
		.after = 64,
	};
	k->syscall = ct_xstrdup("mount");
	k->count = UINT64_MAX;
	k->first_ns = 123456789012345;
	k->last_ns = 123456789012346;
	k->stack_len = 2;
	k->stack = ct_xzalloc(2 * sizeof(*k->stack));
	k->stack[0] = ct_xstrdup("ns_capable");
	k->stack[1] = ct_xstrdup("path_mount [overlay]");
	k->sampled = true;
	k->proc =
		(struct ct_proc){ .pid = 9, .tid = 10, .ppid = 1, .comm = "mount", .pcomm = "sh" };
	fill_creds(&k->creds);
	for (int i = 0; i < CT_ARGS; i++)
		k->args[i] = UINT64_MAX - i;
	k->outcome = (struct ct_outcome){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
}

static void fill_workload(struct ct_workload *w)
{
	struct ct_act *act = ct_workload__add_act(w);
	struct ct_exec *exec = ct_workload__add_exec(w);
	struct ct_exit *exit = ct_workload__add_exit(w);

	w->kind = CT_WL_UNIT;
	w->runtime = CT_RT_CRIO;
	w->cgroup_path = ct_xstrdup("/system.slice/docker-\xc3\xa4.scope");
	fill_container(&w->container);
	w->command = ct_xstrdup("sh -c 'a \"b\"\n'");
	w->configured_known = true;
	w->configured = 1ull << 63 | 1;
	w->sysctls = (struct ct_sysctls){ true, 1024, 1, 0 };
	w->first_ns = 5;
	w->last_ns = 6;
	w->start_seen = CT_YES;
	w->end_seen = CT_NO;
	w->reload_seen = CT_YES;
	w->end_code = -9;
	fill_kind(ct_workload__add_kind(w));
	ct_workload__add_kind(w)->key.nr = CT_NR_NONE;
	act->key = (struct ct_act_key){
		.cgroup = 8,
		.a = 1,
		.b = 2,
		.c = UINT64_MAX,
		.before = 4,
		.entry = 1,
		.nr = 126,
		.sel = 5,
		.type = CT_ACT_CAPSET,
		.ok = 1,
		.asked = 1,
	};
	act->syscall = ct_xstrdup("capset");
	act->count = 3;
	act->proc = (struct ct_proc){ .pid = 4, .tid = 5, .ppid = 6, .comm = "a", .pcomm = "b" };
	exec->entry = 7;
	exec->was = CT_ENTRY_SETUP;
	exec->ns = 11;
	exec->file = ct_xstrdup("/usr/bin/ping");
	exec->argv = ct_xstrdup("ping -c 1 localhost");
	fill_creds(&exec->creds);
	exec->count = 2;
	exec->fcaps = CT_CAP(NET_RAW);
	exec->fcaps_effective = true;
	exec->setuid = true;
	*exit = (struct ct_exit){
		.entry = 1, .ns = 12, .code = 0x8b, .pid = 44, .comm = ct_xstrdup("ping")
	};
}

static struct ct_session *full_session(void)
{
	struct ct_session *s = ct_session__new();

	s->host = (struct ct_host){
		.captrim = ct_xstrdup("0.1.0"),
		.kernel = ct_xstrdup("6.18.0"),
		.arch = ct_xstrdup("x86_64"),
		.backend = ct_xstrdup("tp_btf"),
		.boot_id = ct_xstrdup("b-o-o-t"),
		.cgroup = 3,
		.start_ms = -1,
		.start_ns = INT64_MAX,
		.end_ns = UINT64_MAX,
		.cap_last = 40,
		.outcomes = CT_YES,
		.syscalls = CT_NO,
	};
	s->losses = (struct ct_losses){ 1, 2, 3, 4, 5, 6, 7, 8, 9, false };
	fill_workload(ct_session__add(s, "unit.service"));
	ct_session__add(s, "empty");
	return s;
}

static void check_kind(const struct ct_kind *a, const struct ct_kind *b)
{
	CU_ASSERT(!memcmp(&a->key, &b->key, sizeof(a->key)));
	UNIT_STR(a->syscall, b->syscall);
	CU_ASSERT_EQUAL(a->count, b->count);
	CU_ASSERT_EQUAL(a->first_ns, b->first_ns);
	CU_ASSERT_EQUAL(a->last_ns, b->last_ns);
	CU_ASSERT_EQUAL_FATAL(a->stack_len, b->stack_len);
	for (size_t i = 0; i < a->stack_len; i++)
		UNIT_STR(a->stack[i], b->stack[i]);
	CU_ASSERT_EQUAL(a->sampled, b->sampled);
	CU_ASSERT(!memcmp(&a->proc, &b->proc, sizeof(a->proc)));
	CU_ASSERT(!memcmp(&a->creds, &b->creds, sizeof(a->creds)));
	CU_ASSERT(!memcmp(a->args, b->args, sizeof(a->args)));
	CU_ASSERT(!memcmp(&a->outcome, &b->outcome, sizeof(a->outcome)));
}

static void check_container(const struct ct_container *a, const struct ct_container *b)
{
	UNIT_STR(a->id, b->id);
	UNIT_STR(a->name, b->name);
	UNIT_STR(a->image, b->image);
	UNIT_STR(a->image_digest, b->image_digest);
	UNIT_STR(a->engine, b->engine);
	UNIT_STR(a->project, b->project);
	UNIT_STR(a->service, b->service);
	UNIT_STR(a->compose_files, b->compose_files);
	UNIT_STR(a->compose_dir, b->compose_dir);
	UNIT_STR(a->user, b->user);
	UNIT_STR(a->network, b->network);
	UNIT_STR(a->pid_mode, b->pid_mode);
	UNIT_STR(a->ipc_mode, b->ipc_mode);
	UNIT_STR(a->health, b->health);
	CU_ASSERT_EQUAL(a->privileged, b->privileged);
	CU_ASSERT_EQUAL(a->userns, b->userns);
	CU_ASSERT_EQUAL(a->no_new_privs, b->no_new_privs);
	CU_ASSERT_EQUAL(a->seccomp, b->seccomp);
}

static void check_events(const struct ct_workload *a, const struct ct_workload *b)
{
	CU_ASSERT(a->nacts == b->nacts && a->nexecs == b->nexecs && a->nexits == b->nexits);
	for (size_t i = 0; i < a->nacts; i++) {
		CU_ASSERT(!memcmp(&a->acts[i].key, &b->acts[i].key, sizeof(a->acts[i].key)));
		CU_ASSERT(!memcmp(&a->acts[i].proc, &b->acts[i].proc, sizeof(a->acts[i].proc)));
		UNIT_STR(a->acts[i].syscall, b->acts[i].syscall);
		CU_ASSERT_EQUAL(a->acts[i].count, b->acts[i].count);
	}
	for (size_t i = 0; i < a->nexecs; i++) {
		const struct ct_exec *x = &a->execs[i], *y = &b->execs[i];

		CU_ASSERT(x->entry == y->entry && x->was == y->was && x->ns == y->ns);
		UNIT_STR(x->file, y->file);
		UNIT_STR(x->argv, y->argv);
		CU_ASSERT(!memcmp(&x->creds, &y->creds, sizeof(x->creds)));
		CU_ASSERT(x->count == y->count && x->fcaps == y->fcaps);
		CU_ASSERT(x->fcaps_effective == y->fcaps_effective && x->setuid == y->setuid);
	}
	for (size_t i = 0; i < a->nexits; i++) {
		const struct ct_exit *x = &a->exits[i], *y = &b->exits[i];

		CU_ASSERT(x->entry == y->entry && x->ns == y->ns && x->code == y->code);
		CU_ASSERT_EQUAL(x->pid, y->pid);
		UNIT_STR(x->comm, y->comm);
	}
}

static void check_workload(const struct ct_workload *a, const struct ct_workload *b)
{
	UNIT_STR(a->id, b->id);
	UNIT_STR(a->short_id, b->short_id);
	CU_ASSERT(a->kind == b->kind && a->runtime == b->runtime);
	UNIT_STR(a->cgroup_path, b->cgroup_path);
	check_container(&a->container, &b->container);
	UNIT_STR(a->command, b->command);
	CU_ASSERT_EQUAL(a->configured_known, b->configured_known);
	CU_ASSERT_EQUAL(a->configured, b->configured);
	CU_ASSERT_EQUAL(a->sysctls.known, b->sysctls.known);
	CU_ASSERT_EQUAL(a->sysctls.port_start, b->sysctls.port_start);
	CU_ASSERT_EQUAL(a->sysctls.ping_low, b->sysctls.ping_low);
	CU_ASSERT_EQUAL(a->sysctls.ping_high, b->sysctls.ping_high);
	CU_ASSERT(a->first_ns == b->first_ns && a->last_ns == b->last_ns);
	CU_ASSERT_EQUAL(a->start_seen, b->start_seen);
	CU_ASSERT_EQUAL(a->end_seen, b->end_seen);
	CU_ASSERT_EQUAL(a->reload_seen, b->reload_seen);
	CU_ASSERT_EQUAL(a->end_code, b->end_code);
	CU_ASSERT_EQUAL_FATAL(a->nkinds, b->nkinds);
	for (size_t i = 0; i < a->nkinds; i++)
		check_kind(&a->kinds[i], &b->kinds[i]);
	check_events(a, b);
}

static void check_session(const struct ct_session *a, const struct ct_session *b)
{
	UNIT_STR(a->host.captrim, b->host.captrim);
	UNIT_STR(a->host.kernel, b->host.kernel);
	UNIT_STR(a->host.arch, b->host.arch);
	UNIT_STR(a->host.backend, b->host.backend);
	UNIT_STR(a->host.boot_id, b->host.boot_id);
	CU_ASSERT(!memcmp(&a->host.cgroup, &b->host.cgroup, sizeof(int)));
	CU_ASSERT(a->host.start_ms == b->host.start_ms && a->host.start_ns == b->host.start_ns);
	CU_ASSERT(a->host.end_ns == b->host.end_ns && a->host.cap_last == b->host.cap_last);
	CU_ASSERT(a->host.outcomes == b->host.outcomes && a->host.syscalls == b->host.syscalls);
	CU_ASSERT(!memcmp(&a->losses, &b->losses, sizeof(a->losses)));
	CU_ASSERT_EQUAL_FATAL(a->nworkloads, b->nworkloads);
	for (size_t i = 0; i < a->nworkloads; i++)
		check_workload(a->workloads[i], b->workloads[i]);
}

static void test_round_trip(void)
{
	ct_autosession struct ct_session *s = full_session(), *back = NULL;
	ct_autofree char *text = text_of(s), *again = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(read_text(text, strlen(text), &back, &err), 0);
	UNIT_STR(err.msg, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(back);
	check_session(s, back);
	again = text_of(back);
	UNIT_STR(again, text);
}

/* What no JSON can hold is replaced once, and then stays as it is. */
static void test_hostile_names(void)
{
	ct_autosession struct ct_session *s = ct_session__new(), *back = NULL;
	struct ct_workload *w = ct_session__add(s, "\xff\x01\033[31m");
	struct ct_kind *k = ct_workload__add_kind(w);
	ct_autofree char *text = NULL, *again = NULL;

	k->sampled = true;
	memset(k->proc.comm, 0xff, sizeof(k->proc.comm));
	memcpy(k->proc.pcomm, "fourteen bytes\xc3\xa4", 16);
	w->command = ct_xstrdup("\xed\xa0\x80\xc3");
	text = text_of(s);
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	CU_ASSERT_EQUAL_FATAL(read_text(text, strlen(text), &back, NULL), 0);
	UNIT_STR(back->workloads[0]->id, "\xef\xbf\xbd\x01\033[31m");
	UNIT_STR(back->workloads[0]->kinds[0].proc.comm, "???????????????");
	UNIT_STR(back->workloads[0]->kinds[0].proc.pcomm, "fourteen bytes?");
	again = text_of(back);
	UNIT_STR(again, text);
}

/* Cut at every byte: readable as soon as the header is whole, and says so. */
static void test_truncated(void)
{
	ct_autosession struct ct_session *s = full_session();
	ct_autofree char *text = text_of(s);
	size_t len = strlen(text), header = strcspn(text, "\n");

	for (size_t cut = 0; cut < len; cut++) {
		ct_autosession struct ct_session *back = NULL;
		ct_autoerr struct ct_err err = { 0 };
		int ret = read_text(text, cut, &back, &err);

		if (cut < header) {
			CU_ASSERT_EQUAL(ret, -EINVAL);
			CU_ASSERT_PTR_NULL(back);
			continue;
		}
		CU_ASSERT_EQUAL(ret, 0);
		/* Without the last newline nothing is missing. */
		CU_ASSERT(back && back->losses.truncated == (cut < len - 1));
		CU_ASSERT(back && back->nworkloads <= 2);
	}
}

/* A cut recording that is written again stays one. */
static void test_truncated_again(void)
{
	ct_autosession struct ct_session *s = full_session(), *back = NULL;
	ct_autofree char *text = NULL;

	s->losses.truncated = true;
	text = text_of(s);
	CU_ASSERT_EQUAL_FATAL(read_text(text, strlen(text), &back, NULL), 0);
	CU_ASSERT_TRUE(back->losses.truncated);
}

#define HEAD	 "{\"schema\":\"captrim.recording/1\"}\n"
#define WORKLOAD HEAD "{\"type\":\"workload\",\"id\":\"a\"}\n"
#define END	 "{\"type\":\"trailer\"}\n"

static void test_lenient(void)
{
	static const char text[] = HEAD "{\"type\":\"workload\",\"id\":\"a\",\"new\":[1,{}]}\r\n"
					"\n"
					"{\"type\":\"invented\",\"workload\":99}\n"
					"{\"type\":\"kind\",\"workload\":0,\"cap\":\"0x15\"}\n" END;
	ct_autosession struct ct_session *s = NULL;

	CU_ASSERT_EQUAL_FATAL(read_text(text, strlen(text), &s, NULL), 0);
	CU_ASSERT_FALSE(s->losses.truncated);
	CU_ASSERT_EQUAL(s->workloads[0]->nkinds, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].key.cap, CAP_SYS_ADMIN);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].key.nr, CT_NR_NONE);
	CU_ASSERT_EQUAL(s->workloads[0]->container.privileged, CT_UNKNOWN);
	CU_ASSERT_EQUAL(s->workloads[0]->reload_seen, CT_UNKNOWN);
	CU_ASSERT_EQUAL(s->host.outcomes, CT_UNKNOWN);
}

static const struct {
	const char *text, *message; /* its beginning */
} wrong[] = {
	{ "", "rec is empty; give a file" },
	{ "\n", "rec:1: this is not a recording (" },
	{ "services:\n  web:\n", "rec:1: this is not a recording (" },
	{ "\177ELF\n", "rec:1: this is not a recording (" },
	{ "{}\n", "rec:1: this is not a recording; give a file" },
	{ "[]\n", "rec:1: this is not a recording; give a file" },
	{ "{\"schema\":1}\n", "rec:1: this is not a recording; give a file" },
	{ "{\"schema\":\"captrim.advice/1\"}\n", "rec:1: this is not a recording; give a file" },
	{ "{\"schema\":\"captrim.recording/2\"}\n", "rec:1: the recording has another format" },
	{ "{\"schema\":\"captrim.recording/1\",\"cap_last\":64}\n",
	  "rec:1: \"cap_last\" is not a number from 0 to 63; the file is damaged" },
	{ HEAD "{\n" END, "rec:2: this is not JSON (" },
	{ HEAD "{\"type\":\"x\",\"type\":\"x\"}\n" END, "rec:2: this is not JSON (" },
	{ HEAD "{\"type\":\"\xff\"}\n" END, "rec:2: this is not JSON (" },
	{ HEAD "[]\n", "rec:2: \"type\" is missing; the file is damaged" },
	{ HEAD HEAD, "rec:2: another recording begins here" },
	{ HEAD END END, "rec:3: more follows the trailer, which must be the last line" },
	{ HEAD "{\"type\":\"workload\"}\n", "rec:2: the workload has no \"id\"" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"kind\":\"pod\"}\n",
	  "rec:2: \"kind\": 'pod' is not known" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"container\":{\"user\":0}}\n",
	  "rec:2: \"container\": \"user\" is not a string" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"sysctls\":[]}\n",
	  "rec:2: \"sysctls\" is not an object" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"start_seen\":1}\n",
	  "rec:2: \"start_seen\" is not true or false" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"end_code\":2147483648}\n",
	  "rec:2: \"end_code\" is out of range" },
	{ HEAD "{\"type\":\"workload\",\"id\":\"a\",\"end_code\":1.5}\n",
	  "rec:2: \"end_code\" is not a whole number" },
	{ HEAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1}\n",
	  "rec:2: \"workload\" must be a number below 0" },
	{ WORKLOAD "{\"type\":\"kind\",\"cap\":1}\n",
	  "rec:3: \"workload\" must be a number below 1" },
	{ WORKLOAD "{\"type\":\"act\",\"workload\":1}\n",
	  "rec:3: \"workload\" must be a number below 1" },
	{ WORKLOAD "{\"type\":\"exit\",\"workload\":-1}\n",
	  "rec:3: \"workload\" must be a number below 1" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0}\n", "rec:3: \"cap\" is missing" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":64}\n",
	  "rec:3: \"cap\" is not a number from 0 to 63" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":-1}\n",
	  "rec:3: \"cap\" is not a number from 0 to 63" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"flags\":65536}\n",
	  "rec:3: \"flags\" is not a number from 0 to 65535" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"nr\":32768}\n",
	  "rec:3: \"nr\" is out of range" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"site\":\"0x\"}\n",
	  "rec:3: \"site\" is not a number from 0 to 18446744073709551615" },
	{ WORKLOAD
	  "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"site\":\"0x12345678123456789\"}\n",
	  "rec:3: \"site\" is not a number" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"stack\":{}}\n",
	  "rec:3: \"stack\" is not an array" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"stack\":[\"a\",1]}\n",
	  "rec:3: \"stack\" holds something other than a string" },
	{ WORKLOAD
	  "{\"type\":\"kind\",\"workload\":0,\"cap\":1,\"sample\":{\"args\":[0,0,0,0,0,0,0]}}\n",
	  "rec:3: \"args\" is not an array of at most 6 numbers" },
	{ WORKLOAD "{\"type\":\"kind\",\"workload\":0,\"cap\":1,"
		   "\"sample\":{\"proc\":{\"comm\":\"sixteen letters!\"}}}\n",
	  "rec:3: \"proc\": \"comm\" is longer than 15 bytes" },
	{ WORKLOAD "{\"type\":\"exit\",\"workload\":0,\"comm\":\"\\u0000\"}\n" END,
	  "rec:3: this is not JSON (" },
	{ WORKLOAD "{\"type\":\"trailer\",\"losses\":{\"kinds\":-1}}\n",
	  "rec:3: \"losses\": \"kinds\" is not a number" },
};

static void test_wrong(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++) {
		struct ct_session *s = (struct ct_session *)1;
		ct_autoerr struct ct_err err = { 0 };
		ct_autofree char *start = NULL;

		CU_ASSERT_EQUAL(read_text(wrong[i].text, strlen(wrong[i].text), &s, &err), -EINVAL);
		CU_ASSERT_PTR_EQUAL(s, (struct ct_session *)1);
		start = ct_xstrndup(err.msg ? err.msg : "", strlen(wrong[i].message));
		UNIT_STR(start, wrong[i].message);
		CU_ASSERT(err.msg && strstr(err.msg, "; "));
		CU_ASSERT_EQUAL(read_text(wrong[i].text, strlen(wrong[i].text), &s, NULL), -EINVAL);
	}
}

static void test_long_line(void)
{
	size_t len = (16u << 20) + 10000;
	ct_autofree char *text = ct_xzalloc(len + 1);
	ct_autosession struct ct_session *s = NULL;
	ct_autoerr struct ct_err err = { 0 };

	memset(text, ' ', len);
	memcpy(text, HEAD, strlen(HEAD));
	CU_ASSERT_EQUAL(read_text(text, len, &s, &err), -EINVAL);
	UNIT_STR(err.msg,
		 "rec:2: the line is longer than 16 MiB; the file is damaged, record again");
}

static void test_files(void)
{
	char path[] = "/tmp/captrim-test-XXXXXX";
	ct_autosession struct ct_session *s = full_session(), *back = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_recording__read("/nonexistent", &back, &err), -ENOENT);
	UNIT_STR(err.msg, "cannot read /nonexistent: No such file or directory");
	CU_ASSERT_EQUAL(ct_recording__read("/", &back, &err), -EISDIR);
	CU_ASSERT_EQUAL(ct_recording__write(s, "/nonexistent/x", &err), -ENOENT);
	CU_ASSERT_EQUAL(ct_recording__write(s, "/dev/full", &err), -ENOSPC);
	CU_ASSERT_FATAL(mkdtemp(path) != NULL);
	ct_autofree char *file = ct_xasprintf("%s/rec", path);

	CU_ASSERT_EQUAL(ct_recording__write(s, file, &err), 0);
	CU_ASSERT_EQUAL_FATAL(ct_recording__read(file, &back, &err), 0);
	check_session(s, back);
	unlink(file);
	rmdir(path);
}

static CU_TestInfo tests[] = {
	{ "round trip", test_round_trip },
	{ "hostile names", test_hostile_names },
	{ "truncated", test_truncated },
	{ "truncated again", test_truncated_again },
	{ "lenient", test_lenient },
	{ "wrong", test_wrong },
	{ "long line", test_long_line },
	{ "files", test_files },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("recording", tests)

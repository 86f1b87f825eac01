/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Docker API without a daemon: answers of Docker 20.10, 28 and Podman 4.3, cut down to what is
 * read and around it.
 */
#include <errno.h>

#include "runtime/docker_priv.h"
#include "unit.h"

#define ID  "6a8a75e7d229a46cd1ff981341e3a3562e15cb25e8b3ebe364f7d9d8fb341487"
#define ID2 "1cef01f48eb6464f2305761b1b3edbf66ed5fe87b22573cf51597e520a650848"

static void test_negotiate(void)
{
	static const struct {
		const char *server;
		unsigned int minor; /* 0: refused */
	} t[] = {
		{ "1.41", 41 }, { "1.24", 24 },	  { "1.47", 47 },     { "1.52", 47 },
		{ "2.0", 47 },	{ "1.9", 9 },	  { "1", 0 },	      { "", 0 },
		{ "x.y", 0 },	{ "1.41;rm", 0 }, { "1.41/../x", 0 }, { "99999.1", 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		unsigned int major = 0, minor = 0;
		int rc = ct_docker__negotiate(t[i].server, &major, &minor);

		CU_ASSERT_EQUAL(rc, t[i].minor ? 0 : -EINVAL);
		CU_ASSERT_EQUAL(major, t[i].minor ? 1 : 0);
		CU_ASSERT_EQUAL(minor, t[i].minor);
	}
}

static void test_kernel(void)
{
	static const struct {
		const char *said, *release;
		bool is;
	} t[] = {
		{ "6.1.0-18-amd64", "6.1.0-18-amd64", true },
		{ "6.12.0-amd64", "6.12-amd64", true },
		{ "3.12.0-1-amd64", "3.12-1-amd64", true },
		{ "6.12.0", "6.12", true },
		{ "6.12.0-arm64", "6.12-amd64", false },
		{ "6.12.0.9-amd64", "6.12.9-amd64", false },
		{ "6.12.0-amd64", "6.12.9-amd64", false },
		{ "6.1.0-amd64", "6.12-amd64", false },
		{ ".0x", "x", false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++)
		CU_ASSERT_EQUAL(ct_docker__is_kernel(t[i].said, t[i].release), t[i].is);
}

static json_t *parse(const char *text)
{
	json_error_t bad;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &bad);

	if (!root)
		printf("%s in line %d\n", bad.text, bad.line);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	return root;
}

static void test_info(void)
{
	static const struct {
		const char *options;
		enum ct_seccomp seccomp;
		bool userns, rootless, no_new_privs;
	} t[] = {
		{ "[\"name=seccomp,profile=default\"]", CT_SECCOMP_DEFAULT, 0, 0, 0 },
		{ "[\"name=apparmor\",\"name=seccomp,profile=builtin\",\"name=cgroupns\"]",
		  CT_SECCOMP_DEFAULT, 0, 0, 0 },
		{ "[\"name=seccomp,profile=unconfined\",\"name=userns\"]", CT_SECCOMP_NONE, 1, 0,
		  0 },
		{ "[\"name=seccomp,profile=/etc/docker/s.json\",\"name=no-new-privileges\"]",
		  CT_SECCOMP_CUSTOM, 0, 0, 1 },
		{ "[\"name=rootless\"]", CT_SECCOMP_NONE, 0, 1, 0 },
		{ "[]", CT_SECCOMP_NONE, 0, 0, 0 },
		{ "[7,null]", CT_SECCOMP_NONE, 0, 0, 0 },
		{ "null", CT_SECCOMP_UNKNOWN, 0, 0, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *text = ct_xasprintf("{\"SecurityOptions\":%s}", t[i].options);
		struct ct_docker_info info = { .seccomp = CT_SECCOMP_UNKNOWN };
		ct_autojson json_t *root = parse(text);

		ct_docker_info__parse(root, &info);
		CU_ASSERT_EQUAL(info.seccomp, t[i].seccomp);
		CU_ASSERT_EQUAL(info.userns, t[i].userns);
		CU_ASSERT_EQUAL(info.rootless, t[i].rootless);
		CU_ASSERT_EQUAL(info.no_new_privs, t[i].no_new_privs);
	}
}

/* clang-format off */
/* docker run --cap-add NET_ADMIN --cap-drop MKNOD --security-opt ... on Docker 20.10.24 */
static const char docker_20[] =
	"{\"Id\":\"" ID "\",\"Created\":\"2026-11-24T08:05:03.010598926Z\",\"Path\":\"sleep\","
	"\"Args\":[\"5\"],\"State\":{\"Status\":\"running\",\"Running\":true,\"Pid\":11807,"
	"\"Health\":{\"Status\":\"healthy\",\"FailingStreak\":0,\"Log\":[]}},"
	"\"Image\":\"sha256:3f32168df8a797074138a29dca4c29e2225762b1c373481601bbf1783548ae82\","
	"\"Name\":\"/atA\",\"Driver\":\"overlay2\",\"AppArmorProfile\":\"\",\"ExecIDs\":null,"
	"\"HostConfig\":{\"Binds\":null,\"NetworkMode\":\"default\",\"CapAdd\":[\"CAP_NET_ADMIN\"],"
	"\"CapDrop\":[\"CAP_MKNOD\"],\"CgroupnsMode\":\"host\",\"IpcMode\":\"private\","
	"\"PidMode\":\"\",\"Privileged\":false,\"SecurityOpt\":[\"no-new-privileges\","
	"\"seccomp=unconfined\"],\"UTSMode\":\"\",\"UsernsMode\":\"\",\"Runtime\":\"runc\"},"
	"\"Mounts\":[],\"Config\":{\"Hostname\":\"6a8a75e7d229\",\"User\":\"1000:1000\","
	"\"Cmd\":[\"sleep\",\"5\"],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\","
	"\"true && echo \\\"hi there\\\"\"],\"Interval\":1000000000},"
	"\"Image\":\"workloads:bookworm\",\"Entrypoint\":null,"
	"\"Labels\":{\"com.docker.compose.project\":\"proj\",\"com.docker.compose.service\":\"svc\","
	"\"com.docker.compose.project.config_files\":\"/srv/a.yaml,/srv/b.yaml\","
	"\"com.docker.compose.project.working_dir\":\"/srv\",\"x.y\":\"z\"}},"
	"\"NetworkSettings\":{\"Networks\":{\"bridge\":{}}}}";

/* Docker 28: null where 20.10 has empty lists, a manifest's descriptor, a shell of the image. */
static const char docker_28[] =
	"{\"Id\":\"" ID "\",\"Name\":\"/web-1\",\"Image\":\"sha256:aaaa\",\"Platform\":\"linux\","
	"\"HostConfig\":{\"NetworkMode\":\"web_default\",\"CapAdd\":null,\"CapDrop\":null,"
	"\"CgroupnsMode\":\"private\",\"IpcMode\":\"private\",\"PidMode\":\"host\","
	"\"Privileged\":true,\"SecurityOpt\":[\"label=disable\"],\"UsernsMode\":\"host\"},"
	"\"Config\":{\"User\":\"\",\"Image\":\"nginx:1.27\",\"Healthcheck\":{\"Test\":[\"CMD-SHELL\","
	"\"curl -f localhost\"]},\"Shell\":[\"/bin/bash\",\"-ec\"],\"Labels\":{}},"
	"\"ImageManifestDescriptor\":{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
	"\"digest\":\"sha256:bbbb\",\"size\":1}}";

/* podman run --network none --uidmap 0:100000:1000, /v4.3.1/libpod/containers/pC/json */
static const char podman_4[] =
	"{\"Id\":\"" ID2 "\",\"State\":{\"OciVersion\":\"1.0.2-dev\",\"Pid\":13152,\"ConmonPid\":13142,"
	"\"CgroupPath\":\"/libpod_parent/libpod-" ID2 "\"},"
	"\"Image\":\"0a298a04097eb3d6f6c77aa570765e02ee438130673efb2c7a7758e51be41bf4\","
	"\"ImageDigest\":\"sha256:33745b07515544507103e27fa76b0e00ba639892677fc61b0ce920c169163e0f\","
	"\"ImageName\":\"localhost/att:1\",\"Pod\":\"\",\"OCIRuntime\":\"runc\",\"Name\":\"pC\","
	"\"EffectiveCaps\":[\"CAP_NET_ADMIN\"],"
	"\"BoundingCaps\":[\"CAP_CHOWN\",\"CAP_NET_ADMIN\",\"CAP_CHECKPOINT_RESTORE\"],"
	"\"Config\":{\"User\":\"\",\"Image\":\"localhost/att:1\",\"Labels\":null,"
	"\"Annotations\":{\"io.container.manager\":\"libpod\"},\"Entrypoint\":\"\",\"StopSignal\":15},"
	"\"HostConfig\":{\"NetworkMode\":\"none\",\"CapAdd\":[\"CAP_NET_ADMIN\"],"
	"\"CapDrop\":[\"CAP_KILL\"],\"IpcMode\":\"shareable\",\"PidMode\":\"private\","
	"\"Privileged\":false,\"SecurityOpt\":[],\"UsernsMode\":\"private\","
	"\"IDMappings\":{\"UidMap\":[\"0:100000:1000\"],\"GidMap\":[\"0:100000:1000\"]}}}";
/* clang-format on */

static const struct ct_docker_info docker_info = {
	.runtime = CT_RT_DOCKER,
	.seccomp = CT_SECCOMP_DEFAULT,
	.version = "20.10.24",
	.caps_all = CT_CAPS_ALL,
};

static struct ct_workload *inspect(struct ct_session *s, const char *text,
				   const struct ct_docker_info *info)
{
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autojson json_t *root = parse(text);

	CU_ASSERT_EQUAL(ct_docker_inspect__parse(root, info, w), 0);
	CU_ASSERT_EQUAL(w->kind, CT_WL_CONTAINER);
	CU_ASSERT_EQUAL(w->runtime, info->runtime);
	return w;
}

static void test_inspect_docker_20(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = inspect(s, docker_20, &docker_info);
	struct ct_container *c = &w->container;

	UNIT_STR(c->id, ID);
	UNIT_STR(c->name, "atA");
	UNIT_STR(c->image, "workloads:bookworm");
	UNIT_STR(c->image_digest,
		 "sha256:3f32168df8a797074138a29dca4c29e2225762b1c373481601bbf1783548ae82");
	UNIT_STR(c->engine, "20.10.24");
	UNIT_STR(c->project, "proj");
	UNIT_STR(c->service, "svc");
	UNIT_STR(c->compose_files, "/srv/a.yaml,/srv/b.yaml");
	UNIT_STR(c->compose_dir, "/srv");
	UNIT_STR(c->user, "1000:1000");
	UNIT_STR(c->network, "bridge");
	UNIT_STR(c->pid_mode, "private");
	UNIT_STR(c->ipc_mode, "private");
	UNIT_STR(c->health, "/bin/sh -c true && echo \"hi there\"");
	CU_ASSERT_EQUAL(c->privileged, CT_NO);
	CU_ASSERT_EQUAL(c->userns, CT_NO);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_YES);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_NONE);
	CU_ASSERT(w->configured_known);
	CU_ASSERT_EQUAL(w->configured,
			(CT_CAPS_DOCKER_DEFAULT | CT_CAP(NET_ADMIN)) & ~CT_CAP(MKNOD));
}

/* By when it started and ended, if at all; what was known first stays. */
static void test_ran_before(void)
{
#define STATE(running, started, finished)                                                  \
	"{\"Id\":\"" ID "\",\"Name\":\"/web\",\"HostConfig\":{},\"Config\":{},\"State\":{" \
	"\"Running\":" running ",\"StartedAt\":\"" started "\",\"FinishedAt\":\"" finished "\"}}"
#define TIMES(started, finished) STATE("true", started, finished)
	static const struct {
		const char *text;
		enum ct_tristate before;
	} t[] = {
		{ TIMES("2026-11-24T08:05:03.2Z", "0001-01-01T00:00:00Z"), CT_NO },
		{ TIMES("2026-11-24T08:05:03.2Z", "2026-11-24T08:05:02.9Z"), CT_YES },
		{ TIMES("2026-11-24T08:05:03.2Z", "2026-11-24T08:05:03.19Z"), CT_YES },
		{ TIMES("2026-11-24T08:05:03.2Z", "2026-11-24T08:05:03Z"), CT_YES },
		{ TIMES("2026-11-24T08:05:03.2Z", "2026-11-24T08:05:03.21Z"), CT_UNKNOWN },
		{ TIMES("2026-11-24T08:05:03Z", "2026-11-24T08:05:03.1Z"), CT_UNKNOWN },
		{ TIMES("2026-11-24T08:05:03.2+01:00", "2026-11-24T08:05:03.2+01:00"), CT_UNKNOWN },
		{ TIMES("2026-11-24T08:05:03.2Z", "2026-11-24T08:06:03Z"), CT_UNKNOWN },
		{ TIMES("", ""), CT_UNKNOWN },
		/* The first one, which has ended; its start was noted late. */
		{ STATE("false", "2026-11-24T08:05:03.2Z", "2026-11-24T08:05:03.1Z"), CT_UNKNOWN },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = inspect(s, t[i].text, &docker_info);
		ct_autojson json_t *again = parse(t[1].text);

		CU_ASSERT_EQUAL(w->container.ran_before, t[i].before);
		CU_ASSERT_EQUAL(ct_docker_inspect__parse(again, &docker_info, w), 0);
		CU_ASSERT_EQUAL(w->container.ran_before,
				t[i].before == CT_UNKNOWN ? CT_YES : t[i].before);
	}
#undef TIMES
#undef STATE
}

static void test_inspect_docker_28(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_docker_info info = docker_info;
	struct ct_workload *w;

	info.userns = true; /* the daemon remaps, this container does not want it */
	info.no_new_privs = true;
	w = inspect(s, docker_28, &info);
	UNIT_STR(w->container.name, "web-1");
	UNIT_STR(w->container.image, "nginx:1.27");
	UNIT_STR(w->container.project, NULL);
	UNIT_STR(w->container.network, "web_default");
	UNIT_STR(w->container.pid_mode, "host");
	UNIT_STR(w->container.health, "/bin/bash -ec curl -f localhost");
	UNIT_STR(w->container.user, "");
	CU_ASSERT_EQUAL(w->container.privileged, CT_YES);
	CU_ASSERT_EQUAL(w->container.userns, CT_NO);
	CU_ASSERT_EQUAL(w->container.no_new_privs, CT_YES);
	CU_ASSERT_EQUAL(w->container.seccomp, CT_SECCOMP_NONE);
	CU_ASSERT_EQUAL(w->configured, CT_CAPS_ALL);
}

static void test_inspect_podman(void)
{
	struct ct_docker_info info = { .runtime = CT_RT_PODMAN, .seccomp = CT_SECCOMP_DEFAULT };
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = inspect(s, podman_4, &info);
	struct ct_container *c = &w->container;

	UNIT_STR(c->name, "pC");
	UNIT_STR(c->image, "localhost/att:1");
	UNIT_STR(c->image_digest,
		 "sha256:33745b07515544507103e27fa76b0e00ba639892677fc61b0ce920c169163e0f");
	UNIT_STR(c->network, "none");
	UNIT_STR(c->ipc_mode, "shareable");
	UNIT_STR(c->health, NULL);
	CU_ASSERT_EQUAL(c->userns, CT_YES);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_NO);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_DEFAULT);
	CU_ASSERT_EQUAL(w->configured,
			CT_CAP(CHOWN) | CT_CAP(NET_ADMIN) | CT_CAP(CHECKPOINT_RESTORE));
}

/* One whose low-level runtime has a kernel of its own is not the engine's to the judge. */
static void test_inspect_guests(void)
{
	static const struct {
		const char *from, *to;
		enum ct_runtime runtime;
	} cases[] = {
		{ "\"Runtime\":\"runc\"", "\"Runtime\":\"runc\"", CT_RT_DOCKER },
		{ "\"HostConfig\":{", "\"HostConfig\":{\"Runtime\":\"runsc-kvm\",", CT_RT_GVISOR },
		{ "\"HostConfig\":{", "\"HostConfig\":{\"Runtime\":\"io.containerd.kata.v2\",",
		  CT_RT_KATA },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		const char *at = strstr(docker_28, cases[i].from);
		ct_autofree char *text = at ? ct_xasprintf("%.*s%s%s", (int)(at - docker_28),
							   docker_28, cases[i].to,
							   at + strlen(cases[i].from)) :
					      ct_xstrdup(docker_28);
		ct_autojson json_t *root = parse(text);
		struct ct_workload *w = ct_session__add(s, "x");

		CU_ASSERT_EQUAL(ct_docker_inspect__parse(root, &docker_info, w), 0);
		CU_ASSERT_EQUAL(w->runtime, cases[i].runtime);
		UNIT_STR(w->container.name, "web-1");
	}
}

/* dockershim and cri-dockerd: labels that anybody can set count in the pod's own cgroup alone. */
static void test_inspect_pods(void)
{
	static const char uid[] = "0a1b2c3d-1111-2222-3333-444455556666";
	static const char name[] = "k8s_nginx_web-7d4b9c6f5d-x7k2p_shop_0a1b2c3d_0";
	static const struct {
		const char *parent, *type, *uid, *name, *pod;
	} cases[] = {
		{ "/kubepods/besteffort/pod0a1b2c3d-1111-2222-3333-444455556666", "container", uid,
		  "shop/web-7d4b9c6f5d-x7k2p/nginx", uid },
		{ "kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice", "container",
		  uid, "shop/web-7d4b9c6f5d-x7k2p/nginx", uid },
		{ "kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice", "podsandbox",
		  uid, "shop/web-7d4b9c6f5d-x7k2p/POD", uid },
		/* Docker's own, another pod's, and one without the label. */
		{ "", "container", uid, name, NULL },
		{ "/kubepods/besteffort/pod0a1b2c3d-1111-2222-3333-444455557777", "container", uid,
		  name, NULL },
		{ "/kubepods/besteffort/pod0a1b2c3d-1111-2222-3333-444455556666", "container", "",
		  name, NULL },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autojson json_t *root =
			json_pack("{s:s, s:s, s:{s:s}, s:{s:{s:s, s:s, s:s, s:s, s:s}}}", "Id", ID,
				  "Name", "/k8s_nginx_web-7d4b9c6f5d-x7k2p_shop_0a1b2c3d_0",
				  "HostConfig", "CgroupParent", cases[i].parent, "Config", "Labels",
				  "io.kubernetes.docker.type", cases[i].type,
				  "io.kubernetes.container.name", "nginx", "io.kubernetes.pod.name",
				  "web-7d4b9c6f5d-x7k2p", "io.kubernetes.pod.namespace", "shop",
				  "io.kubernetes.pod.uid", cases[i].uid);
		struct ct_workload *w = ct_session__add(s, "x");

		CU_ASSERT_EQUAL(ct_docker_inspect__parse(root, &docker_info, w), 0);
		UNIT_STR(w->container.name, cases[i].name);
		UNIT_STR(w->container.pod_uid, cases[i].pod);
		UNIT_STR(w->container.owner, cases[i].pod ? "Deployment/web" : NULL);
	}
}

/* Anything may come: wrong types are like missing members, and what has no Id is not a container.
 */
static void test_inspect_hostile(void)
{
	static const char *const refused[] = {
		"{}",
		"[]",
		"{\"Id\":7,\"HostConfig\":{},\"Config\":{}}",
		"{\"Id\":\"x\",\"HostConfig\":[],\"Config\":{}}",
		"{\"Id\":\"x\",\"HostConfig\":{}}",
	};
	static const char odd[] =
		"{\"Id\":\"x\",\"Name\":[],\"Image\":1,\"HostConfig\":{\"CapAdd\":{\"a\":1},"
		"\"CapDrop\":[1,null,\"NOSUCH\"],\"Privileged\":\"yes\",\"SecurityOpt\":[{},\"\","
		"\"no-new-privileges=false\",\"seccomp\"],\"NetworkMode\":{}},"
		"\"Config\":{\"Labels\":[],\"User\":0,\"Healthcheck\":{\"Test\":\"CMD\"}}}";
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "untouched");

	for (size_t i = 0; i < CT_ARRAY_SIZE(refused); i++) {
		ct_autojson json_t *root = parse(refused[i]);

		CU_ASSERT_EQUAL(ct_docker_inspect__parse(root, &docker_info, w), -EBADMSG);
		CU_ASSERT_PTR_NULL(w->container.id);
		CU_ASSERT(!w->configured_known);
	}
	w->container.name = ct_xstrdup("known before");
	{
		ct_autojson json_t *root = parse(odd);

		CU_ASSERT_EQUAL(ct_docker_inspect__parse(root, &docker_info, w), 0);
	}
	UNIT_STR(w->container.name, "known before");
	UNIT_STR(w->container.network, NULL);
	CU_ASSERT_EQUAL(w->container.privileged, CT_UNKNOWN);
	CU_ASSERT_EQUAL(w->container.userns, CT_UNKNOWN);
	CU_ASSERT_EQUAL(w->container.no_new_privs, CT_NO);
	CU_ASSERT_EQUAL(w->container.seccomp, CT_SECCOMP_DEFAULT);
	CU_ASSERT_EQUAL(w->configured, CT_CAPS_DOCKER_DEFAULT);
}

static void test_security_opts(void)
{
	static const struct {
		const char *opts;
		enum ct_tristate privileged, no_new_privs;
		enum ct_seccomp seccomp;
	} t[] = {
		{ "null", CT_NO, CT_NO, CT_SECCOMP_DEFAULT },
		{ "[\"no-new-privileges:true\"]", CT_NO, CT_YES, CT_SECCOMP_DEFAULT },
		{ "[\"no-new-privileges=1\"]", CT_NO, CT_YES, CT_SECCOMP_DEFAULT },
		{ "[\"no-new-privileges:false\"]", CT_NO, CT_NO, CT_SECCOMP_DEFAULT },
		{ "[\"no-new-privileges-not\"]", CT_NO, CT_NO, CT_SECCOMP_DEFAULT },
		{ "[\"seccomp:unconfined\"]", CT_NO, CT_NO, CT_SECCOMP_NONE },
		{ "[\"seccomp=builtin\"]", CT_NO, CT_NO, CT_SECCOMP_DEFAULT },
		{ "[\"seccomp={\\\"defaultAction\\\":1}\"]", CT_NO, CT_NO, CT_SECCOMP_CUSTOM },
		{ "[]", CT_YES, CT_NO, CT_SECCOMP_NONE },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *text = ct_xasprintf("{\"Id\":\"x\",\"Config\":{},\"HostConfig\":{"
						      "\"Privileged\":%s,\"SecurityOpt\":%s}}",
						      t[i].privileged ? "true" : "false",
						      t[i].opts);
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = inspect(s, text, &docker_info);

		CU_ASSERT_EQUAL(w->container.privileged, t[i].privileged);
		CU_ASSERT_EQUAL(w->container.no_new_privs, t[i].no_new_privs);
		CU_ASSERT_EQUAL(w->container.seccomp, t[i].seccomp);
	}
}

/* As moby's TweakCapabilities: what is added wins, ALL before everything. */
static void test_caps(void)
{
	const uint64_t all = CT_CAPS_ALL, def = CT_CAPS_DOCKER_DEFAULT;
	const struct {
		bool privileged;
		const char *add, *drop;
		uint64_t set;
	} t[] = {
		{ false, "null", "null", def },
		{ false, "[]", "[\"ALL\"]", 0 },
		{ false, "[\"CHOWN\",\"CAP_SYS_TIME\"]", "[\"all\"]",
		  CT_CAP(CHOWN) | CT_CAP(SYS_TIME) },
		{ false, "[\"ALL\"]", "[\"CAP_SYS_ADMIN\"]", all & ~CT_CAP(SYS_ADMIN) },
		{ false, "[\"CAP_ALL\"]", "[\"ALL\"]", all },
		{ false, "[\"KILL\"]", "[\"KILL\",\"CHOWN\"]", def & ~CT_CAP(CHOWN) },
		{ false, "[\"net_admin\"]", "null", def | CT_CAP(NET_ADMIN) },
		{ true, "null", "[\"ALL\"]", all },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *text = ct_xasprintf("[%s,%s]", t[i].add, t[i].drop);
		ct_autojson json_t *both = parse(text);

		CU_ASSERT_EQUAL(ct_docker__caps(&docker_info, t[i].privileged,
						json_array_get(both, 0), json_array_get(both, 1)),
				t[i].set);
	}
}

static void test_health(void)
{
	static const struct {
		const char *config, *command;
	} t[] = {
		{ "{}", NULL },
		{ "{\"Healthcheck\":null}", NULL },
		{ "{\"Healthcheck\":{\"Test\":[]}}", NULL },
		{ "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}", NULL },
		{ "{\"Healthcheck\":{\"Test\":[1]}}", NULL },
		{ "{\"Healthcheck\":{\"Test\":[\"CMD\",\"curl\",\"-f\",\"http://x\"]}}",
		  "curl -f http://x" },
		{ "{\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a || b\"]}}", "/bin/sh -c a || b" },
		{ "{\"Shell\":[],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a\"]}}",
		  "/bin/sh -c a" },
		{ "{\"Shell\":[\"/bin/"
		  "ash\",\"-c\"],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a\"]}}",
		  "/bin/ash -c a" },
		{ "{\"Healthcheck\":{\"Test\":[\"pg_isready\",\"-q\"]}}", "pg_isready -q" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autojson json_t *config = parse(t[i].config);
		ct_autofree char *command = ct_docker_health__command(config);

		UNIT_STR(command, t[i].command);
	}
}

/* clang-format off */
#define EVENT(type, action, attrs)                                                      \
	"{\"status\":\"x\",\"id\":\"y\",\"from\":\"z\",\"Type\":\"" type "\",\"Action\":\"" action \
	"\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{" attrs "}},\"scope\":\"local\","      \
	"\"time\":1795507503,\"timeNano\":1795507503045555236}\n"

static const char stream[] =
	EVENT("container", "create",
	      "\"com.docker.compose.project\":\"proj\",\"com.docker.compose.service\":\"svc\","
	      "\"image\":\"workloads:bookworm\",\"name\":\"atA\",\"x.y\":\"z\"")
	"\n"				   /* some servers send these to keep alive */
	"not json at all\n"
	"{\"Type\":\"container\"}\n"
	EVENT("image", "pull", "\"name\":\"alpine\"")
	EVENT("container", "exec_create: /bin/sh -c a \\u0026\\u0026 b", "\"name\":\"atA\"")
	EVENT("container", "die", "\"exitCode\":\"137\",\"name\":\"atA\"")
	EVENT("container", "died", "\"containerExitCode\":\"3\",\"name\":\"pA\"") /* libpod */
	EVENT("container", "remove", "\"containerExitCode\":\"0\",\"name\":\"pA\"")
	EVENT("container", "die", "\"exitCode\":\"12x\"")
	EVENT("container", "create", "\"name\":\"cut off");
/* clang-format on */

struct seen {
	struct ct_str actions;
	unsigned int count;
};

static void see(struct seen *seen, const char *line, size_t len)
{
	ct_autojson json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	struct ct_engine_event ev;

	if (!ct_docker_event__parse(root, "x.y", &ev))
		return;
	UNIT_STR(ev.id, ID);
	CU_ASSERT_EQUAL(ev.time_ns, 1795507503045555236);
	if (!seen->count++) {
		UNIT_STR(ev.name, "atA");
		UNIT_STR(ev.image, "workloads:bookworm");
		UNIT_STR(ev.label, "z");
		UNIT_STR(ev.project, "proj");
		UNIT_STR(ev.service, "svc");
	} else {
		UNIT_STR(ev.label, NULL);
		UNIT_STR(ev.project, NULL);
	}
	ct_str__addf(&seen->actions, "%s %d;", ev.action, ev.exit_code);
}

/* The same bytes in pieces of every size give the same events. */
static void test_events(void)
{
	for (size_t piece = 1; piece <= sizeof(stream);
	     piece = piece < 70 ? piece + 1 : piece * 2) {
		struct ct_docker_lines l = { 0 };
		struct seen seen = { 0 };

		for (size_t at = 0; at < sizeof(stream) - 1; at += piece) {
			size_t left = sizeof(stream) - 1 - at, len;
			const char *line;

			ct_docker_lines__add(&l, stream + at, left < piece ? left : piece);
			while ((line = ct_docker_lines__next(&l, &len)))
				see(&seen, line, len);
		}
		UNIT_STR(seen.actions.s, "create -1;exec_create: /bin/sh -c a && b -1;die 137;die "
					 "3;destroy -1;die -1;");
		ct_str__free(&seen.actions);
		ct_str__free(&l.buf);
	}
}

/* A line without end is dropped and counted, not kept; the one after it is read. */
static void test_events_long_line(void)
{
	ct_autofree char *block = ct_xzalloc(1 << 20);
	struct ct_docker_lines l = { 0 };
	size_t len, most = 0;
	const char *line;

	memset(block, 'x', 1 << 20);
	for (int i = 0; i < 20; i++) {
		ct_docker_lines__add(&l, block, 1 << 20);
		CU_ASSERT_PTR_NULL(ct_docker_lines__next(&l, &len));
		most = l.buf.len > most ? l.buf.len : most;
	}
	CU_ASSERT(most <= 6u << 20);
	CU_ASSERT_EQUAL(l.lost, 1);
	ct_docker_lines__add(&l, "rest\nnext\n", 10);
	line = ct_docker_lines__next(&l, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT(len == 4 && !memcmp(line, "next", 4));
	CU_ASSERT_PTR_NULL(ct_docker_lines__next(&l, &len));
	ct_str__free(&l.buf);
}

static CU_TestInfo tests[] = {
	{ "API version", test_negotiate },
	{ "kernel", test_kernel },
	{ "info", test_info },
	{ "inspect: Docker 20.10", test_inspect_docker_20 },
	{ "had run before", test_ran_before },
	{ "inspect: Docker 28", test_inspect_docker_28 },
	{ "inspect: Podman 4.3", test_inspect_podman },
	{ "inspect: gVisor, Kata", test_inspect_guests },
	{ "inspect: pods", test_inspect_pods },
	{ "inspect: hostile", test_inspect_hostile },
	{ "inspect: security options", test_security_opts },
	{ "inspect: capabilities", test_caps },
	{ "inspect: health check", test_health },
	{ "events", test_events },
	{ "events: long line", test_events_long_line },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("docker", tests)

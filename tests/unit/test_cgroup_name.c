/* SPDX-License-Identifier: GPL-2.0-only */
/* What cgroup paths tell: of each runtime, and hostile ones. */
#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/name.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"
#include "unit.h"

#define ID	 "6a8a75e7d229a46cd1ff981341e3a3562e15cb25e8b3ebe364f7d9d8fb341487"
#define ID2	 "1cef01f48eb6464f2305761b1b3edbf66ed5fe87b22573cf51597e520a650848"
#define ID3	 "9c1f0b7e5d3a48269b7f1e0c2d4a6b8897f5e3d1c2b4a69788f0e1d2c3b4a596"
#define POD	 "pod2e6f4b4c-8a0e-4c1e-9f3e-6f3a4d1c9b11"
#define PODSLICE "kubepods-burstable-pod2e6f4b4c_8a0e_4c1e_9f3e_6f3a4d1c9b11.slice"
#define USER	 "/user.slice/user-1000.slice/user@1000.service"

/* root: where the workload's own cgroup ends, below is the part behind it. */
static const struct {
	const char *root, *below;
	enum ct_workload_kind kind;
	enum ct_runtime rt;
	const char *id;
} paths[] = {
	/* Docker */
	{ "/docker/" ID, "", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/docker/" ID, "/init.scope", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/docker/" ID, "/system.slice/nginx.service", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/docker/" ID, "/docker/" ID2, CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/docker/" ID, "/kubelet.slice/kubelet-kubepods.slice/cri-containerd-" ID2 ".scope",
	  CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/docker/6a8a75e7d229", "", CT_WL_CONTAINER, CT_RT_DOCKER, "6a8a75e7d229" },
	{ "/system.slice/docker-" ID ".scope", "", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/system.slice/docker-" ID ".scope", "/foo", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ USER "/user.slice/docker-" ID ".scope", "", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/myparent/" ID, "", CT_WL_CONTAINER, CT_RT_NONE, ID },
	{ "/ecs/0123456789abcdef0123456789abcdef/" ID, "", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/system.slice:docker:" ID, "", CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	/* Podman */
	{ "/libpod_parent/libpod-" ID, "", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ "/machine.slice/libpod-" ID ".scope", "", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ "/machine.slice/libpod-" ID ".scope", "/container", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ USER "/user.slice/libpod-" ID ".scope", "/container", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope", "",
	  CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ "/system.slice/web.service/libpod-payload-" ID, "", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	{ "/system.slice/web.service", "/supervisor", CT_WL_UNIT, CT_RT_SYSTEMD, "web.service" },
	{ "/libpod_parent/libpod-conmon-" ID, "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "libpod-conmon-" ID ".scope" },
	/* Kubernetes */
	{ "/kubepods/burstable/" POD "/" ID, "", CT_WL_CONTAINER, CT_RT_CONTAINERD, ID },
	{ "/kubepods/" POD "/" ID, "/sub", CT_WL_CONTAINER, CT_RT_CONTAINERD, ID },
	{ "/kubepods/besteffort/" POD "/crio-" ID, "", CT_WL_CONTAINER, CT_RT_CRIO, ID },
	{ "/kubepods/besteffort/" POD "/crio-conmon-" ID, "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/kubepods/burstable/" POD, "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/kubepods.slice/kubepods-burstable.slice/" PODSLICE "/cri-containerd-" ID ".scope", "",
	  CT_WL_CONTAINER, CT_RT_CONTAINERD, ID },
	{ "/kubepods.slice/kubepods-burstable.slice/" PODSLICE "/crio-" ID ".scope", "/container",
	  CT_WL_CONTAINER, CT_RT_CRIO, ID },
	{ "/kubepods.slice/kubepods-burstable.slice/" PODSLICE "/docker-" ID ".scope", "",
	  CT_WL_CONTAINER, CT_RT_DOCKER, ID },
	{ "/kubepods.slice/kubepods-burstable.slice/" PODSLICE, "", CT_WL_CGROUP, CT_RT_NONE,
	  NULL },
	{ "/system.slice/containerd.service/" PODSLICE ":cri-containerd:" ID, "", CT_WL_CONTAINER,
	  CT_RT_CONTAINERD, ID },
	/* containerd without Kubernetes */
	{ "/default/redis", "", CT_WL_CONTAINER, CT_RT_CONTAINERD, "redis" },
	{ "/default/redis", "/sub", CT_WL_CONTAINER, CT_RT_CONTAINERD, "redis" },
	{ "/k8s.io/" ID, "", CT_WL_CONTAINER, CT_RT_CONTAINERD, ID },
	{ "/system.slice/nerdctl-" ID ".scope", "", CT_WL_CONTAINER, CT_RT_CONTAINERD, ID },
	{ "/other/redis", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/default", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/default/x.service", "", CT_WL_UNIT, CT_RT_SYSTEMD, "x.service" },
	{ USER "/user.slice/libpod/" ID, "", CT_WL_CONTAINER, CT_RT_PODMAN, ID },
	/* LXC, nspawn */
	{ "/lxc.payload.web-1", "", CT_WL_CONTAINER, CT_RT_LXC, "web-1" },
	{ "/lxc.payload.web", "/system.slice/cron.service", CT_WL_CONTAINER, CT_RT_LXC, "web" },
	{ "/lxc.payload.web", "/docker/" ID, CT_WL_CONTAINER, CT_RT_LXC, "web" },
	{ "/lxc/web", "/init.scope", CT_WL_CONTAINER, CT_RT_LXC, "web" },
	{ "/lxc.payload/web", "", CT_WL_CONTAINER, CT_RT_LXC, "web" },
	{ "/lxc.monitor.web", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/machine.slice/machine-box.scope", "", CT_WL_CONTAINER, CT_RT_NSPAWN, "box" },
	{ "/machine.slice/machine-my\\x2dbox.scope", "/system.slice", CT_WL_CONTAINER, CT_RT_NSPAWN,
	  "my-box" },
	{ "/machine.slice/machine-my\\x2dbox.scope/payload", "/init.scope", CT_WL_CONTAINER,
	  CT_RT_NSPAWN, "my-box" },
	{ "/machine.slice/systemd-nspawn@box.service/payload", "", CT_WL_CONTAINER, CT_RT_NSPAWN,
	  "box" },
	{ "/machine.slice/systemd-nspawn@box.service", "/supervisor", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "systemd-nspawn@box.service" },
	{ "/payload", "/system.slice/cron.service", CT_WL_CONTAINER, CT_RT_NSPAWN, "payload" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "/libvirt/vcpu0", CT_WL_UNIT,
	  CT_RT_SYSTEMD, "machine-qemu\\x2d1\\x2dvm.scope" },
	/* systemd */
	{ "/system.slice/nginx.service", "", CT_WL_UNIT, CT_RT_SYSTEMD, "nginx.service" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "getty@tty1.service" },
	{ "/system.slice/docker.service", "", CT_WL_UNIT, CT_RT_SYSTEMD, "docker.service" },
	{ "/system.slice/ssh.service", "/a/b.service", CT_WL_UNIT, CT_RT_SYSTEMD, "ssh.service" },
	{ "/system.slice/systemd-udevd.service", "/udev", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "systemd-udevd.service" },
	{ "/user.slice/user-0.slice/session-3.scope", "", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "session-3.scope" },
	{ "/init.scope", "", CT_WL_UNIT, CT_RT_SYSTEMD, "init.scope" },
	{ USER, "", CT_WL_UNIT, CT_RT_SYSTEMD, "user@1000.service" },
	{ USER, "/init.scope", CT_WL_UNIT, CT_RT_SYSTEMD, "user@1000.service" },
	{ USER "/app.slice/foo.service", "/x", CT_WL_UNIT, CT_RT_SYSTEMD,
	  "user@1000.service/foo.service" },
	/* nothing of these */
	{ "", "", CT_WL_CGROUP, CT_RT_NONE, "/" },
	{ "/", "", CT_WL_CGROUP, CT_RT_NONE, "/" },
	{ "/system.slice", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/docker", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/docker/buildkit/r2x0", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/docker-", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/docker/6a8a75e7d22", "", CT_WL_CGROUP, CT_RT_NONE, NULL }, /* 11 digits */
	{ "/docker/" ID "0", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/docker/6A8A75E7D229", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/process_api/8b9c6fb316b65d881adbf79e26184e91", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/.service", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/a:b", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ ":::::", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
	{ "/../..", "", CT_WL_CGROUP, CT_RT_NONE, NULL },
};

static void test_classify(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(paths); i++) {
		ct_autofree char *path = ct_xasprintf("%s%s", paths[i].root, paths[i].below);
		struct ct_cgroup_name name;

		ct_runtimes__classify(path, &name);
		if (name.kind != paths[i].kind || name.runtime != paths[i].rt ||
		    name.root_len != strlen(paths[i].root))
			printf("%s: kind %d runtime %d root_len %zu\n", path, name.kind,
			       name.runtime, name.root_len);
		CU_ASSERT_EQUAL(name.kind, paths[i].kind);
		CU_ASSERT_EQUAL(name.runtime, paths[i].rt);
		CU_ASSERT_EQUAL(name.root_len, strlen(paths[i].root));
		UNIT_STR(name.id, paths[i].id ? paths[i].id : path);
	}
}

/* Ids have 255 bytes: what is longer stays different. */
static void test_classify_long(void)
{
	ct_autofree char *a = ct_xzalloc(1001), *b = NULL;
	struct ct_cgroup_name na, nb;

	memset(a, 'a', 1000);
	a[0] = '/';
	b = ct_xstrdup(a);
	b[999] = 'b';
	ct_runtimes__classify(a, &na);
	ct_runtimes__classify(b, &nb);
	CU_ASSERT_EQUAL(na.root_len, 1000);
	CU_ASSERT_EQUAL(strlen(na.id), sizeof(na.id) - 1);
	CU_ASSERT(strcmp(na.id, nb.id));
	a[255] = '\0';
	ct_runtimes__classify(a, &na);
	UNIT_STR(na.id, a);
}

/*
 * tests/data/cgroup-paths.tsv: path, driver, runtime, what its source says, source, kind of
 * example, the workload, and all that the path tells. Those called "quoted" are from the tests and
 * bug reports of other programs, "from sources" is what a runtime's code makes, with the answer
 * written before the program's was looked at; tests/data/hosts/paths is the host that two of them
 * need. Of those called "made-up shape" the answers are what the program gave, looked over: they
 * hold it to that, and prove nothing about the runtimes.
 */
static void test_real_paths(void)
{
	ct_autofree char *list = NULL;
	unsigned int n = 0;
	char *line, *lines;

	CU_ASSERT_EQUAL_FATAL(ct_read_file("tests/data/cgroup-paths.tsv", 1 << 20, &list, NULL), 0);
	ct_host__set_root("tests/data/hosts/paths/");
	lines = strchr(list, '\n') + 1;
	for (; (line = strsep(&lines, "\n")) && *line; n++) {
		const char *field[8] = { 0 };
		ct_autofree char *is = NULL, *text = NULL;
		struct ct_tells t;

		for (size_t i = 0; i < CT_ARRAY_SIZE(field); i++)
			field[i] = strsep(&line, "\t");
		CU_ASSERT_FATAL(field[7] && !line);
		ct_runtimes__tell(field[0], &t);
		is = ct_xasprintf("%s %s %s", ct_workload_kind__name(t.outer.name.kind),
				  ct_runtime__name(t.outer.name.runtime), t.outer.name.id);
		UNIT_STR(is, field[6]);
		text = ct_tells__text(&t, field[0]);
		UNIT_STR(text, field[7]);
	}
	CU_ASSERT(n >= 630);
	ct_host__set_root("");
}

/* A guess is one until the runtime's own files bear it out. */
static void test_guesses(void)
{
	struct ct_cgroup_name name;

	ct_runtimes__classify("/ci/job-17", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify("/podruntime/kubelet", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_host__set_root("tests/data/hosts/guesses");
	ct_runtimes__classify("/ci/job-17", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_CONTAINERD);
	UNIT_STR(name.id, "ci/job-17");
	ct_runtimes__classify("/ci/job-17/sub", &name);
	UNIT_STR(name.id, "ci/job-17");
	CU_ASSERT_EQUAL(name.root_len, strlen("/ci/job-17"));
	/* Gone, it may have been one: of a namespace that there is, or by its path alone. */
	CU_ASSERT(ct_runtimes__may_have_been("/ci/job-18"));
	CU_ASSERT(ct_runtimes__may_have_been("/default/job-18"));
	CU_ASSERT(!ct_runtimes__may_have_been("/cd/job-18"));
	CU_ASSERT(!ct_runtimes__may_have_been("/system.slice/cron.service"));
	/* Another namespace, and a container whose bundle names another cgroup. */
	ct_runtimes__classify("/cd/job-17", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify("/ci/moved", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify("/podruntime/kubelet", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_UNIT);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_TALOS);
	UNIT_STR(name.id, "kubelet");
	ct_host__set_root("");
	/* Its files may be gone before its last events come. */
	ct_runtimes__classify("/ci/job-17", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
}

/*
 * Below a service, whose cgroup may have been delegated to anybody, a container is one if its first
 * process is there, as its runtime has noted it; that another cgroup has its name is not enough.
 */
static void test_in_services(void)
{
	static const char bob[] = "/system.slice/bob.service";
	ct_autofree char *pod = ct_xasprintf("%s/kubepods/burstable/" POD "/" ID, bob);
	ct_autofree char *forged = ct_xasprintf("%s/kubepods/besteffort/" POD "/" ID, bob);
	ct_autofree char *scope = ct_xasprintf("%s/kubepods.slice/cri-containerd-" ID2 ".scope",
					       bob);
	ct_autofree char *crun = ct_xasprintf("%s/kubepods/" POD "/crio-" ID2, bob);
	ct_autofree char *own = ct_xasprintf("%s/docker/" ID, bob);
	struct ct_cgroup_name name;

	ct_runtimes__classify(pod, &name);
	UNIT_STR(name.id, "bob.service");
	ct_host__set_root("tests/data/hosts/services");
	ct_runtimes__classify(forged, &name);
	UNIT_STR(name.id, "bob.service");
	ct_runtimes__classify(pod, &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_CONTAINERD);
	UNIT_STR(name.id, ID);
	CU_ASSERT_EQUAL(name.root_len, strlen(pod));
	/* Its bundle names such a scope, which is elsewhere. */
	ct_runtimes__classify(scope, &name);
	UNIT_STR(name.id, "bob.service");
	/* What crun noted, as another runtime's. */
	ct_runtimes__classify(crun, &name);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_CRIO);
	UNIT_STR(name.id, ID2);
	ct_runtimes__classify(own, &name);
	UNIT_STR(name.id, "bob.service");
	ct_host__set_root("");
	/* An engine's own service is believed. */
	ct_runtimes__classify("/system.slice/k3s-edge.service/kubepods/" POD "/" ID, &name);
	UNIT_STR(name.id, ID);
	ct_runtimes__classify("/system.slice/k3sedge.service/kubepods/" POD "/" ID, &name);
	UNIT_STR(name.id, "k3sedge.service");
}

/*
 * What was started by hand may have any name: it is a container if root's low-level runtime has
 * noted a process that is there.
 */
static void test_by_hand(void)
{
	static const char mine[] = "/user.slice/user-0.slice/mybox";
	static const char redis[] = "/machine.slice/redis.service/libpod-" ID3;
	ct_autofree char *config = NULL;
	struct ct_cgroup_name name;

	ct_runtimes__classify(mine, &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify(redis, &name);
	UNIT_STR(name.id, "redis.service");
	ct_host__set_root("tests/data/hosts/byhand");
	ct_runtimes__classify("/user.slice/user-0.slice/mybox/init.scope", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_NONE);
	CU_ASSERT_EQUAL(name.root_len, strlen(mine));
	UNIT_STR(name.id, "mybox");
	config = ct_oci__find(CT_RT_NONE, "mybox", mine, NULL);
	UNIT_STR(config, "/srv/mybox/config.json");
	ct_runtimes__classify("/system.slice/x.service/user.slice/user-0.slice/mybox", &name);
	UNIT_STR(name.id, "x.service");
	/* The same name elsewhere, and a process that is elsewhere. */
	ct_runtimes__classify("/mybox", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify("/other", &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CGROUP);
	ct_runtimes__classify("/tested", &name);
	UNIT_STR(name.id, "tested");
	/* Podman notes the process in another place than the configuration. */
	ct_runtimes__classify(redis, &name);
	CU_ASSERT_EQUAL(name.runtime, CT_RT_PODMAN);
	UNIT_STR(name.id, ID3);
	ct_host__set_root("");
	/* Its state may be gone before its last events come. */
	ct_runtimes__classify(mine, &name);
	UNIT_STR(name.id, "mybox");
}

/* What LXC's configuration tells of a number at a name's end. */
static void test_numbered(void)
{
	struct ct_cgroup_name name;

	ct_host__set_root("tests/data/hosts/paths");
	ct_runtimes__classify("/lxc.payload.nested-12", &name);
	UNIT_STR(name.id, "nested");
	ct_runtimes__classify("/lxc.payload.nested-1000", &name);
	UNIT_STR(name.id, "nested-1000");
	ct_runtimes__classify("/lxc.payload.nested-01", &name);
	UNIT_STR(name.id, "nested-01");
	ct_runtimes__classify("/lxc.payload.web-1", &name);
	UNIT_STR(name.id, "web-1");
	ct_host__set_root("");
	ct_runtimes__classify("/lxc.payload.nested-12", &name);
	UNIT_STR(name.id, "nested-12");
}

static CU_TestInfo tests[] = {
	{ "classify", test_classify },	   { "classify: long", test_classify_long },
	{ "real paths", test_real_paths }, { "guesses", test_guesses },
	{ "numbered", test_numbered },	   { "in services", test_in_services },
	{ "by hand", test_by_hand },	   CU_TEST_INFO_NULL,
};

UNIT_MAIN("cgroup-name", tests)

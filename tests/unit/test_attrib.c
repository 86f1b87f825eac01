/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attribution without a daemon: cgroup paths, bundles in a temporary directory, and answers of
 * Docker 20.10 (this machine's), 28 and Podman 4.3, cut down to what is read and around it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include "attrib/attrib.h"
#include "attrib/docker.h"
#include "attrib/fcaps.h"
#include "unit.h"

#define ID	 "6a8a75e7d229a46cd1ff981341e3a3562e15cb25e8b3ebe364f7d9d8fb341487"
#define ID2	 "1cef01f48eb6464f2305761b1b3edbf66ed5fe87b22573cf51597e520a650848"
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
	{ "/ecs/0123456789abcdef0123456789abcdef/" ID, "", CT_WL_CONTAINER, CT_RT_NONE, ID },
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

		ct_cgroup__classify(path, &name);
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
	ct_cgroup__classify(a, &na);
	ct_cgroup__classify(b, &nb);
	CU_ASSERT_EQUAL(na.root_len, 1000);
	CU_ASSERT_EQUAL(strlen(na.id), sizeof(na.id) - 1);
	CU_ASSERT(strcmp(na.id, nb.id));
	a[255] = '\0';
	ct_cgroup__classify(a, &na);
	UNIT_STR(na.id, a);
}

static void test_of_pid(void)
{
	ct_autofree char *path = NULL;

	CU_ASSERT_EQUAL(ct_cgroup__of_pid(getpid(), &path), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(path);
	CU_ASSERT_EQUAL(path[0], '/');
	CU_ASSERT_PTR_NULL(strchr(path, '\n'));
	CU_ASSERT_EQUAL(ct_cgroup__of_pid(0x7ffffff0, &path), -ESRCH);
}

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

/* Anything may come: wrong types are like missing members, and no Id is no container. */
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
	struct ct_docker_event ev;

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

/* A line without end is dropped, not kept; the one after it is read. */
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
	ct_docker_lines__add(&l, "rest\nnext\n", 10);
	line = ct_docker_lines__next(&l, &len);
	CU_ASSERT_PTR_NOT_NULL_FATAL(line);
	CU_ASSERT(len == 4 && !memcmp(line, "next", 4));
	CU_ASSERT_PTR_NULL(ct_docker_lines__next(&l, &len));
	ct_str__free(&l.buf);
}

/* A directory of its own for a test; removed with everything in it. */
static char *make_dir(void)
{
	char *dir = ct_xstrdup("/tmp/captrim-test-XXXXXX");

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	return dir;
}

static void remove_dir(char **dir)
{
	ct_autofree char *cmd = ct_xasprintf("rm -rf '%s'", *dir);

	CU_ASSERT_EQUAL(system(cmd), 0);
	free(*dir);
}
#define autodir __attribute__((cleanup(remove_dir)))

static char *put(const char *dir, const char *name, const char *text)
{
	char *path = ct_xasprintf("%s/%s", dir, name);
	ct_autofclose FILE *f = NULL;

	for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	return path;
}

/* clang-format off */
static const char oci_cri[] =
	"{\"ociVersion\":\"1.0.2-dev\",\"process\":{\"user\":{\"uid\":65535,\"gid\":1},"
	"\"args\":[\"/pause\"],\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_BPF\","
	"\"CAP_NOSUCH\",7],\"effective\":[\"CAP_KILL\"]},\"noNewPrivileges\":true},"
	"\"annotations\":{\"io.kubernetes.cri.container-name\":\"web\","
	"\"io.kubernetes.cri.sandbox-name\":\"web-0\",\"io.kubernetes.cri.sandbox-namespace\":\"prod\","
	"\"io.kubernetes.cri.image-name\":\"docker.io/library/nginx:1\"},"
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"ipc\",\"path\":\"/no/such\"},"
	"{\"type\":\"network\",\"path\":\"/proc/self/ns/net\"}],"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],"
	"\"action\":\"SCMP_ACT_ALLOW\"}]}}}";
/* clang-format on */

static void test_oci(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "config.json", oci_cri);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	struct ct_container *c = &w->container;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_oci__read(file, w, &err), 0);
	UNIT_STR(err.msg, NULL);
	CU_ASSERT_EQUAL(w->kind, CT_WL_CONTAINER);
	CU_ASSERT(w->configured_known);
	CU_ASSERT_EQUAL(w->configured, CT_CAP(CHOWN) | CT_CAP(BPF));
	UNIT_STR(c->user, "65535:1");
	UNIT_STR(c->name, "prod/web-0/web");
	UNIT_STR(c->image, "docker.io/library/nginx:1");
	UNIT_STR(c->network, "host");  /* the path is our own namespace */
	UNIT_STR(c->pid_mode, "host"); /* not listed */
	UNIT_STR(c->ipc_mode, NULL);   /* cannot be looked at */
	CU_ASSERT_EQUAL(c->userns, CT_NO);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_YES);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_CUSTOM);
	CU_ASSERT_EQUAL(c->privileged, CT_UNKNOWN);
}

/* Podman: names from the storage beside it, no filter, a user namespace. */
static void test_oci_podman(void)
{
	/* clang-format off */
	static const char config[] =
		"{\"process\":{\"user\":{\"uid\":0,\"gid\":0}},\"annotations\":{"
		"\"io.podman.annotations.privileged\":\"FALSE\"},"
		"\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"
		"{\"type\":\"user\"}]}}";
	static const char list[] =
		"[{\"id\":\"other\",\"metadata\":\"{}\"},{\"id\":\"" ID2 "\",\"names\":[\"pC\"],"
		"\"metadata\":\"{\\\"image-name\\\":\\\"localhost/att:1\\\",\\\"image-id\\\":\\\"0a29\\\","
		"\\\"name\\\":\\\"pC\\\",\\\"created-at\\\":1795507870}\"}]";
	/* clang-format on */
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "overlay-containers/" ID2 "/userdata/config.json",
				     config);
	ct_autofree char *names = put(dir, "overlay-containers/containers.json", list);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	struct ct_container *c = &w->container;

	CU_ASSERT_EQUAL(ct_oci__read(file, w, NULL), 0);
	UNIT_STR(c->name, "pC");
	UNIT_STR(c->image, "localhost/att:1");
	UNIT_STR(c->image_digest, "0a29");
	UNIT_STR(c->network, "private");
	CU_ASSERT_EQUAL(c->userns, CT_YES);
	CU_ASSERT_EQUAL(c->privileged, CT_NO);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_NO);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_NONE);
	/* No capabilities member: the runtime grants none. */
	CU_ASSERT(w->configured_known);
	CU_ASSERT_EQUAL(w->configured, 0);
}

static void test_oci_seccomp_default(void)
{
	autodir char *dir = make_dir();
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autofree char *file = NULL;
	struct ct_str text = { 0 };

	ct_str__add(&text,
		    "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","
		    "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"s\"");
	for (int i = 0; i < 350; i++)
		ct_str__addf(&text, ",\"s%d\"", i);
	ct_str__add(&text, "]}]}}}");
	file = put(dir, "config.json", text.s);
	ct_str__free(&text);
	CU_ASSERT_EQUAL(ct_oci__read(file, w, NULL), 0);
	CU_ASSERT_EQUAL(w->container.seccomp, CT_SECCOMP_DEFAULT);
	UNIT_STR(w->container.user, NULL);
}

static void test_oci_hostile(void)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{\"process\":{}}",
		"{\"linux\":{}}",
		"{\"process\":{},\"process\":{}}",
		"{\"process\":[],\"linux\":{}}",
		"{\"process\":{\"x\":\"\\u0000\"},\"linux\":{}}",
	};
	autodir char *dir = make_dir();
	ct_autofree char *fifo = ct_xasprintf("%s/fifo", dir);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autoerr struct ct_err err = { 0 };

	for (size_t i = 0; i < CT_ARRAY_SIZE(broken); i++) {
		ct_autofree char *file = put(dir, "config.json", broken[i]);

		CU_ASSERT_EQUAL(ct_oci__read(file, w, &err), -EBADMSG);
		CU_ASSERT_PTR_NOT_NULL(err.msg);
		CU_ASSERT(!w->configured_known);
	}
	CU_ASSERT_EQUAL(ct_oci__read("/no/such/config.json", w, &err), -ENOENT);
	CU_ASSERT_EQUAL(ct_oci__read(dir, w, &err), -EINVAL);
	CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
	CU_ASSERT_EQUAL(ct_oci__read(fifo, w, &err), -EINVAL); /* and not blocked */
}

static void test_oci_find(void)
{
	static const char *const ids[] = { "",	     "..",  "../../etc", "*",
					   "[a-f]*", "a/b", "~root",	 "no-such-container" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(ids); i++) {
		ct_autofree char *file = ct_oci__find(CT_RT_NONE, ids[i]);

		CU_ASSERT_PTR_NULL(file);
	}
}

static void test_fcaps_parse(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		int rc;
		uint64_t permitted;
		bool effective;
	} t[] = {
		/* revision 2, effective: net_raw, and bpf in the upper half */
		{ "\1\0\0\2\0\x20\0\0\0\0\0\0\x80\0\0\0\0\0\0\0", 20, 0,
		  CT_CAP(NET_RAW) | CT_CAP(BPF), true },
		{ "\0\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0, CT_CAP(NET_RAW), false },
		/* revision 3: the same and a root id */
		{ "\1\0\0\3\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xa0\x86\1\0", 24, 0, CT_CAP(NET_RAW),
		  true },
		/* revision 1: 32 bits */
		{ "\1\0\0\1\1\0\0\0\0\0\0\0", 12, 0, CT_CAP(CHOWN), true },
		{ "\1\0\0\2\1\0\0\0\0\0\0\0", 12, -EINVAL, 0, false },
		{ "\1\0\0\4\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, -EINVAL, 0, false },
		{ "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 25, -EINVAL, 0, false },
		{ "\1\0\0", 3, -EINVAL, 0, false },
		{ "", 0, -EINVAL, 0, false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		uint64_t permitted = 0;
		bool effective = false;

		CU_ASSERT_EQUAL(ct_fcaps__parse(t[i].bytes, t[i].len, &permitted, &effective),
				t[i].rc);
		CU_ASSERT_EQUAL(permitted, t[i].permitted);
		CU_ASSERT_EQUAL(effective, t[i].effective);
	}
}

/* The inode a path leads to below root, 0 when to none. */
static ino_t leads_to(int (*opener)(int, const char *), int root, const char *path)
{
	ct_autoclose int fd = opener(root, path);
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

/* Both ways to open below a root agree, and neither leaves it. */
static void test_open_in_root(void)
{
	static const struct {
		const char *path;
		bool found; /* the one file */
	} t[] = {
		{ "/bin/tool", true },	  { "bin/tool", true },
		{ "//bin/./tool", true }, { "/../../bin/tool", true },
		{ "/abs", true },	  { "/bin/rel", true },
		{ "/dir/tool", true },	  { "/dir/../bin/tool", true },
		{ "/up", true },	  { "/loop", false },
		{ "/escape", false },	  { "/bin/nothing", false },
		{ "/bin/tool/x", false }, { "/etc/passwd", false },
	};
	int (*const openers[])(int, const char *) = { ct_open_in_root, ct_open_in_root__walk };
	autodir char *dir = make_dir();
	ct_autofree char *tool = put(dir, "bin/tool", "x");
	ct_autoclose int root = open(dir, O_PATH | O_DIRECTORY);
	struct stat st;

	CU_ASSERT_FATAL(root >= 0 && !stat(tool, &st));
	CU_ASSERT_EQUAL(symlinkat("/bin/tool", root, "abs"), 0);
	CU_ASSERT_EQUAL(symlinkat("../abs", root, "bin/rel"), 0);
	CU_ASSERT_EQUAL(symlinkat("/bin", root, "dir"), 0);
	CU_ASSERT_EQUAL(symlinkat("../../../../bin/rel", root, "up"), 0);
	CU_ASSERT_EQUAL(symlinkat("loop", root, "loop"), 0);
	CU_ASSERT_EQUAL(symlinkat("../../../../../../etc/passwd", root, "escape"), 0);
	for (size_t k = 0; k < CT_ARRAY_SIZE(openers); k++)
		for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++)
			CU_ASSERT_EQUAL(leads_to(openers[k], root, t[i].path),
					t[i].found ? st.st_ino : 0);
}

static void test_fcaps(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	bool effective = true, setid = true;
	uint64_t permitted = 1;
	struct statvfs fs;

	if (statvfs(dir, &fs) || (fs.f_flag & ST_NOSUID))
		UNIT_SKIP("/tmp is mounted nosuid");
	CU_ASSERT_EQUAL(ct_fcaps__read(getpid(), file, &permitted, &effective, &setid), 0);
	CU_ASSERT_EQUAL(permitted, 0);
	CU_ASSERT(!effective && !setid);
	CU_ASSERT_EQUAL(chmod(file, 02745), 0);
	CU_ASSERT_EQUAL(ct_fcaps__read(getpid(), file, &permitted, &effective, &setid), 0);
	CU_ASSERT(!setid); /* no group execution */
	CU_ASSERT_EQUAL(chmod(file, 02755), 0);
	CU_ASSERT_EQUAL(ct_fcaps__read(getpid(), file, &permitted, &effective, &setid), 0);
	CU_ASSERT(setid);
	permitted = 7;
	/* No such name: then what the process executes. */
	CU_ASSERT_EQUAL(ct_fcaps__read(getpid(), "/no/such", &permitted, &effective, &setid), 0);
	CU_ASSERT_EQUAL(permitted, 0);
	permitted = 7;
	CU_ASSERT_EQUAL(ct_fcaps__read(0x7ffffff0, file, &permitted, &effective, &setid), -ESRCH);
	CU_ASSERT_EQUAL(permitted, 7);
}

static void test_fcaps_set(void)
{
	static const char attr[] = "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0";
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "tool", "x");
	bool effective = false, setid = true;
	uint64_t permitted = 0;

	if (setxattr(file, "security.capability", attr, sizeof(attr), 0))
		UNIT_SKIP("file capabilities cannot be set here");
	CU_ASSERT_EQUAL(ct_fcaps__read(getpid(), file, &permitted, &effective, &setid), 0);
	CU_ASSERT_EQUAL(permitted, CT_CAP(NET_RAW));
	CU_ASSERT(effective && !setid);
}

static CU_TestInfo tests[] = {
	{ "classify", test_classify },
	{ "classify: long", test_classify_long },
	{ "cgroup of a process", test_of_pid },
	{ "API version", test_negotiate },
	{ "info", test_info },
	{ "inspect: Docker 20.10", test_inspect_docker_20 },
	{ "inspect: Docker 28", test_inspect_docker_28 },
	{ "inspect: Podman 4.3", test_inspect_podman },
	{ "inspect: hostile", test_inspect_hostile },
	{ "inspect: security options", test_security_opts },
	{ "inspect: capabilities", test_caps },
	{ "inspect: health check", test_health },
	{ "events", test_events },
	{ "events: long line", test_events_long_line },
	{ "oci", test_oci },
	{ "oci: Podman", test_oci_podman },
	{ "oci: default seccomp", test_oci_seccomp_default },
	{ "oci: hostile", test_oci_hostile },
	{ "oci: find", test_oci_find },
	{ "fcaps: attribute", test_fcaps_parse },
	{ "fcaps: open below a root", test_open_in_root },
	{ "fcaps: file", test_fcaps },
	{ "fcaps: file with capabilities", test_fcaps_set },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("attrib", tests)

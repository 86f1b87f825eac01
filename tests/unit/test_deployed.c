/* SPDX-License-Identifier: GPL-2.0-only */
/* What deployment files give, read as their engines read them. */
#include <stdlib.h>
#include <sys/stat.h>

#include "deploy/deployed.h"
#include "unit.h"

#define ALL CT_CAPS_ALL

static struct ct_deployment unit(const char *path, const char *text)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };

	CU_ASSERT_EQUAL_FATAL(ct_deployment__unit(&t, path, text, &err), 0);
	CU_ASSERT_EQUAL_FATAL(t.len, 1);
	return t;
}

/* The bounding set of a service with these lines. */
static uint64_t bounding(const char *lines)
{
	ct_autofree char *text = ct_xasprintf("[Service]\n%s\n", lines);
	struct ct_deployment t = unit("/nowhere/a.service", text);
	uint64_t given = t.items[0].given;

	ct_deployment__free(&t);
	return given;
}

#define SET "CapabilityBoundingSet="

static void test_bounding(void)
{
	CU_ASSERT_EQUAL(bounding(""), ALL);
	CU_ASSERT_EQUAL(bounding(SET), 0);
	CU_ASSERT_EQUAL(bounding(SET "~"), ALL);
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL cap_chown"), CT_CAP(KILL) | CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(bounding(SET "~CAP_KILL"), ALL & ~CT_CAP(KILL));
	/* Or'ed, and'ed behind a tilde: the two examples of systemd.exec(5). */
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL CAP_CHOWN\n" SET "CAP_CHOWN CAP_BPF"),
			CT_CAP(KILL) | CT_CAP(CHOWN) | CT_CAP(BPF));
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL CAP_CHOWN\n" SET "~CAP_CHOWN CAP_BPF"),
			CT_CAP(KILL));
	/* An empty one, or one of which nothing is known, begins anew. */
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL\n" SET "\n" SET "CAP_BPF"), CT_CAP(BPF));
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL\n" SET "CAP_TYPO"), 0);
	CU_ASSERT_EQUAL(bounding(SET "KILL"), 0);
	CU_ASSERT_EQUAL(
		bounding("ProtectClock=yes\nPrivateDevices=on"),
		ALL & ~(CT_CAP(SYS_TIME) | CT_CAP(WAKE_ALARM) | CT_CAP(MKNOD) | CT_CAP(SYS_RAWIO)));
	CU_ASSERT_EQUAL(bounding("ProtectClock=yes\nProtectClock=no"), ALL);
	/* Lines that are continued, with a comment among them; another section's. */
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL \\\n # no\n  CAP_BPF\n[Install]\n" SET),
			CT_CAP(KILL) | CT_CAP(BPF));
	CU_ASSERT_EQUAL(bounding("  " SET " CAP_KILL  \r\n#" SET "\n;" SET), CT_CAP(KILL));
	CU_ASSERT_EQUAL(bounding(SET "CAP_KILL\\"), CT_CAP(KILL));
}

static void test_unit(void)
{
	struct ct_deployment t = unit("/x/web.service", "[Unit]\nUser=a\n\n[Service]\n"
							" AmbientCapabilities=CAP_KILL CAP_BFP\n"
							"User=www\n" SET "CAP_KILL\n");

	UNIT_STR(t.items[0].name, "web.service");
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_YES);
	CU_ASSERT_EQUAL(t.items[0].ambient, CT_CAP(KILL));
	CU_ASSERT(t.items[0].from_none);
	CU_ASSERT_EQUAL(t.items[0].set_at.line, 7);
	CU_ASSERT_EQUAL_FATAL(t.items[0].added.len, 3);
	UNIT_STR(t.items[0].added.items[1].text, "CAP_BFP");
	CU_ASSERT_EQUAL(t.items[0].added.items[1].set, 0);
	CU_ASSERT_EQUAL(t.items[0].added.items[1].at.line, 5);
	CU_ASSERT_EQUAL(t.items[0].added.items[1].at.column, 31);
	ct_deployment__free(&t);
	t = unit("a.service", "[Service]\nDynamicUser=yes\nUser=root");
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_NO);
	ct_deployment__free(&t);
	t = unit("a.service", "[Service]\nDynamicUser=yes\nUser=app");
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_YES);
	ct_deployment__free(&t);
	t = unit("a.service", "[Service]\nDynamicUser=yes");
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_YES);
	ct_deployment__free(&t);
	t = unit("a.service", "[Service]\nUser=www\nUser=\n");
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_NO);
	ct_deployment__free(&t);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
}

static void test_dropins(void)
{
	char dir[] = "/tmp/captrim-test-check-XXXXXX";
	ct_autofree char *path = NULL, *d = NULL, *a = NULL, *b = NULL, *c = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t;
	FILE *f;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	path = ct_xasprintf("%s/a.service", dir);
	d = ct_xasprintf("%s.d", path);
	a = ct_xasprintf("%s/10-a.conf", d);
	b = ct_xasprintf("%s/20-b.conf", d);
	c = ct_xasprintf("%s/not-one", d);
	mkdir(d, 0700);
	write_file(a, "[Service]\n" SET "\n");
	write_file(b, "[Service]\n" SET "CAP_KILL\n");
	write_file(c, "[Service]\n" SET "CAP_BPF\n");
	t = unit(path, "[Service]\n" SET "CAP_CHOWN\n");
	CU_ASSERT_EQUAL(t.items[0].given, CT_CAP(KILL));
	UNIT_STR(t.items[0].set_at.file, b);
	ct_deployment__free(&t);
	/* To systemd a NUL byte ends a line, and what follows counts. */
	f = fopen(b, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fwrite("#\0\n[Service]\n" SET "~\n", 1, 3 + 10 + strlen(SET) + 2, f);
	fclose(f);
	t = (struct ct_deployment){ 0 };
	CU_ASSERT(ct_deployment__unit(&t, path, "[Service]\n" SET "CAP_CHOWN\n", &err) < 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "20-b.conf: contains a NUL byte"));
	ct_deployment__free(&t);
	remove(a);
	remove(b);
	remove(c);
	remove(d);
	remove(dir);
}

static uint64_t quadlet(const char *lines)
{
	ct_autofree char *text = ct_xasprintf("[Container]\n%s\n", lines);
	struct ct_deployment t = unit("/nowhere/a.container", text);
	uint64_t given = t.items[0].given;

	UNIT_STR(t.items[0].name, "a");
	ct_deployment__free(&t);
	return given;
}

static void test_quadlet(void)
{
	CU_ASSERT_EQUAL(quadlet(""), CT_CAPS_PODMAN_DEFAULT);
	CU_ASSERT_EQUAL(quadlet("DropCapability=all\nAddCapability=CAP_KILL chown"),
			CT_CAP(KILL) | CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(quadlet("DropCapability=all\nDropCapability=\nDropCapability=KILL"),
			CT_CAPS_PODMAN_DEFAULT & ~CT_CAP(KILL));
	CU_ASSERT_EQUAL(quadlet("PodmanArgs=--tty --privileged"), ALL);
	CU_ASSERT_EQUAL(quadlet("PodmanArgs=--privileged=false"), CT_CAPS_PODMAN_DEFAULT);
}

/* What a runtime gives for lists with spaces between their names. */
static struct ct_deployed decided(enum ct_runtime rt, const char *add, const char *drop)
{
	const char *const lists[] = { add, drop };
	const struct ct_place nowhere = { 0 };
	struct ct_deployed t = { .privileged = CT_NO };

	for (size_t i = 0; i < CT_ARRAY_SIZE(lists); i++) {
		ct_autofree char *copy = ct_xstrdup(lists[i]);

		for (char *save, *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
			ct_named__add(i ? &t.dropped : &t.added, w, nowhere);
	}
	ct_deployed__decide(&t, rt);
	return t;
}

static void test_engines(void)
{
	const uint64_t kill = CT_CAP(KILL), bpf = CT_CAP(BPF);
	const uint64_t docker = CT_CAPS_DOCKER_DEFAULT, podman = CT_CAPS_PODMAN_DEFAULT;
	const struct {
		enum ct_runtime rt;
		const char *add, *drop;
		uint64_t given;
		bool from_none, refused;
	} t[] = {
		{ CT_RT_DOCKER, "", "", docker, false, false },
		{ CT_RT_DOCKER, "BPF", "KILL", (docker | bpf) & ~kill, false, false },
		{ CT_RT_DOCKER, "KILL", "KILL", docker, false, false },
		{ CT_RT_DOCKER, "ALL", "ALL", ALL, true, false },
		{ CT_RT_DOCKER, "ALL", "ALL KILL", ALL & ~kill, true, false },
		{ CT_RT_DOCKER, "KILL", "ALL KILL", kill, true, false },
		{ CT_RT_CONTAINERD, "KILL", "KILL", docker & ~kill, false, false },
		{ CT_RT_CONTAINERD, "ALL", "ALL", 0, true, false },
		{ CT_RT_CONTAINERD, "ALL BPF", "ALL", bpf, true, false },
		{ CT_RT_CONTAINERD, "KILL", "ALL KILL", 0, true, false },
		{ CT_RT_PODMAN, "BPF", "KILL", (podman | bpf) & ~kill, false, false },
		{ CT_RT_PODMAN, "KILL", "KILL", podman, false, true },
		{ CT_RT_PODMAN, "KILL", "ALL", kill, true, false },
		{ CT_RT_PODMAN, "ALL", "ALL", ALL, true, true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		struct ct_deployed d = decided(t[i].rt, t[i].add, t[i].drop);
		struct ct_named_list *const lists[] = { &d.added, &d.dropped };

		CU_ASSERT_EQUAL(d.given, t[i].given);
		CU_ASSERT_EQUAL(d.from_none, t[i].from_none);
		CU_ASSERT_EQUAL(d.users_hold_set, t[i].rt == CT_RT_PODMAN);
		CU_ASSERT_EQUAL(d.dropped.len && d.dropped.items[0].why, t[i].refused);
		for (size_t k = 0; k < CT_ARRAY_SIZE(lists); k++) {
			for (size_t n = 0; n < lists[k]->len; n++)
				free(lists[k]->items[n].text);
			free(lists[k]->items);
		}
	}
}

static struct ct_deployment manifest(const char *text)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };

	CU_ASSERT_EQUAL_FATAL(
		ct_deployment__manifest(&t, "k.yaml", text, strlen(text), CT_MANIFEST_CRI, &err),
		0);
	return t;
}

#define CONTAINER(name, context) "{name: " name ", image: i, securityContext: {" context "}}"
#define POD(kind, in, out, containers)                                                            \
	"---\nkind: " kind "\nmetadata: {name: n}\nspec: " in "{securityContext: {runAsUser: 7}," \
	" containers: [" containers "]}" out "\n"

static void test_kinds(void)
{
	struct ct_deployment t = manifest(
		"# nothing\n---\nkind: ConfigMap\ndata: {containers: [{name: x}]}\n" POD(
			"Pod", "", "",
			CONTAINER("a",
				  "")) POD("DaemonSet", "{template: {spec: ", "}}",
					   CONTAINER("b",
						     "capabilities: {drop: [all], add: [KILL]}"))
			POD("CronJob", "{jobTemplate: {spec: {template: {spec: ", "}}}}",
			    CONTAINER(
				    "c",
				    "privileged: true, runAsUser: 0")) "...\n---\nkind: "
								       "List\nitems:\n- kind: "
								       "Pod\n  metadata: "
								       "{generateName: g-}\n"
								       "  spec:\n    "
								       "initContainers:\n    - "
								       "name: d\n      "
								       "securityContext: &x\n"
								       "        capabilities: "
								       "{add: [SYS_TIME, CAP_KILL, "
								       "OOPS]}\n"
								       "    ephemeralContainers:\n "
								       "   - {name: e, "
								       "securityContext: *x}\n");

	CU_ASSERT_EQUAL_FATAL(t.len, 5);
	CU_ASSERT_EQUAL(t.items[0].given, CT_CAPS_CONTAINERD_DEFAULT);
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_YES);
	CU_ASSERT_EQUAL(t.items[0].privileged, CT_NO);
	UNIT_STR(t.items[0].where, "Pod/n");
	CU_ASSERT_EQUAL(t.items[1].given, CT_CAP(KILL));
	CU_ASSERT(t.items[1].from_none);
	UNIT_STR(t.items[1].where, "DaemonSet/n");
	CU_ASSERT_EQUAL(t.items[2].given, ALL);
	CU_ASSERT_EQUAL(t.items[2].nonroot, CT_NO);
	CU_ASSERT_EQUAL(t.items[2].privileged_at.line, 16);
	UNIT_STR(t.items[3].where, "Pod/g-");
	CU_ASSERT_EQUAL(t.items[3].given, CT_CAPS_CONTAINERD_DEFAULT | CT_CAP(SYS_TIME));
	CU_ASSERT_EQUAL(t.items[3].added.items[1].set, 0);
	CU_ASSERT_EQUAL(t.items[3].added.items[2].set, 0);
	CU_ASSERT_EQUAL(t.items[3].at.line, 25);
	CU_ASSERT_EQUAL(t.items[3].at.column, 13);
	UNIT_STR(t.items[4].name, "e");
	CU_ASSERT_EQUAL(t.items[4].given, t.items[3].given);
	ct_deployment__free(&t);
}

/* docker image inspect A B */
static void test_images(void)
{
	static const char text[] =
		"[{\"RepoTags\": [\"a\"], \"Config\": {}},\n"
		"{\"RepoTags\": [\"b\"], \"Config\": {\"Labels\": {\"" CT_LABEL_CAPS
		"\": \"CHOWN,KILL\"}}}]";
	struct ct_deployment t = { 0 };

	CU_ASSERT_FATAL(ct_deployment__is_image(text));
	ct_deployment__image(&t, "x.json", text);
	CU_ASSERT_EQUAL_FATAL(t.len, 2);
	UNIT_STR(t.items[0].name, "a");
	CU_ASSERT_EQUAL(t.items[0].given, CT_CAPS_PODMAN_DEFAULT);
	UNIT_STR(t.items[1].name, "b");
	CU_ASSERT_EQUAL(t.items[1].given, CT_CAP(CHOWN) | CT_CAP(KILL));
	ct_deployment__free(&t);
}

static void test_documents(void)
{
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {
		{ "", 0 },
		{ "# only\n\n", 0 },
		{ "a: 1", 1 },
		{ "---\na: 1\n---\n", 1 },
		{ "a: 1\n---\nb: 1", 2 },
		{ "a: 1\n...\n---\nb: |\n  ---\n  x\n", 2 },
		{ "--- {a: 1}\n---   # c\n{b: 2}\n", 2 },
		{ "a: 1\r\n---\r\nb: 1\r\n", 2 },
		{ "a: 1\n----\n", 1 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autoerr struct ct_err err = { 0 };
		struct ct_yaml_docs docs = { 0 };
		int ret = ct_yaml_docs__parse("x", cases[i].text, strlen(cases[i].text), &docs,
					      &err);

		if (i + 1 < CT_ARRAY_SIZE(cases)) {
			CU_ASSERT_EQUAL(ret, 0);
			CU_ASSERT_EQUAL(docs.len, cases[i].n);
		} else {
			CU_ASSERT(ret < 0); /* four dashes are not a marker, nor YAML here */
		}
		ct_yaml_docs__free(&docs);
	}
}

static void test_bad_manifest(void)
{
	static const char text[] = "kind: Pod\n---\nkind: {{ .Values.kind }}\nspec: [\n";
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };

	CU_ASSERT(ct_deployment__manifest(&t, "k\033.yaml", text, strlen(text), CT_MANIFEST_CRI,
					  &err) < 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "k\\x1b.yaml:"));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "helm template"));
	ct_deployment__free(&t);
}

static void test_many_documents(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };
	struct ct_str text = { 0 };

	for (int i = 0; i < 4097; i++)
		ct_str__add(&text, "a: 1\n---\n");
	CU_ASSERT(ct_deployment__manifest(&t, "k\033.yaml", text.s, text.len, CT_MANIFEST_CRI,
					  &err) < 0);
	UNIT_STR(err.msg, "k\\x1b.yaml: more than 4096 documents: split the file at ---");
	ct_str__free(&text);
	ct_deployment__free(&t);
}

/* Time and memory for each go by its own size, not by what is before it in the file. */
static void test_far_documents(void)
{
	struct ct_yaml_docs docs = { 0 };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_str text = { 0 };
	unsigned int line = 0, column;

	for (int i = 0; i < 100000; i++)
		ct_str__add(&text, "#\n");
	for (int i = 0; i < 4096; i++)
		ct_str__add(&text, "---\n a: 1\n");
	CU_ASSERT_EQUAL(ct_yaml_docs__parse("x", text.s, text.len, &docs, &err), 0);
	CU_ASSERT_EQUAL_FATAL(docs.len, 4096);
	ct_yaml__place(docs.items[4095], docs.items[4095]->root->start, &line, &column);
	CU_ASSERT_EQUAL(line, 100000 + 2 * 4096);
	CU_ASSERT_EQUAL(column, 2);
	ct_yaml_docs__free(&docs);
	text.s[text.len - 2] = '[';
	CU_ASSERT(ct_yaml_docs__parse("x", text.s, text.len, &docs, &err) < 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "x:108193:1: not YAML"));
	ct_yaml_docs__free(&docs);
	ct_str__free(&text);
}

static CU_TestInfo tests[] = {
	{ "bounding set", test_bounding },
	{ "unit", test_unit },
	{ "drop-ins", test_dropins },
	{ "quadlet", test_quadlet },
	{ "engines", test_engines },
	{ "kinds of manifests", test_kinds },
	{ "images", test_images },
	{ "documents", test_documents },
	{ "bad manifest", test_bad_manifest },
	{ "many documents", test_many_documents },
	{ "far documents", test_far_documents },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("deployed", tests)

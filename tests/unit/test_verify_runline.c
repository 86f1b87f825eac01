/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of container clients, taken apart and put together again. */
#include <errno.h>

#include "model/caps.h"
#include "unit.h"
#include "verify/runline.h"

/* The words of a line, split at spaces; at most 31. */
struct line {
	char text[512];
	char *words[32];
};

static void split(struct line *l, const char *text)
{
	char *save;
	size_t n = 0;

	memset(l, 0, sizeof(*l));
	snprintf(l->text, sizeof(l->text), "%s", text);
	for (char *w = strtok_r(l->text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		l->words[n++] = w;
}

static char *join(const struct ct_strings *w)
{
	struct ct_str s = {};

	for (size_t i = 0; i < w->len; i++)
		ct_str__addf(&s, "%s%s", i ? " " : "", w->items[i]);
	return s.s;
}

/* What becomes of a line under a set (NULL: as given) and with one new volume for each. */
static void becomes(const char *text, const uint64_t *set, const char *expected)
{
	static const char *const options[] = { "--label=x", NULL };
	static const char *const volumes[] = { "new0", "new1", NULL };
	struct ct_runline_changes c = { set, options, volumes };
	ct_autoerr struct ct_err err = {};
	ct_autostrings struct ct_strings words = {};
	ct_autofree char *actual = NULL;
	struct ct_runline l;
	struct line line;

	split(&line, text);
	CU_ASSERT_EQUAL_FATAL(ct_runline__parse(line.words, &l, &err), 0);
	ct_runline__build(&l, &c, &words);
	actual = join(&words);
	UNIT_STR(actual, expected);
	ct_runline__free(&l);
}

static void test_capabilities(void)
{
	uint64_t set = CT_CAP(CHOWN) | CT_CAP(SETUID), none = 0;

	becomes("docker run --rm nginx", &set,
		"docker run --rm --label=x --cap-drop=ALL --cap-add=CHOWN --cap-add=SETUID nginx");
	becomes("docker run --cap-drop ALL --cap-add=KILL --privileged --privileged=true nginx",
		&none, "docker run --rm --label=x --cap-drop=ALL nginx");
	/* What the container is told is not ours, nor is the recording's own set. */
	becomes("docker run nginx --cap-add KILL --rm -d", &none,
		"docker run --rm --label=x --cap-drop=ALL nginx --cap-add KILL --rm -d");
	becomes("docker run --cap-add KILL nginx", NULL,
		"docker run --rm --label=x --cap-add KILL nginx");
	becomes("sudo podman --root /r container run -e A=b -- -odd", &none,
		"sudo podman --root /r container run --rm --label=x --cap-drop=ALL -e A=b -odd");
}

static void test_foreground(void)
{
	becomes("docker run -d --name web -p 80:80 nginx", NULL,
		"docker run --rm --label=x --name web -p 80:80 nginx");
	becomes("docker run -dit nginx", NULL, "docker run --rm --label=x -t nginx");
	becomes("docker run -d=false nginx", NULL, "docker run --rm --label=x nginx");
	becomes("docker run -it=false nginx", NULL, "docker run --rm --label=x -t=false nginx");
	becomes("docker run -ti=false -q=true nginx", NULL,
		"docker run --rm --label=x -t -q=true nginx");
	becomes("docker run -dp=80:80 nginx", NULL, "docker run --rm --label=x -p=80:80 nginx");
	becomes("docker run -ditp80:80 nginx", NULL, "docker run --rm --label=x -tp80:80 nginx");
	becomes("docker run -itp 80:80 nginx", NULL, "docker run --rm --label=x -tp 80:80 nginx");
	becomes("docker run --restart always --cidfile=/x --detach=true -i --sig-proxy=false nginx",
		NULL, "docker run --rm --label=x nginx");
	becomes("docker run --read-only --init --no-healthcheck nginx -d", NULL,
		"docker run --rm --label=x --read-only --init --no-healthcheck nginx -d");
}

static void test_volumes(void)
{
	becomes("docker run -v data:/d -v /h:/h -v ./r:/r -v /anon --volume data:/e:ro db", NULL,
		"docker run --rm --label=x --volume=new0:/d -v /h:/h -v ./r:/r -v /anon "
		"--volume=new0:/e:ro db");
	becomes("docker run --volume=a:/a --mount type=volume,source=b,target=/b "
		"--mount=type=bind,src=/c,dst=/c db",
		NULL,
		"docker run --rm --label=x --volume=new0:/a "
		"--mount=type=volume,source=new1,target=/b "
		"--mount=type=bind,src=/c,dst=/c db");
	/* Neither is a volume. */
	becomes("docker run --mount type=image,source=a,target=/a "
		"--mount source=/b,type=bind,target=/b db",
		NULL,
		"docker run --rm --label=x --mount type=image,source=a,target=/a "
		"--mount source=/b,type=bind,target=/b db");
	becomes("docker run --mount source=a,target=/a db", NULL,
		"docker run --rm --label=x --mount=source=new0,target=/a db");
	becomes("docker run -va:/a db", NULL, "docker run --rm --label=x --volume=new0:/a db");
	becomes("docker run -itv a:/a -dPvb:/b -ivb:/c db", NULL,
		"docker run --rm --label=x -t --volume=new0:/a -P --volume=new1:/b "
		"--volume=new1:/c db");
}

static bool keeps(const char *text)
{
	struct ct_runline l;
	struct line line;
	bool keeps;

	split(&line, text);
	CU_ASSERT_EQUAL_FATAL(ct_runline__parse(line.words, &l, NULL), 0);
	keeps = l.keeps;
	ct_runline__free(&l);
	return keeps;
}

static void test_keeps(void)
{
	CU_ASSERT_FALSE(keeps("docker run -v data:/d -v /anon -v /h:/h:ro -v ./h:/h:z,ro db"));
	CU_ASSERT_FALSE(keeps("docker run --mount type=volume,src=a,dst=/a --tmpfs /t:rw db"));
	CU_ASSERT_FALSE(keeps("docker run --mount type=bind,src=/a,dst=/a,readonly db"));
	CU_ASSERT_FALSE(keeps("docker run --mount type=bind,src=/a,dst=/a,ro=true db"));
	CU_ASSERT_TRUE(keeps("docker run -v /h:/h db"));
	CU_ASSERT_TRUE(keeps("docker run -itv ~/h:/ro:rw db"));
	CU_ASSERT_TRUE(keeps("docker run --volume=./h:/h:rprivate db"));
	CU_ASSERT_TRUE(keeps("docker run --mount type=bind,src=/ro,dst=/a db"));
	CU_ASSERT_TRUE(keeps("docker run --mount type=bind,src=/a,dst=/a,readonly=false db"));
	CU_ASSERT_TRUE(keeps("podman run --mount type=bind,src=/a,dst=/a,ro=0 db"));
	CU_ASSERT_TRUE(keeps("podman run --mount type=glob,src=/a*,dst=/a db"));
	CU_ASSERT_TRUE(keeps("docker run --volumes-from other db"));
}

static void refused(const char *text, const char *why)
{
	ct_autoerr struct ct_err err = {};
	struct ct_runline l;
	struct line line;

	split(&line, text);
	CU_ASSERT_EQUAL(ct_runline__parse(line.words, &l, &err), -EINVAL);
	CU_ASSERT(err.msg && strstr(err.msg, why));
}

static void test_refused(void)
{
	refused("docker create nginx", "docker run");
	refused("docker run", "image");
	refused("docker run -v", "image");
	refused("docker run --name x --", "image");
	refused("docker", "docker run");
	refused("docker ps", "docker run");
}

static void test_facts(void)
{
	static const struct {
		const char *option;
		bool is;
	} detach[] = {
		{ "-d=false", false },	     { "-itd=0", false },	 { "-d=true", true },
		{ "-dt=false", true },	     { "-it=false", false },	 { "-d -d=F", false },
		{ "--detach=False", false }, { "-d --detach=f", false }, { "-dp=1:d", true },
		{ "-tp=d:d", false },
	};
	ct_autoerr struct ct_err err = {};
	ct_autostrings struct ct_strings client = {};
	ct_autofree char *joined = NULL;
	struct ct_runline l;
	struct line line;

	split(&line, "sudo docker -H unix:///s container run -itd --name=db --privileged x");
	CU_ASSERT_EQUAL_FATAL(ct_runline__parse(line.words, &l, &err), 0);
	UNIT_STR(l.name, "db");
	UNIT_STR(l.client.engine.address, "unix:///s");
	CU_ASSERT(l.detached && l.privileged);
	ct_runline__client(&l, &client);
	joined = join(&client);
	UNIT_STR(joined, "sudo docker -H unix:///s");
	ct_runline__free(&l);
	for (size_t i = 0; i < CT_ARRAY_SIZE(detach); i++) {
		ct_autofree char *text = ct_xasprintf("docker run %s x", detach[i].option);

		split(&line, text);
		CU_ASSERT_EQUAL_FATAL(ct_runline__parse(line.words, &l, &err), 0);
		CU_ASSERT_EQUAL(l.detached, detach[i].is);
		ct_runline__free(&l);
	}
	/* An option's value is not a bundle of letters. */
	split(&line, "docker run -e d -hd --detach=false x");
	CU_ASSERT_EQUAL_FATAL(ct_runline__parse(line.words, &l, &err), 0);
	CU_ASSERT(!l.detached && !l.name && !l.privileged);
	ct_runline__free(&l);
}

static CU_TestInfo tests[] = {
	{ "capabilities", test_capabilities },
	{ "in the foreground", test_foreground },
	{ "what a run leaves", test_keeps },
	{ "volumes", test_volumes },
	{ "what cannot be changed", test_refused },
	{ "what is told", test_facts },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_runline", tests)

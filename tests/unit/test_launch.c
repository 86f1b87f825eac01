/* SPDX-License-Identifier: GPL-2.0-only */
/* Which commands start containers, and where the label goes in. */
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "deploy/project_name.h"
#include "record/launch.h"
#include "record/recorder.h"
#include "unit.h"

/* LABEL stands for the option that is put in. */
static const struct {
	const char *words, *expected, *project, *address;
	bool is_client;
} cases[] = {
	{ "docker run --rm nginx", "docker run LABEL --rm nginx", NULL, NULL, true },
	{ "docker create nginx", "docker create LABEL nginx", NULL, NULL, true },
	{ "/usr/bin/docker run nginx", "/usr/bin/docker run LABEL nginx", NULL, NULL, true },
	{ "podman run nginx", "podman run LABEL nginx", NULL, NULL, true },
	{ "docker container run nginx", "docker container run LABEL nginx", NULL, NULL, true },
	{ "docker container create x", "docker container create LABEL x", NULL, NULL, true },
	{ "sudo docker run nginx", "sudo docker run LABEL nginx", NULL, NULL, true },
	{ "/usr/bin/sudo podman run x", "/usr/bin/sudo podman run LABEL x", NULL, NULL, true },
	{ "sudo -E docker run x", "sudo -E docker run LABEL x", NULL, NULL, true },
	{ "sudo -En -u root -- docker run x", "sudo -En -u root -- docker run LABEL x", NULL, NULL,
	  true },
	{ "sudo --user=root A=b env -u C D=e podman run x",
	  "sudo --user=root A=b env -u C D=e podman run LABEL x", NULL, NULL, true },
	{ "env - A=b docker -H unix:///s run x", "env - A=b docker -H unix:///s run LABEL x", NULL,
	  "unix:///s", true },
	{ "sudo -E docker compose -p a up", "sudo -E docker compose -p a up", "a", NULL, true },
	/* Whose engine that is, or in which directory, is not clear. */
	{ "sudo -u alice podman run x", "sudo -u alice podman run x", NULL, NULL, false },
	{ "sudo -D / docker compose up", "sudo -D / docker compose up", NULL, NULL, false },
	{ "env -C / docker run x", "env -C / docker run x", NULL, NULL, false },
	{ "sudo -u docker run x", "sudo -u docker run x", NULL, NULL, false },
	{ "docker -D run nginx", "docker -D run LABEL nginx", NULL, NULL, true },
	{ "docker --debug --tls run x", "docker --debug --tls run LABEL x", NULL, NULL, true },
	{ "docker -H unix:///s run x", "docker -H unix:///s run LABEL x", NULL, "unix:///s", true },
	{ "docker --host unix:///s run x", "docker --host unix:///s run LABEL x", NULL, "unix:///s",
	  true },
	{ "docker --host=unix:///s run x", "docker --host=unix:///s run LABEL x", NULL, "unix:///s",
	  true },
	{ "docker -H tcp://1.2.3.4:5 run x", "docker -H tcp://1.2.3.4:5 run LABEL x", NULL,
	  "tcp://1.2.3.4:5", true },
	{ "docker --context run run x", "docker --context run run LABEL x", NULL, NULL, true },
	{ "docker -c run ps", "docker -c run ps", NULL, NULL, true },
	{ "docker -l debug run x", "docker -l debug run LABEL x", NULL, NULL, true },
	{ "docker --config /c run x", "docker --config /c run LABEL x", NULL, NULL, true },
	{ "podman --root /r --runtime crun run x", "podman --root /r --runtime crun run LABEL x",
	  NULL, NULL, true },
	/* The workload's own words are not ours to read. */
	{ "docker run -H unix:///x img", "docker run LABEL -H unix:///x img", NULL, NULL, true },
	{ "docker run img docker run", "docker run LABEL img docker run", NULL, NULL, true },
	/* Clients that start nothing, or that we cannot put a label into. */
	{ "docker ps", "docker ps", NULL, NULL, true },
	{ "docker start web", "docker start web", NULL, NULL, true },
	{ "docker container ls", "docker container ls", NULL, NULL, true },
	{ "docker container", "docker container", NULL, NULL, true },
	{ "docker", "docker", NULL, NULL, true },
	{ "docker -H", "docker -H", NULL, NULL, true },
	{ "docker exec web run", "docker exec web run", NULL, NULL, true },
	/* No clients at all. */
	{ "nginx -g run", "nginx -g run", NULL, NULL, false },
	{ "sudo", "sudo", NULL, NULL, false },
	{ "sudo -u root", "sudo -u root", NULL, NULL, false },
	{ "env A=b", "env A=b", NULL, NULL, false },
	{ "env A=b make docker run", "env A=b make docker run", NULL, NULL, false },
	{ "sh -c docker", "sh -c docker", NULL, NULL, false },
	{ "dockerd run", "dockerd run", NULL, NULL, false },
	{ "mydocker run x", "mydocker run x", NULL, NULL, false },
	/* Compose labels its containers itself: the project is enough. */
	{ "docker compose -p shop up", "docker compose -p shop up", "shop", NULL, true },
	{ "docker compose --project-name=shop up", "docker compose --project-name=shop up", "shop",
	  NULL, true },
	{ "docker compose --ansi never -p shop up", "docker compose --ansi never -p shop up",
	  "shop", NULL, true },
	{ "docker-compose -p shop up -d", "docker-compose -p shop up -d", "shop", NULL, true },
	{ "docker-compose --project-name shop up", "docker-compose --project-name shop up", "shop",
	  NULL, true },
	{ "docker compose -f /usr/share/x.yaml up", "docker compose -f /usr/share/x.yaml up",
	  "share", NULL, true },
	{ "docker compose -f /usr/share/x.yaml --file=/etc/y.yaml -f /tmp/z.yaml up",
	  "docker compose -f /usr/share/x.yaml --file=/etc/y.yaml -f /tmp/z.yaml up", "share", NULL,
	  true },
	{ "sudo docker compose -p a up", "sudo docker compose -p a up", "a", NULL, true },
	/* Of several the last counts; a short option may have its value in the same word. */
	{ "docker compose -p a --project-name b up", "docker compose -p a --project-name b up", "b",
	  NULL, true },
	{ "docker compose -pshop up", "docker compose -pshop up", "shop", NULL, true },
	{ "docker compose -p=shop up", "docker compose -p=shop up", "shop", NULL, true },
	{ "docker compose -f/usr/share/x.yaml up", "docker compose -f/usr/share/x.yaml up", "share",
	  NULL, true },
	{ "docker -Hunix:///s run x", "docker -Hunix:///s run LABEL x", NULL, "unix:///s", true },
	/* -p behind the subcommand is another option. */
	{ "docker compose -p a run -p 80:80 web", "docker compose -p a run -p 80:80 web", "a", NULL,
	  true },
};

static void split(char *text, char **argv)
{
	char *rest = NULL;
	size_t n = 0;

	for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		argv[n++] = w;
	argv[n] = NULL;
}

static char *joined(const struct ct_launch *in)
{
	struct ct_str s = { 0 };

	for (size_t i = 0; in->argv[i]; i++)
		ct_str__addf(&s, "%s%s", i ? " " : "",
			     in->argv[i] == in->option ? "LABEL" : in->argv[i]);
	return s.s;
}

static void test_cases(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *text = ct_xstrdup(cases[i].words), *got = NULL;
		ct_autofree char *project = NULL;
		struct ct_launch in;
		char *argv[16];

		split(text, argv);
		ct_launch__prepare(&in, argv);
		got = joined(&in);
		UNIT_STR(got, cases[i].expected);
		if (in.is_compose)
			project = ct_compose__project_name(&in.project);
		UNIT_STR(project, cases[i].project);
		UNIT_STR(in.engine.address, cases[i].address);
		if (in.is_client != cases[i].is_client)
			printf("%s\n", cases[i].words);
		CU_ASSERT_EQUAL(in.is_client, cases[i].is_client);
		CU_ASSERT_EQUAL(in.label != NULL, strstr(cases[i].expected, "LABEL") != NULL);
		ct_launch__free(&in);
	}
}

/* What is set for the client alone says which engine and which project are meant. */
static void test_environment(void)
{
	char text[] = "sudo env DOCKER_HOST=unix:///s COMPOSE_PROJECT_NAME=shop PATH=/no docker "
		      "compose up";
	ct_autofree char *project = NULL, *path = ct_xstrdup(getenv("PATH"));
	struct ct_launch in;
	char *argv[16];

	split(text, argv);
	ct_launch__prepare(&in, argv);
	project = ct_compose__project_name(&in.project);
	UNIT_STR(project, "shop");
	UNIT_STR(getenv("DOCKER_HOST"), "unix:///s");
	UNIT_STR(getenv("PATH"), path);
	unsetenv("DOCKER_HOST");
	unsetenv("COMPOSE_PROJECT_NAME");
	ct_launch__free(&in);
}

/* Of each command another one, in the form that the recorder looks for. */
static void test_label(void)
{
	char *argv[] = { (char *)"docker", (char *)"run", (char *)"x", NULL };
	struct ct_launch a, b;
	ct_autofree char *option = NULL;

	ct_launch__prepare(&a, argv);
	ct_launch__prepare(&b, argv);
	CU_ASSERT_EQUAL(strlen(a.label), 24);
	CU_ASSERT(strcmp(a.label, b.label) != 0);
	option = ct_xasprintf("--label=" CT_RUN_LABEL "=%s", a.label);
	UNIT_STR(a.option, option);
	ct_launch__free(&a);
	ct_launch__free(&b);
}

static void test_nothing(void)
{
	char *none[] = { NULL };
	struct ct_launch in;

	ct_launch__prepare(&in, none);
	CU_ASSERT(!in.argv && !in.label && !in.is_client);
	ct_launch__free(&in);
}

static CU_TestInfo tests[] = {
	{ "commands", test_cases }, { "environment", test_environment },
	{ "label", test_label },    { "nothing", test_nothing },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("launch", tests)

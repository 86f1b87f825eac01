/* SPDX-License-Identifier: GPL-2.0-only */
/* What stays the same in the names of units. */
#include "base/util.h"
#include "model/unit_name.h"
#include "unit.h"

static const struct {
	const char *name, *path, *stable;
} names[] = {
	{ "nginx.service", NULL, "nginx.service" },
	{ "getty@tty1.service", NULL, "getty@tty1.service" },
	{ "postgresql@9.4-main.service", NULL, "postgresql@9.4-main.service" },
	{ "session-3.scope", "/user.slice/user-1000.slice/session-3.scope",
	  "user-1000.slice/session-*.scope" },
	{ "session-c1.scope", "/user.slice/user-0.slice/session-c1.scope/x",
	  "user-0.slice/session-*.scope" },
	{ "session-3.scope", NULL, "session-*.scope" },
	{ "session-3.scope", "/user.slice/user-x.slice", "session-*.scope" },
	{ "session-.scope", NULL, "session-.scope" },
	{ "session-manager.service", NULL, "session-manager.service" },
	{ "run-u17.service", NULL, "run-*.service" },
	{ "run-17.scope", NULL, "run-*.scope" },
	{ "run-p1-i2.service", NULL, "run-*.service" },
	{ "run-p1.service", NULL, "run-p1.service" },
	{ "run-r0123456789abcdef0123456789abcdef.scope", NULL, "run-*.scope" },
	{ "run-r0123.scope", NULL, "run-r0123.scope" },
	{ "run-backup.service", NULL, "run-backup.service" },
	{ "user@1000.service", NULL, "user@1000.service" },
	{ "user@1000.service/run-u1.scope", NULL, "user@1000.service/run-*.scope" },
	{ "user@1000.service/tmux-spawn-0267755b-4639-4a27-90ed-f19f88e53748.scope", NULL,
	  "user@1000.service/tmux-spawn-*.scope" },
	{ "machine-qemu\\x2d12\\x2dmy\\x2ddb.scope", NULL,
	  "machine-qemu\\x2d*\\x2dmy\\x2ddb.scope" },
	{ "app-firefox-123.scope", NULL, "app-firefox-*.scope" },
	{ "app-org.kde.x@0123456789abcdef0123456789abcdef.service", NULL,
	  "app-org.kde.x@*.service" },
	{ "app-foo@autostart.service", NULL, "app-foo@autostart.service" },
	{ "buildah-buildah3418476523.scope", NULL, "buildah-buildah*.scope" },
	{ "app-Hyprland-chromium-031bdc27.scope", NULL, "app-Hyprland-chromium-*.scope" },
	{ "app-Hyprland-qterminal@02f77be1.service", NULL, "app-Hyprland-qterminal@*.service" },
	{ "app-foo-deadbeef.scope", NULL, "app-foo-deadbeef.scope" },
	{ "app-foo-031bdc2.scope", NULL, "app-foo-031bdc2.scope" },
	{ "podman-pause-5df92a5e.scope", NULL, "podman-pause-*.scope" },
	{ "podman-pause-5df92a5e.service", NULL, "podman-pause-5df92a5e.service" },
	{ "sshd@3-192.168.1.1:22-192.168.1.2:50512.service", NULL, "sshd@*.service" },
	{ "sshd@0-2001:db8::1:22-fe80::2:50512.service", NULL, "sshd@*.service" },
	{ "systemd-coredump@12-4321-0.service", NULL, "systemd-coredump@*.service" },
	{ "systemd-coredump@0-51_2301-1000.service", NULL, "systemd-coredump@*.service" },
	{ "x@1-2.service", NULL, "x@1-2.service" },
	{ "x@1-2-3-4.service", NULL, "x@1-2-3-4.service" },
	{ "x@1-a-b.service", NULL, "x@1-a-b.service" },
	{ "x@3-192.168.1.1-192.168.1.2:5.service", NULL, "x@3-192.168.1.1-192.168.1.2:5.service" },
	{ "x@3-192.168.1.1:22-192.168.1.2.service", NULL,
	  "x@3-192.168.1.1:22-192.168.1.2.service" },
	{ "", NULL, "" },
	{ ".scope", NULL, ".scope" },
	{ "123.scope", NULL, "123.scope" },
};

static void test_stable(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
		ct_autofree char *stable = ct_unit_name__stable(names[i].name, names[i].path);

		UNIT_STR(stable, names[i].stable);
	}
}

static void test_template(void)
{
	ct_autofree char *of = NULL, *instance = NULL;

	CU_ASSERT(ct_unit_name__template("getty@tty1.service", &of, &instance));
	UNIT_STR(of, "getty@.service");
	UNIT_STR(instance, "tty1");
	CU_ASSERT(!ct_unit_name__template("getty@.service", &of, &instance));
	CU_ASSERT(!ct_unit_name__template("getty.service", &of, &instance));
	CU_ASSERT(!ct_unit_name__template("a@b", &of, &instance));
}

static void test_app(void)
{
	static const struct {
		const char *unit, *app;
	} apps[] = {
		{ "app-gnome-org.gnome.Evince-4711.scope", "org.gnome.Evince" },
		{ "app-flatpak-org.mozilla.firefox-1.scope", "flatpak org.mozilla.firefox" },
		{ "app-org.kde.konsole@6f1d.service", "org.kde.konsole" },
		{ "snap.firefox.geckodriver.0267755b-4639-4a27-90ed-f19f88e53748.scope",
		  "snap firefox.geckodriver" },
		{ "snap.lxd.daemon.service", "snap lxd.daemon" },
		{ "flatpak-org.gnome.Calendar-12345.scope", "flatpak org.gnome.Calendar" },
		{ "flatpak-1.scope", NULL },
		{ "flatpak-system-helper.service", NULL },
		{ "app-.scope", NULL },
		{ "app-x.scope", NULL },
		{ "snap.", NULL },
		{ "nginx.service", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(apps); i++) {
		ct_autofree char *app = ct_unit_name__app(apps[i].unit);

		UNIT_STR(app, apps[i].app);
	}
}

static CU_TestInfo tests[] = {
	{ "stable", test_stable },
	{ "template", test_template },
	{ "app", test_app },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("unit-name", tests)

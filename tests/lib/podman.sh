# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # tmp, image and skip are common.sh's
# Podman as root with a store of its own and the tests' image in it. Behind common.sh.

# Sets $podman, or ends the script with one SKIP line.
need_podman() {
	command -v podman >/dev/null || { skip all 'no podman'; exit 0; }
	need_docker # the image is made there
	# No limits above those of a container that runs this test.
	export CONTAINERS_CONF=$tmp/containers.conf
	cat >"$CONTAINERS_CONF" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
	podman=(podman --root "$tmp/store" --runroot "$tmp/run")
	command -v runc >/dev/null && podman+=(--runtime runc)
	service=
	trap podman_end EXIT
	if ! docker save "$image" | "${podman[@]}" load >"$tmp/out" 2>&1; then
		skip all "podman cannot load an image: $(tail -n 1 "$tmp/out")"
		exit 0
	fi
	if ! "${podman[@]}" run --rm --network none "$image" true >"$tmp/out" 2>&1; then
		skip all "podman runs no container here: $(tail -n 1 "$tmp/out")"
		exit 0
	fi
}

# shellcheck disable=SC2317 # called by trap
podman_end() {
	[ -z "$service" ] || kill "$service" 2>/dev/null
	"${podman[@]}" rm -af >/dev/null 2>&1
	umount "$tmp/store/overlay" 2>/dev/null
	rm -rf "$tmp"
}

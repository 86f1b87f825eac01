#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whose process is it? Processes that are moved between cgroups: by the workload itself, by somebody from outside, out
# of it; and cgroups and labels that only say they are a container's or a Compose service's.
# Runs alone: it records whatever is started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
command -v "${CC:-cc}" >/dev/null || { skip all 'no compiler'; exit 0; }
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -n "$v2" ] || { skip all 'no cgroup v2'; exit 0; }
# Executed by others than root, too.
"${CC:-cc}" -O1 -o "$tmp/whose" "$(dirname "$0")/whose.c" -pthread || { skip all 'no C library to link with'; exit 0; }

name=captrim-whose-$$
outside=$v2/$name
recorder=
clean() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null
	docker ps -aq --filter "name=$name" 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
	docker rmi -f "$name" >/dev/null 2>&1
	find "$outside"* -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
# record OPTION...: begins, and is there
record() {
	rm -f "$tmp/recording"
	"$captrim" record "$@" -q -o "$tmp/recording" 2>"$tmp/err" &
	recorder=$!
	attached $recorder
}
# Ends it, and makes its advice.
recorded() {
	kill -INT $recorder
	wait $recorder
	recorder=
	"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
}

mkdir "$outside" || { skip all 'no cgroup can be made'; exit 0; }

# Of a command: it makes the cgroups that it needs below its own.
cat >"$tmp/within" <<'WITHIN'
#!/bin/sh
# within TREE PROGRAM HOW FILE
own=$1$(sed -n 's/^0:://p' /proc/self/cgroup)
mkdir "$own/worker" "$own/other" || exit
"$2" "$3" "$4" "$own/worker" "$own/other"
WITHIN
chmod 755 "$tmp/within"
phases() {
	jq -r '[.workloads[0].capabilities[] | select(.name == "CHOWN") | .reasons[].phase] | unique | join(",")' "$tmp/advice"
}

# What the workload itself puts into a cgroup is the workload, before and after an execve.
for how in parent self clone clone-execute sibling thread executed set-up works-on grandchild; do
	touch "$tmp/file"
	status=0
	"$captrim" run -q --format json -o "$tmp/advice" -- "$tmp/within" "$v2" "$tmp/whose" "$how" "$tmp/file" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -eq 2 ] && [ "$how" = thread ]; then
		skip own-$how "no threaded cgroups here: $(head -n 1 "$tmp/err")"
		continue
	fi
	is "own-$how-status" "$status" 0
	is "own-$how" "$(cap_add "$tmp/advice")" CHOWN
	is "own-$how-phase" "$(phases)" main
	rm -f "$tmp/file"
done

# What leaves the workload's cgroup, for the root or for another one, keeps its bounding set.
for how in go go-execute; do
	for to in "$v2" "$outside"; do
		where=elsewhere
		[ "$to" = "$v2" ] && where=root
		touch "$tmp/file"
		"$captrim" run -q --format json -o "$tmp/advice" -- "$tmp/whose" $how "$tmp/file" "$to" >"$tmp/out" 2>"$tmp/err"
		is "$how-$where" "$(cap_add "$tmp/advice")" CHOWN
		rm -f "$tmp/file"
	done
done
# Others that are there do not belong to it.
touch "$tmp/file"
(for _ in 1 2 3 4 5 6 7 8; do chown 1002 "$tmp/file"; sleep 0.2; done) &
"$captrim" run -q --format json -o "$tmp/advice" -- sh -c "echo 0 >$v2/cgroup.procs; sleep 1" >"$tmp/out" 2>"$tmp/err"
wait
is others-at-the-root "$(cap_add "$tmp/advice")" ''

# Those who come from outside: set-up is what an execve followed. Each into a cgroup of its own.
outsiders='set-up clone-execute executed parent clone works-on grandchild go'
record --all
for how in $outsiders; do
	mkdir "$outside/$how"
	touch "$tmp/file"
	"$tmp/whose" "$how" "$tmp/file" "$outside/$how" >"$tmp/out" 2>&1 || fail "outsider-$how-status" "$(cat "$tmp/out")"
	rm -f "$tmp/file"
done
recorded
for how in $outsiders; do
	wanted='["required"]'
	case $how in set-up | clone-execute) wanted='["unneeded"]' ;; esac
	is "outsider-$how" "$(jq -c --arg id "/$name/$how" '[.workloads[] | select(.id == $id) | .capabilities[] |
		select(.name == "CHOWN") | .verdict]' "$tmp/advice")" "$wanted"
done
is outsider-doubtful "$(jq -c --arg id "/$name/parent" '[.workloads[] | select(.id == $id) | .capabilities[] |
	select(.name == "CHOWN") | .reasons[].doubtful]' "$tmp/advice")" '[true]'

docker version >/dev/null 2>&1 || { skip docker 'no Docker daemon answers'; exit 0; }
need_docker
docker run -d --name "$name-web" --network none "$image" sleep 300 >/dev/null
id=$(docker inspect -f '{{.Id}}' "$name-web")
mkdir "$outside/user"
chown -R 65534:65534 "$outside/user"
# forged DIRECTORY: a program there that needs CHOWN
forged() {
	touch "$tmp/file"
	sh -c "echo 0 >$1/cgroup.procs; chown 1001 $tmp/file; /bin/true"
	rm -f "$tmp/file"
}
record -c "$name-web"
# An exec that fails has executed nothing, and was never within the container's set.
docker exec "$name-web" /no/such/program >/dev/null 2>&1
docker exec "$name-web" id >/dev/null 2>&1
# Cgroups with the container's name: an ordinary user's below one that he was given, and one that holds no container.
setpriv --reuid 65534 --regid 65534 --clear-groups mkdir "$outside/user/docker-$id.scope"
forged "$outside/user/docker-$id.scope"
mkdir -p "$outside/docker/$id"
forged "$outside/docker/$id"
recorded
is forged "$(cap_add "$tmp/advice")" ''
# The same in the container is its own.
record -c "$name-web"
docker exec "$name-web" chown 1001 /tmp
recorded
is not-forged "$(cap_add "$tmp/advice")" CHOWN
docker rm -f "$name-web" >/dev/null

# An image that says it is somebody's service, and a container that Compose made of it.
printf 'FROM %s\nLABEL com.docker.compose.project=shop com.docker.compose.service=db\n' "$image" |
	docker build -q -t "$name" - >"$tmp/out" 2>&1 || { skip labels "no image can be built: $(tail -n 1 "$tmp/out")"; exit 0; }
# labelled NAME WANTED OPTION...
labelled() {
	local what=$1 wanted=$2

	shift 2
	"$captrim" run -q --format json -o "$tmp/advice" -- docker run --rm --network none --name "$name-x" "$@" "$name" \
		sleep 1 >"$tmp/out" 2>"$tmp/err"
	is "labels-$what" "$(jq -c '.workloads[0].container | [.project, .service]' "$tmp/advice")" "$wanted"
}
labelled of-the-image '[null,null]'
labelled of-compose '["shop","db"]' --label com.docker.compose.config-hash=1f2e
labelled by-hand '["mine","front"]' --label com.docker.compose.project=mine --label com.docker.compose.service=front

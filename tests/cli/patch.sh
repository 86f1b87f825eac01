#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim patch on a corpus of Compose files. A case is a directory of tests/corpus/compose:
#   args         the words given to "captrim patch"
#   X            a file of the project, which must stay as it is
#   X.expected   what X must be afterwards, byte for byte
#   refused      instead: the message, files untouched
# Then real Compose implementations read what came out: COMPOSE1 and COMPOSE2 name them.
. "$(dirname "$0")/../lib/common.sh"
corpus=$here/tests/corpus/compose
work=$tmp/corpus
cp -r "$corpus" "$work"
find "$work" \( -name '*.expected' -o -name refused \) -delete

# words CASE: the arguments of a case, in $args
words() { read -ra args <"$work/$1/args"; }

# same CASE SUFFIX: every file is as that with the suffix, if there is one, else as it was;
# prints the first that is not
same() {
	local case=$1 file want
	while IFS= read -r -d '' file; do
		want=$corpus/$case/${file#"$work/$case/"}
		[ -f "$want$2" ] && want=$want$2
		cmp -s "$file" "$want" || { echo "${file#"$work/"}"; return; }
	done < <(find "$work/$case" -type f -print0)
}

# A diff that cannot be written.
(cd "$corpus/plain-2-spaces" && words plain-2-spaces && "$captrim" patch "${args[@]}" >/dev/full 2>"$tmp/err")
says full "$tmp/err" '^captrim: cannot write standard output: No space left on device$'

for dir in "$corpus"/*/; do
	case=$(basename "$dir")
	words "$case"
	cd "$work/$case" || exit 1
	"$captrim" patch "${args[@]}" >"$tmp/diff" 2>"$tmp/err"
	status=$?
	differs=$(same "$case" '')
	if [ -n "$differs" ]; then
		fail "$case" "$differs was changed without --write"
		continue
	fi
	cp -r . "$tmp/before"
	"$captrim" patch --write "${args[@]}" >"$tmp/out" 2>"$tmp/err"
	written=$?
	differs=$(same "$case" .expected)
	if [ -n "$differs" ]; then
		fail "$case" "$differs is not as expected: $(head -c 300 "$tmp/err")"
	elif [ -f "$dir/refused" ]; then
		if [ "$status $written" = '1 1' ]; then
			is "$case" "$(cat "$tmp/err")" "$(cat "$dir/refused")"
		else
			fail "$case" "exit status $status, then $written"
		fi
	elif [ "$status $written" != '0 0' ]; then
		fail "$case" "exit status $status, then $written: $(head -c 300 "$tmp/err")"
	elif ! (cd "$tmp/before" && patch -s --binary -p0 <"$tmp/diff" && diff -r . "$work/$case") >"$tmp/out" 2>&1; then
		fail "$case" "the diff says something else: $(head -c 300 "$tmp/out")"
	elif [ -n "$("$captrim" patch "${args[@]}" 2>"$tmp/err")" ]; then
		fail "$case" 'a second time there is still something to change'
	else
		pass "$case"
	fi
	rm -rf "$tmp/before"
done

# ---- modes, owners, links, what else can be asked for ----
cd "$tmp" || exit 1
printf 'services:\n  web:\n    image: nginx\n' >plain.yaml
cp plain.yaml compose.yaml
chmod 640 compose.yaml
[ "$(id -u)" = 0 ] && chown 1001:1002 compose.yaml
was=$(stat -c '%a %u %g' compose.yaml)
ln -s compose.yaml link.yaml
"$captrim" patch -q --write -f link.yaml "$corpus/web.rec" 2>"$tmp/err"; is write-status $? 0
is mode-and-owner "$(stat -c '%a %u %g' compose.yaml)" "$was"
is link-stays "$(readlink link.yaml)" compose.yaml
is no-leftovers "$(find . -name '.*captrim*' | wc -l)" 0
mkdir 'a b'
cp plain.yaml 'a b/of two words.yaml'
cp -r 'a b' before
"$captrim" patch -q -f 'a b/of two words.yaml' "$corpus/web.rec" >out; is blanks-in-a-name-status $? 0
"$captrim" patch -q --write -f 'a b/of two words.yaml' "$corpus/web.rec"
is blanks-in-a-name "$(cd before && mkdir 'a b' && mv 'of two words.yaml' 'a b' && patch -s -p0 <../out 2>&1 &&
	cmp 'a b/of two words.yaml' '../a b/of two words.yaml' && echo same)" same
"$captrim" patch -f plain.yaml --color always "$corpus/web.rec" >out
says coloured out "$(printf '\033')"
printf 'services: {web: {image: nginx, privileged: true}}\n' >privileged.yaml
"$captrim" patch -f privileged.yaml "$corpus/privileged.rec" >out 2>err
says privileged-stays err '^captrim: privileged.yaml:1:44: web: privileged: true stays'
"$captrim" patch -f "$corpus/privileged-variable/compose.yaml" --drop-privileged "$corpus/web.rec" >out 2>err
# shellcheck disable=SC2016 # as the file has it
says privileged-variable err 'web: privileged: \${DEBUG:-false} is removed: '
"$captrim" advise --format json "$corpus/privileged.rec" | jq '.workloads[0] |= (.advice.confidence = "proved" |
	.verified = {runs: 2, check: "exit status 0", result: "minimal", flaky: false, degraded: [],
		privileged: "dropped", list: []})' >proved.json
"$captrim" patch -f privileged.yaml proved.json >out 2>err
says privileged-proved-without err '^captrim: privileged.yaml:1:44: web: privileged: true is removed: it worked without'
"$captrim" patch -q -f plain.yaml --override over.yaml "$corpus/web.rec"; is override-status $? 0
says override over.yaml '^    cap_add: !override$'
says override-version over.yaml '2\.24\.4'
is override-leaves-file "$(cmp plain.yaml <(printf 'services:\n  web:\n    image: nginx\n') && echo same)" same
"$captrim" patch -q -f plain.yaml --override over.yaml "$corpus/web.rec"; is override-again $? 0
"$captrim" patch -q -f plain.yaml --override compose.yaml "$corpus/web.rec" 2>err; is override-foreign $? 1
says override-foreign-text err 'name another'
# shellcheck disable=SC2016 # for Compose
printf 'services:\n  web:\n    extends: {file: "${X}.yaml", service: a}\n' >unread.yaml
"$captrim" patch -f unread.yaml --override - "$corpus/web.rec" >out 2>err; is override-unread $? 0
says override-unread-list out '^    cap_add: !override$'
says override-unread-privileged err 'unread.yaml:2:3: web: what it extends could not be read and may make it privileged'
"$captrim" patch -f unread.yaml --drop-privileged --override - "$corpus/web.rec" >out 2>err
says override-unread-not-privileged out '^    privileged: false'
"$captrim" patch "$corpus/web.rec" 2>err; is no-file $? 2
"$captrim" patch -f plain.yaml 2>err; is no-recording $? 2
"$captrim" patch -f plain.yaml -w --override x "$corpus/web.rec" 2>err; is write-and-override $? 2
"$captrim" patch -f nowhere.yaml "$corpus/web.rec" 2>err; is missing-file $? 1
"$captrim" patch -f plain.yaml --service web "$corpus/shop.rec" 2>err; is service-of-many $? 1
says service-of-many-text err 'shop-db-1'
printf 'services:\n  web: {image: nginx, user: 1000, network_mode: host}\n' >user.yaml
"$captrim" patch -f user.yaml "$corpus/web.rec" >out 2>err
says other-user err "^captrim: user.yaml:2:29: web: recorded as root, .* CHOWN, SETGID, SETUID do nothing there"
says other-network err "^captrim: user.yaml:2:49: web: recorded without, but the file says 'network_mode: host'"


# ---- many of everything ----
mkdir -p inc
{ echo 'include:'; for i in {1..100}; do echo "  - inc/$i.yaml"; done; cat plain.yaml; } >hundred.yaml
for i in {1..100}; do echo "services: {s$i: {image: x}}" >"inc/$i.yaml"; done
"$captrim" patch -f hundred.yaml "$corpus/web.rec" >out 2>err; is a-hundred-includes $? 0
{ echo 'services:'; cat <(sed -n '2,$p' plain.yaml)
	for i in {1..2000}; do printf '  s%d: {image: x, environment: {A: "1", B: "2"}, labels: {a: {b: {c: {}}}}}\n' "$i"; done
} >thousands.yaml
"$captrim" patch -f thousands.yaml "$corpus/web.rec" >out 2>err; is thousands-of-services $? 0
{ cat plain.yaml; head -c 5000000 /dev/zero | tr '\0' '#'; } >huge.yaml
"$captrim" patch -f huge.yaml "$corpus/web.rec" >out 2>err; is huge $? 1
says huge-text err 'huge.yaml is larger than 4 MiB: split the file'
if command -v script >/dev/null; then
	{ cat plain.yaml && printf -- '---\n# \033]0;x\007\n---\nx-a: 1\n'; } >escape.yaml
	NO_COLOR=1 script -qec "$captrim patch -f escape.yaml $corpus/web.rec" out </dev/null >/dev/null
	says terminal-without-colour out '^ # \\x1b\]0;x\\x07'
fi

# ---- what real implementations make of it ----
# config DIR: what it makes of the files in that directory
config() { (cd "$1" && TAG=1 COMPOSE_PROFILES=front,back "${compose[@]}" -p shop "${files[@]}" config) 2>"$tmp/err"; }

# implementation NAME: every SHARE-th case (8; SHARE=1: all) means the same before and after, but for the set
implementation() {
	local name=$1 case dir i n=0 unread=0 turn=0 share=${SHARE:-8} files
	for dir in "$corpus"/*/; do
		case=$(basename "$dir")
		[ -f "$dir/refused" ] && continue
		[ $((turn++ % share)) -eq 0 ] || continue
		words "$case"
		files=()
		for ((i = 0; i < ${#args[@]}; i++)); do
			[ "${args[i]}" = -f ] && files+=(-f "${args[++i]}")
		done
		config "$dir" >"$tmp/before.yaml" || { unread=$((unread + 1)); continue; }
		config "$work/$case" >"$tmp/after.yaml" || {
			fail "$name-$case" "refused afterwards: $(head -c 300 "$tmp/err")"
			continue
		}
		(cd "$dir" && "$captrim" advise --format json "${args[-1]}") >"$tmp/advice.json"
		python3 "$corpus/same.py" "$tmp/before.yaml" "$tmp/after.yaml" "$tmp/advice.json" "$dir" "$work/$case" \
			>"$tmp/out" 2>&1 || {
			fail "$name-$case" "$(head -c 400 "$tmp/out" | tr '\n' ' ')"
			continue
		}
		n=$((n + 1))
	done
	if [ "$n" -ge $((60 / share)) ]; then
		pass "$name reads $n of them ($unread it never could)"
	else
		fail "$name" "reads only $n of them, $unread it never could"
	fi
}
if python3 -c 'import yaml' 2>/dev/null; then
	read -ra compose <<<"${COMPOSE1:-docker-compose}"
	case $("${compose[@]}" version --short 2>/dev/null) in
	1.*) implementation compose-1 ;;
	*) skip compose-1 'docker-compose 1.x is not here (COMPOSE1)' ;;
	esac
	read -ra compose <<<"${COMPOSE2:-docker compose}"
	case $("${compose[@]}" version --short 2>/dev/null) in
	2.* | v2.*)
		implementation compose-2
		cd "$tmp" || exit 1
		printf 'services:\n  web: {image: nginx, cap_add: [SYS_ADMIN], privileged: true}\n' >base.yaml
		"$captrim" patch -q -f base.yaml --override over.yaml "$corpus/web.rec"
		is compose-2-override "$("${compose[@]}" -f base.yaml -f over.yaml config --format json |
			jq -c '.services.web | [.cap_add, .cap_drop, .privileged // false]')" \
			'[["CHOWN","SETGID","SETUID"],["ALL"],false]'
		;;
	*) skip compose-2 'Docker Compose 2.x is not here (COMPOSE2)' ;;
	esac
else
	skip compose-1 'no python3-yaml'
	skip compose-2 'no python3-yaml'
fi

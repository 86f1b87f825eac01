# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # release, pass, fail, peer and the workloads are the caller's
# What others say of the same workloads, which each run once more under each of them: the line of a
# tool in README.md's table. A tool that lists checks is taken at its word: what was granted to the
# program is its set. Read by the guest's script of scripts/vm-test, after workloads.sh and agree.sh.

# words: capabilities by name, sorted, once each, without CAP_, joined by commas
words() {
	tr '[:lower:], ' '[:upper:]\n\n' | sed 's/^CAP_//' | grep . | sort -u | tr '\n' ',' | sed 's/,$//'
}

# score PEER: holds $said, of the workload $name, against $wanted
score() {
	said=$(words <"$said_in")
	sure=$(echo "${wanted#-}" | words)
	if [ "$said" = "$sure" ]; then
		exact=$((exact + 1))
		return
	fi
	for capability in $(echo "$sure" | tr ',' ' '); do
		case ,$said, in
		*",$capability,"*) ;;
		*)
			lacks=$((lacks + 1))
			echo "  $1: $name is given '$said', lacks $capability"
			return
			;;
		esac
	done
	excess=$((excess + 1))
	echo "  $1: $name is given '$said', needs '$sure'"
}

# each_workload PEER: said_of FILE COMMAND... runs one and leaves in the file what is said of it
each_workload() {
	exact=0 lacks=0 excess=0 said_in=/tmp/said
	umount /w 2>/dev/null
	mount -t tmpfs none /w
	tar -C / --xattrs --xattrs-include='*' -xf cases.tar w
	while read -r name wanted command; do
		case $undone in *" $name "*) continue ;; esac
		# shellcheck disable=SC2086 # a command's words
		said_of $said_in $command </dev/null
		score "$1"
	done </tmp/workloads
	echo "PEER $release $1: exact $exact, lacks something $lacks, too many $excess"
	if [ $((exact + lacks + excess)) -ge 30 ] && [ $exact -gt 0 ]; then
		pass "peer $1"
	else
		fail "peer $1" "$exact exact of $((exact + lacks + excess))"
	fi
}

# A command ends before the tool has said all.
from=0
news_of() {
	"$@" >/dev/null 2>&1
	sleep 1
	tail -n +$((from + 1)) /tmp/peer >/tmp/news
	from=$((from + $(wc -l </tmp/news)))
	comm=$(basename "$1")
}

if [ ! -x ./cap-audit ]; then
	echo "SKIP $release peer cap-audit: CAP_AUDIT does not name its program"
else
	said_of() {
		file=$1
		shift
		./cap-audit --json -- "$@" 2>/tmp/log | tr -d '\n ' |
			sed -n 's/.*"required_capabilities":\[\([^]]*\)\].*/\1/p' |
			grep -o '"name":"[a-z_]*"' | cut -d '"' -f 4 >"$file"
	}
	each_workload cap-audit
fi
if ! command -v capable >/dev/null; then
	echo "SKIP $release peer capable: not in the guest (mkdisk libbpf-tools)"
elif peer "bcc's capable" 10 stdbuf -oL capable; then
	said_of() {
		file=$1
		shift
		news_of "$@"
		awk -v comm="$comm" '$4 == comm && $7 == 1 && $8 != "deny" { print $6 }' /tmp/news >"$file"
	}
	each_workload "bcc's capable"
	head -n 4 /tmp/peer
	kill -INT "$peer"
	wait "$peer"
fi
if ! command -v bpftrace >/dev/null; then
	echo "SKIP $release peer bpftrace: not in the guest (mkdisk bpftrace)"
elif peer bpftrace 45 bpftrace -B line -e 'kprobe:cap_capable /(arg3 & 2) == 0/ { @asked[tid] = arg2 + 1; }
	kretprobe:cap_capable /@asked[tid]/ {
		if (retval == 0) { printf("%s %d\n", comm, @asked[tid] - 1); }
		delete(@asked[tid]);
	}'; then
	from=0
	said_of() {
		file=$1
		shift
		news_of "$@"
		# That list is in the order of their numbers, from 0 on.
		"$captrim" explain | awk -v comm="$comm" 'FNR == NR { if (/^[A-Z_]+  *(namespace|HOST)/) names[n++] = $1; next }
			$1 == comm { print names[$2] }' - /tmp/news >"$file"
	}
	each_workload bpftrace
	kill -INT "$peer"
	wait "$peer"
fi

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Recording as an ordinary user, as README.md tells it: a copy of captrim with five file capabilities, as many
# as "captrim doctor --privileges" asks for; and what it says where one of them is missing.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
for program in setcap setpriv; do
	command -v $program >/dev/null || { skip all "no $program"; exit 0; }
done
mountpoint -q /sys/kernel/tracing || { skip all 'no tracefs at /sys/kernel/tracing'; exit 0; }
[ -r /proc/self/attr/current ] && ! setpriv --nnp true && { skip all 'no setpriv that works'; exit 0; }

# Not in a directory that only root may search.
home=$(mktemp -d /var/tmp/captrim-user.XXXXXX)
trap 'rm -rf "$tmp" "$home"' EXIT
cp "$captrim" "$home/captrim"
chmod 755 "$home/captrim"
mkdir "$home/bob"
chown 12345:12345 "$home/bob"
chmod 755 "$home"
# The line of README.md.
grant=$(grep -oE 'cap_bpf,[a-z_,]*\+ep' "$here/README.md" | head -n 1)
setcap "$grant" "$home/captrim" 2>"$tmp/err" || { skip all "no file capabilities: $(cat "$tmp/err")"; exit 0; }
# In the background captrim takes the place of the shell, so that attached() looks at captrim itself.
become_bob() { cd "$home/bob" && exec setpriv --reuid 12345 --regid 12345 --clear-groups "$home/captrim" "$@"; }
as_bob() { (become_bob "$@"); }

# What is asked for is what is given.
"$captrim" doctor --privileges >"$tmp/privileges" 2>&1
asked=$(sed -n 's/^AmbientCapabilities=//p' "$tmp/privileges" | tr ' ' '\n' | tr '[:upper:]' '[:lower:]' | sort | tr '\n' ' ')
given=$(echo "${grant%+ep}" | tr ',' '\n' | sort | tr '\n' ' ')
is given-is-asked "$given" "$asked"

as_bob doctor >"$tmp/doctor" 2>&1
is doctor "$?" 0
says doctor-records "$tmp/doctor" '^ok   captrim would use '
says doctor-calls "$tmp/doctor" '^ok   ends of system calls'

# A root process of somebody else's, whole within the recording.
become_bob record --all -d 6s -o bob.rec 2>"$tmp/err" &
recorder=$!
attached $recorder
mkdir "$tmp/work"
(cd "$tmp/work" && exec sh -c 'touch file && chown 1 file')
wait $recorder
is recorded $? 0
is mode "$(stat -c '%a %u' "$home/bob/bob.rec")" '600 12345'
as_bob advise --format json bob.rec >"$tmp/advice"
is advice "$(jq '[.workloads[].advice.cap_add[]] | any(. == "CHOWN")' "$tmp/advice" 2>&1)" true
is calls-watched "$(jq '[.workloads[].advice.incomplete_reasons[]?] | any(. == "not-watched")' "$tmp/advice")" false

setcap "${grant/,cap_dac_read_search/}" "$home/captrim"
as_bob record --all -d 1s -o less.rec 2>"$tmp/err"
is less-fails $? 1
says less-says-the-cure "$tmp/err" 'CAP_DAC_READ_SEARCH where it is mounted'
setcap -r "$home/captrim"
as_bob record --all -d 1s -o none.rec 2>"$tmp/err"
is none-fails $? 1
says none-says-the-cure "$tmp/err" 'root|CAP_BPF|BPF'
is nothing-left "$(ls "$home/bob")" bob.rec

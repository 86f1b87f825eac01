#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Help, man page, completion and README against the option tables: what `captrim --dump-options`
# prints is all of what they offer, and nothing else. Documents against the tree. Needs no root.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
template=$here/docs/man/captrim.1.scd.in

# The commands of the tables, and the options of one of them.
commands() { awk -F '\t' '$1 == "command" { print $2 }' "$tmp/dump"; }
options() { awk -F '\t' -v cmd="$1" '$1 == "option" && $2 == cmd { print "--" $4 }' "$tmp/dump"; }

# same NAME: $tmp/wanted and $tmp/found hold the same lines.
same() {
	if diff "$tmp/wanted" "$tmp/found" >"$tmp/diff"; then
		pass "$1"
	else
		fail "$1" "table (<) and found (>): $(grep '^[<>]' "$tmp/diff" | tr '\n' ' ')"
	fi
}

test_help() {
	commands >"$tmp/wanted"
	"$captrim" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' >"$tmp/found"
	same 'help lists the commands of the tables'
	for command in $(commands); do
		options "$command" >"$tmp/wanted"
		"$captrim" "$command" --help |
			sed -nE '/^Options:/,$s/^  (-.,|   ) (--[a-z-]+).*/\2/p' >"$tmp/found"
		same "$command --help lists the options of its table"
	done
}

# A page for each command has all of its options with their help, its synopsis, and its text.
test_man_of_each() {
	local command

	for command in $(commands); do
		"$here/scripts/man-options" "$tmp/dump" "$template" "$command" >"$tmp/own" 2>"$tmp/err"
		options "$command" | grep -vx -- --help | sort >"$tmp/wanted"
		awk '/^# / { inside = $0 == "# OPTIONS" } inside && /^\*-/' "$tmp/own" |
			grep -oE -- '^\*-.*' | grep -oE -- '\*--[a-z-]+\*' | tr -d '*' | sort >"$tmp/found"
		same "man page captrim-$command: options"
		printf '%s\n' '# NAME' '# SYNOPSIS' '# DESCRIPTION' '# OPTIONS' '# SEE ALSO' >"$tmp/wanted"
		grep '^# ' "$tmp/own" | grep -vx '# NOTES' >"$tmp/found"
		same "man page captrim-$command: headings"
		if grep -qE "^\*captrim $command\*" "$tmp/own" && ! grep -qE 'As for \*run\*|^##|^@' "$tmp/own" &&
			[ "$(sed -n '/^# DESCRIPTION/,/^# OPTIONS/p' "$tmp/own" | wc -w)" -gt 12 ]; then
			pass "man page captrim-$command: text"
		else
			fail "man page captrim-$command: text" "$(head -c 300 "$tmp/own" | tr '\n' ' ')"
		fi
	done
	if "$here/scripts/man-options" "$tmp/dump" "$template" frobnicate >/dev/null 2>"$tmp/err"; then
		fail 'man page: an unknown command is refused' 'exit status 0'
	else
		pass 'man page: an unknown command is refused'
	fi
}

test_man() {
	local command

	if ! "$here/scripts/man-options" "$tmp/dump" "$template" >"$tmp/page" 2>"$tmp/err"; then
		fail 'the man page can be made' "$(tr '\n' ' ' <"$tmp/err")"
		return
	fi
	pass 'the man page can be made'
	for command in $(commands); do
		options "$command" | grep -vx -- --help | sort >"$tmp/wanted"
		awk -v cmd="## captrim $command" '
			/^#/ { inside = $0 == cmd }
			inside && /^\*-/' "$tmp/page" | grep -oE -- '\*--[a-z-]+\*' | tr -d '*' |
			sort >"$tmp/found"
		same "man page: options of $command"
	done
	# Each in a paragraph of its own.
	commands | sort >"$tmp/wanted"
	awk '/^# / { inside = $0 == "# SYNOPSIS" }
		inside && before == "" && $1 == "*captrim" && $2 !~ /^--/ { sub(/\*$/, "", $2); print $2 }
		{ before = $0 }' "$tmp/page" | sort -u >"$tmp/found"
	same 'man page: synopsis of every command'
	test_man_of_each
	# The template must follow the tables.
	sed 's/^--without-rule$/--without-rules/' "$template" >"$tmp/wrong"
	if "$here/scripts/man-options" "$tmp/dump" "$tmp/wrong" >/dev/null 2>"$tmp/err" ||
		! grep -q 'captrim advise has no option --without-rules' "$tmp/err"; then
		fail 'man page: text for an unknown option is refused' "$(head -c 300 "$tmp/err")"
	else
		pass 'man page: text for an unknown option is refused'
	fi
	printf 'command\tfrobnicate\tdo it\n' | cat "$tmp/dump" - >"$tmp/more"
	if "$here/scripts/man-options" "$tmp/more" "$template" >/dev/null 2>&1; then
		fail 'man page: a command without options in it is refused' 'exit status 0'
	else
		pass 'man page: a command without options in it is refused'
	fi
	if ! command -v scdoc >/dev/null; then
		skip 'man page: scdoc reads it' 'scdoc is not installed'
	elif scdoc <"$tmp/page" >"$tmp/roff" 2>"$tmp/err"; then
		pass 'man page: scdoc reads it'
	else
		fail 'man page: scdoc reads it' "$(head -c 300 "$tmp/err")"
	fi
}

# complete_words WORD...: what completion offers for the last of these words, in $tmp/found.
complete_words() {
	COMP_WORDS=("$captrim" "$@")
	COMP_CWORD=$#
	_captrim
	printf '%s\n' "${COMPREPLY[@]}" >"$tmp/found"
}

test_completion() {
	local command option choices

	# shellcheck source=../../completions/captrim.bash
	. "$here/completions/captrim.bash"
	{ commands && printf '%s\n' --help --version; } >"$tmp/wanted"
	complete_words ''
	same 'completion: commands'
	for command in $(commands); do
		options "$command" >"$tmp/wanted"
		complete_words "$command" --
		same "completion: options of $command"
	done
	while IFS=$'\t' read -r _ command _ option _ choices _; do
		[ "$choices" != - ] || continue
		tr , '\n' <<<"$choices" >"$tmp/wanted"
		complete_words "$command" "--$option" ''
		same "completion: values of $command --$option"
	done < <(grep '^option' "$tmp/dump")
	echo x >"$tmp/some file.rec"
	echo "$tmp/some file.rec" >"$tmp/wanted"
	complete_words record -o "$tmp/some f"
	same 'completion: files, also behind a letter'
}

# offers SHELL LINE: what that shell's completion offers for the end of the line, in $tmp/found.
offers() {
	case $1 in
	zsh) timeout 60 zsh -f "$here/tests/lib/complete.zsh" "$here/completions" "$2" ;;
	fish)
		timeout 60 fish --no-config -c "source '$here/completions/captrim.fish'; complete -C '$2'" |
			cut -f 1
		;;
	esac 2>"$tmp/err" | sort -u >"$tmp/found"
}

# The shells that load a file by its name.
test_shell() {
	local shell=$1

	if ! command -v "$shell" >/dev/null; then
		skip "completion of $shell" "$shell is not installed"
		return
	fi
	commands | sort >"$tmp/wanted"
	offers "$shell" "$captrim "
	sed -i '/^--/d' "$tmp/found"
	same "completion of $shell: commands"
	options record | sort >"$tmp/wanted"
	offers "$shell" "$captrim record --"
	same "completion of $shell: options"
	awk -F '\t' '$2 == "advise" && $4 == "format" { print $6 }' "$tmp/dump" | tr , '\n' | sort >"$tmp/wanted"
	offers "$shell" "$captrim advise --format "
	same "completion of $shell: values"
	echo 'some file.rec' >"$tmp/wanted"
	: >"$tmp/some file.rec"
	offers "$shell" "$captrim diff $tmp/some"
	sed -i -e 's/\\ / /' -e 's|.*/||' "$tmp/found"
	same "completion of $shell: files"
}

test_readme() {
	local format missing=

	for format in $("$captrim" --dump-options |
		awk -F '\t' '$2 == "advise" && $4 == "format" { gsub(",", " ", $6); print $6 }'); do
		grep -q "\`$format\`" "$here/README.md" || missing+=" $format"
	done
	if [ -z "$missing" ]; then
		pass 'README names every format'
	else
		fail 'README names every format' "not:$missing"
	fi
}

if "$here/scripts/check-docs" >"$tmp/docs"; then
	pass 'documents agree with the tree'
else
	fail 'documents agree with the tree' "$(head -n 5 "$tmp/docs" | tr '\n' ' ')"
fi
if [ ! -x "$captrim" ]; then
	skip options 'captrim is not built'
	exit 0
fi
"$captrim" --dump-options >"$tmp/dump" || fail 'dump of the options' "exit status $?"
test_help
test_man
test_completion
test_shell zsh
test_shell fish
test_readme

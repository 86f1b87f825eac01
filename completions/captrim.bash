# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of captrim's commands, options and their values. All of these come from the option
# tables of the program that is being completed (captrim --dump-options), so nothing here has to
# be changed for a new option.

# _captrim_dump WORD: the tables of the program that the user typed, or of the installed one.
_captrim_dump() {
	"${1/#\~/$HOME}" --dump-options 2>/dev/null || captrim --dump-options 2>/dev/null
}

_captrim_capabilities() {
	captrim explain --color never 2>/dev/null | sed -n '2,$s/^\([A-Z_]*\)  .*/\1/p'
}

# _captrim_values ARGUMENT WORD: what an option that takes such an argument may be given.
_captrim_values() {
	case $1 in
	FILE | PATH) compgen -f -- "$2" ;;
	COMMAND) compgen -c -- "$2" ;;
	TIME) compgen -W '30s 5m 1h' -- "$2" ;;
	SET) compgen -W "none $(_captrim_capabilities)" -- "$2" ;;
	NAME\|ID) compgen -W "$(docker ps --format '{{.Names}}' 2>/dev/null)" -- "$2" ;;
	UNIT)
		compgen -W "$(systemctl list-units --all --plain --no-legend --type service 2>/dev/null |
			while read -r word _; do echo "$word"; done)" -- "$2" ;;
	esac
}

_captrim() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} dump words='' argument choices i

	COMPREPLY=()
	dump=$(_captrim_dump "${COMP_WORDS[0]}")
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="$(awk -F '\t' '$1 == "command" { print $2 }' <<<"$dump") --help --version"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
	fi
	# Behind "--", what follows is another command.
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [[ $command = @(run|verify) ]] && [ "${COMP_WORDS[i]}" = -- ]; then
			declare -F _command_offset >/dev/null && _command_offset $((i + 1))
			return
		fi
	done
	# An option that takes an argument: its choices, or else what such an argument may be.
	IFS=$'\t' read -r argument choices < <(awk -F '\t' -v cmd="$command" -v word="$prev" '
		$1 == "option" && $2 == cmd && $5 != "-" && (word == "--" $4 || word == "-" $3) {
			print $5 "\t" $6
		}' <<<"$dump")
	if [ -n "$argument" ] && [ "$choices" != - ]; then
		mapfile -t COMPREPLY < <(compgen -W "${choices//,/ }" -- "$cur")
	elif [ -n "$argument" ]; then
		mapfile -t COMPREPLY < <(_captrim_values "$argument" "$cur")
	elif [[ $cur == -* ]]; then
		words=$(awk -F '\t' -v cmd="$command" '
			$1 == "option" && $2 == cmd { print "--" $4 }' <<<"$dump")
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	else
		case $command in
		explain) mapfile -t COMPREPLY < <(compgen -W "$(_captrim_capabilities)" -- "$cur") ;;
		advise | patch | check | diff | rehearse) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		run | verify) mapfile -t COMPREPLY < <(compgen -W -- -- "$cur") ;;
		esac
	fi
}
complete -o filenames -F _captrim captrim

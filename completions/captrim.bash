# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of captrim's commands and options. Options come from --help, so they
# are always those of the installed program.

_captrim() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} word words i

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words='run record advise patch trace explain check doctor --help --version'
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
	fi
	# Behind "--", what follows is another command.
	for ((i = 2; i < COMP_CWORD; i++)); do
		if [ "$command" = run ] && [ "${COMP_WORDS[i]}" = -- ]; then
			declare -F _command_offset >/dev/null && _command_offset $((i + 1))
			return
		fi
	done
	words=
	case $prev in
	--format)
		words='text json sarif junit'
		[ "$command" = check ] ||
			words='text json compose docker podman kubernetes systemd quadlet oci nomad helm kustomize html' ;;
	--backend) words='tp_btf fexit kprobe' ;;
	--color) words='auto always never' ;;
	-c | --container)
		words=$(docker ps --format '{{.Names}}' 2>/dev/null) ;;
	-d | --duration) words='30s 5m 1h' ;;
	-o | --output | --save | --socket | --against | -f | --file | --override)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	if [ -z "$words" ] && [[ $cur == -* ]]; then
		words=$(captrim "$command" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)
	elif [ -z "$words" ]; then
		case $command in
		explain)
			words=$(captrim explain --color never 2>/dev/null |
				while read -r word _; do
					[[ $word =~ ^[A-Z_]+$ && $word != CAPABILITY ]] && echo "$word"
				done) ;;
		advise | patch | check)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return ;;
		run) words=-- ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _captrim captrim

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of captrim's commands and options. Options come from --help, so they
# are always those of the installed program.

_captrim() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} word words i

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words='run record advise patch verify rehearse check trace explain doctor --help --version'
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
	words=
	case $prev in
	--format)
		words='text json'
		case $command in
		rehearse) ;;
		check) words+=' sarif junit' ;;
		*) words+=' compose docker podman kubernetes systemd quadlet oci nomad helm kustomize label ansible terraform terraform-kubernetes swarm html' ;;
		esac ;;
	--backend) words='tp_btf fexit kprobe' ;;
	--color) words='auto always never' ;;
	-c | --container)
		words=$(docker ps --format '{{.Names}}' 2>/dev/null) ;;
	-u | --unit)
		words=$(systemctl list-units --all --plain --no-legend --type service 2>/dev/null |
			while read -r word _; do echo "$word"; done) ;;
	-d | --duration | --for | --every | --stay | --timeout) words='30s 5m 1h' ;;
	--cap-add) words="none $(captrim explain --color never 2>/dev/null |
		sed -n '2,$s/^\([A-Z_]*\)  .*/\1/p')" ;;
	-o | --output | --save | --socket | --against | -f | --file | --override | --from)
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
		advise | patch | check | rehearse)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return ;;
		run | verify) words=-- ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _captrim captrim

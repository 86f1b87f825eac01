# SPDX-License-Identifier: GPL-2.0-only
# complete.zsh DIRECTORY LINE: what zsh offers for the end of a command line, with the completions of
# that directory, a word a line. A shell with a terminal of its own is typed into; what it would
# offer is caught where all completions hand it over, at compadd.
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; stty -echo; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D
compadd() {
	typeset -a offered
	if [[ \${@[1,(i)(-|--)]} = *-(O|A|D)\\ * ]]; then
		builtin compadd \"\$@\"
	else
		builtin compadd -O offered \"\$@\"
		print -l -- FOUND:\$^offered
	fi
}
complete_and_end() {
	zle complete-word
	print DONE:
	exit
}
zle -N complete_and_end
bindkey '^I' complete_and_end
print READY:"
while zpty -r z line; do
	[[ $line = *READY:* && $line != *print* ]] && break
done
zpty -w -n z "$2"$'\t'
while zpty -r z line; do
	[[ $line = *DONE:* ]] && break
	# Behind what the line editor has drawn.
	[[ $line = *FOUND:* ]] && print -r -- ${${line##*FOUND:}%%[$'\r\n']*}
done
zpty -d z

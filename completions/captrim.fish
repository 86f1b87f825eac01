# SPDX-License-Identifier: GPL-2.0-only
# Completion of captrim's commands, options and their values. All of these come from the option
# tables of the program that is being completed (captrim --dump-options), so nothing here has to
# be changed for a new option.

# The tables of the program that the user typed, or of the installed one.
function __captrim_dump
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    command $program --dump-options 2>/dev/null
    or command captrim --dump-options 2>/dev/null
end

function __captrim_capabilities
    command captrim explain --color never 2>/dev/null | string match -rg '^([A-Z_]+)  '
end

# What an option that takes such an argument may be given.
function __captrim_values --argument-names argument
    switch $argument
        case FILE PATH
            __fish_complete_path (commandline -ct)
        case COMMAND
            __fish_complete_command
        case TIME
            printf '%s\n' 30s 5m 1h
        case SET
            echo none
            __captrim_capabilities
        case 'NAME|ID'
            docker ps --format '{{.Names}}' 2>/dev/null
        case UNIT
            systemctl list-units --all --plain --no-legend --type service 2>/dev/null | string match -rg '^(\S+)'
    end
end

function __captrim_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l dump (__captrim_dump)
    if test (count $words) -eq 1
        printf '%s\n' $dump | string match -rg '^command\t([^\t]*\t.*)'
        printf '%s\n' --help --version
        return
    end
    set -l name $words[2]
    # Behind "--", what follows is another command.
    if contains -- $name run verify; and set -l at (contains -i -- -- $words)
        __fish_complete_subcommand --fcs-skip=$at
        return
    end
    # An option that takes an argument: its choices, or else what such an argument may be.
    for line in $dump
        set -l row (string split \t -- $line)
        if test "$row[1]" = option -a "$row[2]" = $name -a "$row[5]" != -
            if test "$words[-1]" = "--$row[4]" -o "$words[-1]" = "-$row[3]"
                if test "$row[6]" != -
                    string split , -- $row[6]
                else
                    __captrim_values $row[5]
                end
                return
            end
        end
    end
    if string match -q -- '-*' $current
        for line in $dump
            set -l row (string split \t -- $line)
            if test "$row[1]" = option -a "$row[2]" = $name
                printf '%s\t%s\n' "--$row[4]" $row[7]
            end
        end
        return
    end
    switch $name
        case explain
            __captrim_capabilities
        case advise patch check diff rehearse
            __fish_complete_path $current
        case run verify
            echo --
    end
end

complete -c captrim -f -a '(__captrim_complete)'

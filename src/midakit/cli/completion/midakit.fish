# Completion of midakit for fish: midakit itself says what may stand next.
function __midakit_complete
    set -l words (commandline -opc)
    set -l token (commandline -ct | string collect --allow-empty)
    for line in ($words[1] __complete $words[2..] "$token" 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$token"
        else
            echo $line
        end
    end
end
complete -c midakit -f -a '(__midakit_complete)'

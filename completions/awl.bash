# bash completion for awl(1). Options up to the host, host names as for ssh, then commands.

_awl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} word i
    local options='--bind-server= --client= --client-port= --control --experimental-remote-ip=
        --family= --help --hole-ttl= --init --json --keep-ssh --local --log= --no-host-candidates
        --no-init --no-predict-overwrite --no-punch --no-spray --no-ssh-pty --port= --predict=
        --predict-overwrite --repunch= --server= --server-candidate= --ssh= --ssh-pty --stun=
        --verbose --version -4 -6 -a -n -o -p -v'

    COMPREPLY=()
    # bash makes the '=' of an option a word of its own.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    case $prev in
        --family) COMPREPLY=($(compgen -W 'inet inet6 auto all prefer-inet prefer-inet6' -- "$cur")) ;;
        --predict) COMPREPLY=($(compgen -W 'adaptive always never experimental' -- "$cur")) ;;
        --repunch) COMPREPLY=($(compgen -W 'auto ask never' -- "$cur")) ;;
        --bind-server) COMPREPLY=($(compgen -W 'ssh any' -- "$cur")) ;;
        --experimental-remote-ip) COMPREPLY=($(compgen -W 'proxy local remote' -- "$cur")) ;;
        --client | --log) COMPREPLY=($(compgen -f -- "$cur")) ;;
        -p | --port | --client-port | --hole-ttl | --server | --server-candidate | --ssh | --stun) ;;
        *)
            if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W "$options" -- "$cur"))
                [[ ${COMPREPLY-} == *= ]] && compopt -o nospace 2>/dev/null
                return
            fi
            for ((i = 1; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                case $word in
                    -p) ((i++)) ;;
                    -*) [[ ${COMP_WORDS[i+1]-} == = ]] && ((i += 2)) ;;
                    doctor) ((i == 1)) || { COMPREPLY=($(compgen -c -- "$cur")); return; } ;;
                    *) COMPREPLY=($(compgen -c -- "$cur")); return ;;
                esac
            done
            if declare -F _known_hosts_real >/dev/null; then
                _known_hosts_real -a -- "$cur"
            else
                COMPREPLY=($(compgen -A hostname -- "$cur"))
            fi
            ;;
    esac
}
complete -F _awl awl

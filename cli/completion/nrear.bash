# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion of nrear(8), made by `nrear help completion` from the table of commands and options. Not edited by hand.
_nrear() {
    local cur prev word command words
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    case $prev in
        --debugscripts)
            COMPREPLY=()
            return ;;
        -c|--config-dir)
            COMPREPLY=( $(compgen -d -- "$cur") ); compopt -o filenames
            return ;;
        -C|--config)
            COMPREPLY=( $(compgen -f -- "$cur") ); compopt -o filenames
            return ;;
        -r|--kernel)
            COMPREPLY=( $(cd /lib/modules 2>/dev/null && compgen -d -- "$cur") )
            return ;;
        --fixture)
            COMPREPLY=( $(compgen -d -- "$cur") ); compopt -o filenames
            return ;;
        --password-file)
            COMPREPLY=( $(compgen -f -- "$cur") ); compopt -o filenames
            return ;;
        --retry-time)
            COMPREPLY=()
            return ;;
        --limit-rate)
            COMPREPLY=()
            return ;;
        --backup)
            COMPREPLY=()
            return ;;
        --map)
            COMPREPLY=()
            return ;;
        --disk)
            COMPREPLY=()
            return ;;
        --luks-passphrase-file)
            COMPREPLY=( $(compgen -f -- "$cur") ); compopt -o filenames
            return ;;
        --host)
            COMPREPLY=()
            return ;;
        --to)
            COMPREPLY=( $(compgen -d -- "$cur") ); compopt -o filenames
            return ;;
        --sample)
            COMPREPLY=()
            return ;;
    esac
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
            mkbackup|mkrescue|mkbackuponly|savelayout|checklayout|plan|recover|list|ls|restore|verify|prune|dump|help) command=${command:-$word} ;;
        esac
    done
    case $command in
        mkbackup) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -r --kernel -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate -V --version -h --help" ;;
        mkrescue) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -r --kernel -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate -V --version -h --help" ;;
        mkbackuponly) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate -V --version -h --help" ;;
        savelayout) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --no-color -V --version -h --help" ;;
        checklayout) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --no-color -V --version -h --help" ;;
        plan) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --shell --no-color --disk -V --version -h --help" ;;
        recover) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --no-color --password-file --accept-new-host-key --retry-time --limit-rate --force-host --salvage --backup --map --luks-passphrase-file --automatic -V --version -h --help" ;;
        list) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate --host -V --version -h --help" ;;
        ls) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate --salvage --host -l --long -0 --null -V --version -h --help" ;;
        restore) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate --salvage --host --to --overwrite -V --version -h --help" ;;
        verify) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate --host --sample --compare -V --version -h --help" ;;
        prune) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --no-color --password-file --accept-new-host-key --retry-time --limit-rate --dry-run -V --version -h --help" ;;
        dump) words="-v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --json --fixture --no-color -V --version -h --help" ;;
        help) words="mkbackup mkrescue mkbackuponly savelayout checklayout plan recover list ls restore verify prune dump help exit-codes completion -v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --no-color -V --version -h --help" ;;
        *) words="mkbackup mkrescue mkbackuponly savelayout checklayout plan recover list ls restore verify prune dump help -v --verbose -d --debug -D --debugscripts -s --simulate -c --config-dir -C --config -n --non-interactive -e --expose-secrets --quiet --no-color -V --version -h --help" ;;
    esac
    COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -F _nrear nrear

#!/bin/sh
# Installs what is missing for a purpose: the one list of packages, Debian's names.
#
#     scripts/deps.sh [--list] [build|try|test|lint]     (default: test)
#
# build: the programs. try: also ./try. test: also ./test. lint: also .ci/run.
set -eu

build='gcc libc6-dev make meson ninja-build pkg-config python3 libmbedtls-dev zlib1g-dev
    libprotobuf-c-dev protobuf-c-compiler libncurses-dev ncurses-base libutempter-dev
    libminiupnpc-dev libcmocka-dev scdoc openssh-client'
try='openssh-server iproute2 nftables tmux'
test='libssl-dev conntrack coturn miniupnpd-nftables mosh python3-pytest vim less htop man-db git
    neovim mc nano emacs-nox fzf valgrind'
lint='clang libclang-rt-14-dev clang-format clang-tidy'

list=
[ "${1-}" = --list ] && list=yes && shift
case ${1-test} in
build) wanted=$build ;;
try) wanted="$build $try" ;;
test) wanted="$build $try $test" ;;
lint) wanted="$build $try $test $lint" ;;
*)
    echo "usage: scripts/deps.sh [--list] [build|try|test|lint]" >&2
    exit 2
    ;;
esac

# shellcheck disable=SC2086
set -- $wanted
if [ -n "$list" ]; then
    printf '%s\n' "$@"
    exit
fi

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    cat >&2 <<TEXT
deps: this isn't a Debian; install what these Debian packages hold, then run it again with
AWL_DEPS=skip:
$*
TEXT
    [ "${AWL_DEPS-}" = skip ]
    exit
fi

missing=
for package; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps: as root, please: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "deps: installing$missing" >&2

# A machine that had no such server gets the program, not a service that listens.
policy=/usr/sbin/policy-rc.d
services=
ours=
for package in $missing; do
    case $package in
    openssh-server) services="$services ssh.service ssh.socket" ;;
    coturn) services="$services coturn.service" ;;
    miniupnpd-nftables) services="$services miniupnpd.service" ;;
    esac
done
if [ -n "$services" ] && [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod 755 $policy
    ours=yes
fi
finish()
{
    [ -z "$ours" ] || $as_root rm -f $policy
    ours=
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

log=$(mktemp)
{
    $as_root apt-get update -q &&
        # shellcheck disable=SC2086
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
            --no-install-recommends $missing
} </dev/null >"$log" 2>&1 || {
    cat "$log" >&2
    rm -f "$log"
    exit 1
}
rm -f "$log"
if [ -n "$ours" ] && [ -d /run/systemd/system ]; then
    # shellcheck disable=SC2086
    $as_root systemctl -q disable $services 2>/dev/null || :
fi

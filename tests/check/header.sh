#!/bin/sh
# The public header compiles alone, as C11 and as C++. Usage: header.sh INCLUDE_DIR
include=$1
bad=0

try_with() {
    number=$1
    shift
    if "$@" -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only \
        "$include/awl/awl.h" 2>&1 | sed 's/^/# /' | grep .; then
        echo "not ok $number - awl.h with $*"
        bad=1
    else
        echo "ok $number - awl.h with $*"
    fi
}

echo 1..2
try_with 1 "${CC:-cc}" -std=c11 -x c
try_with 2 "${CXX:-c++}" -std=c++11 -x c++
exit $bad

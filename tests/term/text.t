# Cells: wide characters and combining marks

a wide character takes two columns
日本
"日本" @4,0

its right half is erased
日
"日" @2,0 cell(1,0)=erased:0

overwriting the left half clears the right
日x\rA
"A x" @1,0

overwriting the right half clears the left
日x\e[2GA
" Ax" @2,0

overwriting the right half with a wide one
日本\e[2G語
" 語" @3,0

erasing the right half clears the left
日x\e[2G\e[X
"  x" @1,0

EL from the right half clears the left
日x\e[2G\e[K
"" @1,0

EL to the left half clears the right
x日y\e[2G\e[1K
"   y" @1,0

ICH inside a wide character
日x\e[2G\e[@
"   x" @1,0

ICH pushes half a wide character out [4x2]
ab日\e[G\e[@
" ab" @0,0 cell(3,0)=erased:0

DCH of a right half
日x\e[2G\e[P
" x" @1,0

DCH of a left half leaves a blank
日x\e[G\e[P
" x" @0,0

ED inside a wide character
日x\e[2G\e[J
"" @1,0

the halves keep their own background
\e[41m日\e[42m\e[2Gx
" x" @2,0 cell(0,0)=erased:0;41 cell(1,0)=0;42

a wide character that doesn't fit wraps [5x3]
abcd日
"abcd|日" @2,1 wrapped(0)=0

what stood in the last column goes [5x3]
abcde\e[1;5H日
"abcd|日" @2,1

a wide character ending in the last column waits [4x3]
ab日c
"ab日|c" @1,1 wrapped(0)=1

a wide character without autowrap in the last column [4x2]
\e[?7labc日
"abc�" @3,0 wrap=1

a wide character on one column [1x2]
日
"�" @0,0 wrap=1

an ambiguous box is narrow
─│x
"─│x" @3,0

soft hyphen takes a column
a\xc2\xadb
"a­b" @3,0

emoji are wide
😀x
"😀x" @3,0

a mark joins the character before
e\xcc\x81x
"éx" @2,0

a mark joins a wide character
日\xcc\x81x
"日́x" @3,0

a mark joins the last column while a wrap is pending [3x2]
abe\xcc\x81x
"abé|x" @1,1

a mark joins a wide character in the last columns [4x2]
ab日\xcc\x81
"ab日́" @3,0 wrap=1

a mark after movement joins the character at the left
ab\e[2G\xcc\x81
"áb" @1,0

a mark at column 0 has nothing to join
\xcc\x81x
"x" @1,0

a mark on an empty cell stands on a no-break space, with the pen
\e[31m\e[3G\xcc\x81
"  ́" @2,0 cell(1,0)=0;31

at most 16 marks
a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x82x
"á́́́́́́́́́́́́́́́x" @2,0

a mark keeps the wrap pending [3x2]
abc\xcc\x81d
"abć|d" @1,1 wrapped(0)=1

ZWJ sequences are not clustered
👩\xe2\x80\x8d🚀
"👩‍🚀" @4,0

VS16 doesn't widen
❤\xef\xb8\x8fx
"❤️x" @2,0

overwriting a cluster
e\xcc\x81\bx
"x" @1,0

marks survive a scroll
e\xcc\x81\n\n\n\n
"" @1,3

marks move with ICH
e\xcc\x81\e[G\e[@
" é" @0,0

a typed space differs from an erased cell
\e[41m \e[0m\e[42m\e[K
"" @1,0 cell(0,0)=0;41 cell(1,0)=erased:0;42

DEL has no effect, not even on a pending wrap [3x2]
abc\x7fd
"abc|d" @1,1

DEC line drawing
\e(0lqqk\e(Bx
"┌──┐x" @5,0

the rest of the set
\e(0`afgjmnotuvwxyz{|}~
"◆▒°±┘└┼⎺├┤|┴┬│≤≥π≠£·" @9,1 wrapped(0)=1

underscore is a blank in it
\e(0a_a
"▒ ▒" @3,0

G1 by SO and SI
\e)0a\x0eq\x0fq
"a─q" @3,0

single shifts
\e*0\eNqq
"─q" @2,0

locking shifts G2 and G3
\e+0\eoq\x0fq
"─q" @2,0

the UK set
\e(A#\e(B#
"£#" @2,0

an unknown set is ASCII
\e(0q\e(Kq
"─q" @2,0

UTF-8 isn't mapped by a charset
\e(0é
"é" @1,0

saved with the cursor
\e(0\e7\e(Bq\e8q
"─" @1,0

REP repeats the last character
a\e[3b
"aaaa" @4,0

REP wraps [4x3]
a\e[5b
"aaaa|aa" @2,1 wrapped(0)=1

REP of a wide character
日\e[2b
"日日日" @6,0

REP of a line
\e(0q\e[2b\e(B
"───" @3,0

REP without anything before
\e[5bx
"x" @1,0

REP is bounded [4x2]
a\e[65535bz
"aaaa|az" @2,1

insert mode
abc\e[G\e[4hXY\e[4lZ
"XYZbc" @3,0

insert mode with a wide character
abc\e[G\e[4h日
"日abc" @2,0

insert mode pushes out [4x2]
abcd\e[G\e[4hX
"Xabc" @1,0

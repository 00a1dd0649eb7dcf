# Controls and CSI functions

CR and LF
ab\r\ncd
"ab|cd" @2,1

LF keeps the column
ab\ncd
"ab|  cd" @4,1

VT and FF are line feeds
a\x0bb\x0cc
"a| b|  c" @3,2

LF at the bottom scrolls [3x2]
a\r\nb\r\nc
"b|c" @1,1

BS stops at the margin
a\b\b\bx
"x" @1,0

HT to the next stop [20x2]
a\tb\tc
"a       b       c" @17,0

HT beyond the last stop [12x2]
\t\t\tx
"           x" @11,0 wrap=1

HTS and TBC [20x2]
\e[4G\eH\r\tx\e[4G\e[g\r\ty
"   x    y" @9,0

TBC 3 [20x2]
\e[3g\tx
"                   x" @19,0

CHT and CBT [30x2]
\e[2Ix\e[2Zy
"        y       x" @9,0

IND, NEL, RI
a\eDb\eEc\eMd
"a| d|c" @2,1

RI at the top scrolls down [3x3]
a\r\nb\e[H\eMx
"x|a|b" @1,0

CUU and CUD clamp
\e[2;3H\e[9A1\e[9B2
"  1|||   2" @4,3

CUF and CUB clamp [5x2]
\e[99Cx\e[99Dy
"y   x" @1,0

a huge count runs to the edge [5x2]
\e[99999999999Cx
"    x" @4,0

zero is one
\e[0Cx\e[0By
" x|  y" @3,1

CUU stops at the top margin [5x5]
\e[3;4r\e[4;1H\e[9Ax
"||x" @1,2

CUU from above the region goes to the top [5x5]
\e[3;4r\e[2;1H\e[9Ax
"x" @1,0

CUD stops at the bottom margin [5x5]
\e[2;3r\e[9Bx
"||x" @1,2

CUD below the region goes to the bottom [5x5]
\e[2;3r\e[4;1H\e[9Bx
"||||x" @1,4

CUP
\e[2;3Hx
"|  x" @3,1

HVP and missing numbers
\e[;3fx\e[2Hy
"  x|y" @1,1

CUP clamps [5x3]
\e[99;99Hx
"||    x" @4,2

CHA, HPA, VPA
\e[3Gx\e[2`y\e[3dz
" yx||  z" @3,2

HPR and VPR
\e[2ax\e[2ey
"  x||   y" @4,2

CNL and CPL
ab\e[2Ex\e[Fy
"ab|y|x" @1,1

SCOSC and SCORC
\e[2;3H\e[s\e[Hx\e[uy
"x|  y" @3,1

CSI s with parameters is not SCOSC
\e[2;3H\e[s\e[H\e[1;5s\e[uy
"|  y" @3,1

DECSC and DECRC keep the pen
\e[1;31m\e7\e[0m\e8x
"x" @1,0 pen=0;1;31

DECRC without a save [5x3]
\e[1mab\e8x
"xb" @1,0 pen=0

DECRC is clamped after a resize [5x3]
\e[3;5H\e7\R{3x2}\e8x
"|  x" @2,1

ED 0 [4x3]
aaaabbbbcccc\e[2;2H\e[J
"aaaa|b" @1,1

ED 1 [4x3]
aaaabbbbcccc\e[2;2H\e[1J
"|  bb|cccc" @1,1

ED 2 [4x3]
aaaabbbbcccc\e[2;2H\e[2J
"" @1,1

ED 3 does nothing
a\e[3J
"a" @1,0

EL 0, 1, 2 [4x3]
aaaabbbbcccc\e[1;2H\e[K\e[2;2H\e[1K\e[3;2H\e[2K
"a|  bb" @1,2

erasing uses the background only
\e[1;3;44mx\e[K
"x" @1,0 cell(1,0)=erased:0;44

ECH [6x2]
abcdef\e[2G\e[3X
"a   ef" @1,0

ECH is clamped [4x2]
abcd\e[3G\e[99X
"ab" @2,0

ICH and DCH [6x2]
abcdef\e[2G\e[2@\e[G\e[P
"  bcd" @0,0

DCH fills with the background [4x2]
abcd\e[44m\e[G\e[P
"bcd" @0,0 cell(3,0)=erased:0;44

IL and DL [3x4]
a\r\nb\r\nc\r\nd\e[2;2H\e[L\e[1;2H\e[M
"|b|c" @0,0

IL inside a region [3x4]
a\r\nb\r\nc\r\nd\e[2;3r\e[2H\e[L
"a||b|d" @0,1

DL outside the region only goes to column 0 [3x4]
a\r\nb\r\nc\r\nd\e[2;3r\e[1;2H\e[M
"a|b|c|d" @0,0

IL with a great count [3x3]
a\r\nb\r\nc\e[2H\e[99L
"a" @0,1

SU and SD keep the cursor [3x3]
a\r\nb\r\nc\e[2;2H\e[Sx\e[2T
"||b" @2,1

SU fills with the background [3x2]
\e[44m\e[S
"" @0,0 cell(0,1)=erased:0;44

SD with five parameters is highlight tracking [3x2]
a\e[1;1;1;1;1T
"a" @1,0

DECSTBM and scrolling [3x4]
a\r\nb\r\nc\r\nd\e[2;3r\e[3H\n
"a|c||d" @0,2 region=1,2

LF below the region doesn't scroll [3x4]
a\r\nb\r\nc\r\nd\e[1;2r\e[4H\nx
"a|b|c|x" @1,3

DECSTBM homes [3x4]
ab\e[2;3r
"ab" @0,0 region=1,2

an invalid region is ignored, without homing [3x4]
ab\e[3;2r
"ab" @2,0 region=0,3

equal margins are invalid [3x4]
ab\e[2;2r
"ab" @2,0 region=0,3

the bottom is clamped [3x4]
\e[4;9rx
"x" @1,0 region=3,3

CSI r resets it [3x4]
\e[2;3r\e[r
"" @0,0 region=0,3

RI in a region [3x4]
a\r\nb\r\nc\r\nd\e[2;3r\e[2H\eM
"a||b|d" @0,1

origin mode goes to the region's corner [5x5]
\e[2;4r\e[?6hx\e[9;1Hy
"|x||y" @1,3 origin=1

VPA in origin mode [5x5]
\e[2;4r\e[?6h\e[2dx
"||x" @1,2

CPR is relative in origin mode [5x5]
\e[2;4r\e[?6h\e[2;3H\e[6n
"" @2,2 reply=\e[2;3R

CPR and DECXCPR
ab\e[6n\e[?6n
"ab" @2,0 reply=\e[1;3R\e[?1;3R

CPR with a pending wrap names the last column [3x2]
abc\e[6n
"abc" @2,0 reply=\e[1;3R

DSR
\e[5n
"" @0,0 reply=\e[0n

DA1, DA2, DA3, DECID
\e[c\e[0c\e[>c\e[=c\eZ
"" @0,0 reply=\e[?62;22;52c\e[?62;22;52c\e[>1;10;0c\eP!|00000000\e\\\e[?62;22;52c

XTVERSION
\e[>q
"" @0,0 reply=\eP>|awl\s0.1.0\e\\

the text area's size [20x5]
\e[18t
"" @0,0 reply=\e[8;5;20t

other window operations are silent
\e[14t\e[21t\e[11t
"" @0,0 reply=

a replica never answers [10x4 replica]
\e[c\e[6n\e[5n\e[>q\e[?25$p\eP$qm\e\\
"" @0,0 reply=

DECALN resets the margins and homes [3x3]
\e[2;3r\e[41m\e#8
"EEE|EEE|EEE" @0,0 region=0,2 cell(0,0)=0 pen=0;41

C0 inside a sequence acts at once
a\e[\b31mx
"x" @1,0 pen=0;31

CAN and SUB cancel a sequence
\e[3\x1831m\e[3\x1a1mx
"31m1mx" @6,0 pen=0

ESC restarts a sequence
\e[3\e[1mx
"x" @1,0 pen=0;1

a marker inside the parameters spoils it
\e[1?mx
"x" @1,0 pen=0

parameters after an intermediate spoil it
\e[1$2mx
"x" @1,0 pen=0

a character above U+00A0 ends a sequence
\e[1éx
"x" @1,0 pen=0

the same after ESC
\eéx
"x" @1,0

unknown functions are silent
\e[5y\e[>4;1m\e[?1u\e[>1u\e%G\e%@\e#3\ePq#0;2\e\\x
"x" @1,0

many parameters
\e[0;1;3;4;5;7;8;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;9mx
"x" @1,0 pen=0;1;3;5;7;8;9;4

more parameters than are kept: the first ones count
\e[1;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;3mx
"x" @1,0

a colon elsewhere drops the sequence
ab\e[1:2Dx
"abx" @3,0

# Left and right margins (VT420: DECLRMM, DECSLRM; xterm where DEC is silent), [9x4] unless said otherwise

DECSLRM sets them and goes home [9x4]
abc\e[?69h\e[3;6s
"abc" @0,0 columns=2,5

DECSLRM without DECLRMM is not SCOSC either [9x4]
\e[2;3H\e[3;6s\e[H\e[u
"" @0,0 columns=0,8

SCOSC while margins can be set is DECSLRM without parameters [9x4]
\e[?69h\e[3;6s\e[2;2H\e[s
"" @0,0 columns=0,8

DECSLRM with left not before right does nothing [9x4]
\e[?69h\e[3;6s\e[2;2H\e[5;5s\e[6;4s
"" @1,1 columns=2,5

DECSLRM beyond the screen [9x4]
\e[?69h\e[3;99s
"" @0,0 columns=2,8

DECLRMM reset opens them [9x4]
\e[?69h\e[3;6s\e[?69l
"" @0,0 columns=0,8

text wraps at the right margin, to the left one [9x4]
\e[?69h\e[3;6s\e[1;3Habcdefg
"  abcd|  efg" @5,1 wrapped(0)=0

a pending wrap waits at the right margin [9x4]
\e[?69h\e[3;6s\e[1;3Habcd
"  abcd" @5,0 wrap=1

text right of the margin wraps at the screen's edge [9x4]
\e[?69h\e[3;6s\e[1;8Habc
"       ab|  c" @3,1

text left of the margins goes into them [9x4]
\e[?69h\e[3;6sabcdefgh
"abcdef|  gh" @4,1

without autowrap text stays at the right margin [9x4]
\e[?69h\e[3;6s\e[?7l\e[1;3Habcdefg
"  abcg" @5,0

a wide character wraps at the right margin [9x4]
\e[?69h\e[3;6s\e[1;3Habc日x
"  abc|  日x" @5,1

CR goes to the left margin from inside [9x4]
\e[?69h\e[3;6s\e[2;5H\r
"" @2,1

CR goes to column 0 from left of the margins [9x4]
\e[?69h\e[3;6s\e[2;2H\r
"" @0,1

CR goes to the left margin from right of them [9x4]
\e[?69h\e[3;6s\e[2;8H\r
"" @2,1

LF scrolls what is between the margins [9x3]
aaaaaaaaa\r\nbbbbbbbbb\r\nccccccccc\e[?69h\e[3;6s\e[3;3H\n
"aabbbbaaa|bbccccbbb|cc    ccc" @2,2

LF beside the margins scrolls nothing [9x3]
aaaaaaaaa\r\nbbbbbbbbb\r\nccccccccc\e[?69h\e[3;6s\e[3;1H\n\e[3;8H\n
"aaaaaaaaa|bbbbbbbbb|ccccccccc" @7,2

RI scrolls what is between the margins [9x3]
aaaaaaaaa\r\nbbbbbbbbb\r\nccccccccc\e[?69h\e[3;6s\e[1;3H\eM
"aa    aaa|bbaaaabbb|ccbbbbccc" @2,0

RI beside the margins scrolls nothing [9x3]
aaaaaaaaa\r\nbbbbbbbbb\e[?69h\e[3;6s\e[1;1H\eM
"aaaaaaaaa|bbbbbbbbb" @0,0

SU and SD keep to the rectangle [6x4]
aaaaaabbbbbbccccccdddddd\e[?69h\e[2;4s\e[2;3r\e[S
"aaaaaa|bcccbb|c   cc|dddddd" @0,0

SD with a count and the pen's background [6x4]
aaaaaabbbbbbccccccdddddd\e[?69h\e[2;4s\e[44m\e[2T
"a   aa|b   bb|caaacc|dbbbdd" @0,0 cell(1,0)=erased:0;44

SU by more than there is [6x3]
aaaaaabbbbbbcccccc\e[?69h\e[2;4s\e[99S
"a   aa|b   bb|c   cc" @0,0

IL between the margins [6x3]
aaaaaabbbbbbcccccc\e[?69h\e[2;4s\e[2;3H\e[L
"aaaaaa|b   bb|cbbbcc" @1,1

IL beside the margins does nothing [6x3]
aaaaaabbbbbbcccccc\e[?69h\e[2;4s\e[2;6H\e[L
"aaaaaa|bbbbbb|cccccc" @5,1

DL between the margins [6x3]
aaaaaabbbbbbcccccc\e[?69h\e[2;4s\e[1;2H\e[M
"abbbaa|bcccbb|c   cc" @1,0

ICH pushes up to the right margin [9x1]
abcdefghi\e[?69h\e[3;6s\e[1;4H\e[2@
"abc  dghi" @3,0

DCH pulls from the right margin [9x1]
abcdefghi\e[?69h\e[3;6s\e[1;4H\e[2P
"abcf  ghi" @3,0

ICH and DCH beside the margins do nothing [9x1]
abcdefghi\e[?69h\e[3;6s\e[1;1H\e[@\e[1;8H\e[P
"abcdefghi" @7,0

ICH cuts a wide character at the right margin [9x1]
abcde日hi\e[?69h\e[3;6s\e[1;4H\e[@
"abc de hi" @3,0

DCH cuts a wide character across the right margin [9x1]
abcde日hi\e[?69h\e[3;6s\e[1;4H\e[P
"abce   hi" @3,0

IRM pushes up to the right margin [9x1]
abcdefghi\e[?69h\e[3;6s\e[4h\e[1;4HX
"abcXdeghi" @4,0

ECH, EL and ED know no margins [6x2]
aaaaaabbbbbb\e[?69h\e[2;4s\e[1;3H\e[K\e[2;2H\e[9X
"aa|b" @1,1

CUF stops at the right margin, CUB at the left one [9x1]
\e[?69h\e[3;6s\e[1;4H\e[9C\e[6n\e[9D\e[6n
"" @2,0 reply=\e[1;6R\e[1;3R

CUF right of them and CUB left of them stop at the screen's edges [9x1]
\e[?69h\e[3;6s\e[1;8H\e[9C\e[6n\e[1;2H\e[9D\e[6n
"" @0,0 reply=\e[1;9R\e[1;1R

BS stops at the left margin [9x1]
\e[?69h\e[3;6s\e[1;4H\b\b\b
"" @2,0

HT stops at the right margin, CBT goes on beyond the left one [20x1]
\e[?69h\e[3;6s\e[1;4H\t\e[6n\e[1;14H\e[2Z
"" @0,0 reply=\e[1;6R

CUP and CHA count from the left margin in origin mode [9x4]
\e[?69h\e[3;6s\e[2;3r\e[?6h\e[6n\e[2;2HX\e[4GY\e[9;9HZ\e[6n
"||   X Z" @5,2 reply=\e[1;1R\e[2;4R

HPR and HPA stay inside in origin mode [9x1]
\e[?69h\e[3;6s\e[?6h\e[2`X\e[9aY
"   X Y" @5,0

NEL goes to the left margin [9x3]
\e[?69h\e[3;6s\e[1;4H\eE
"" @2,1

CNL and CPL go to the left margin [9x3]
\e[?69h\e[3;6s\e[2;4H\e[E\e[6n\e[2F
"" @2,0 reply=\e[3;3R

DECIC and DECDC stay between the margins [6x2]
abcdefABCDEF\e[?69h\e[2;4s\e[1;2H\e['}
"a bcef|A BCEF" @1,0

DECDC outside of them does nothing [6x2]
abcdefABCDEF\e[?69h\e[2;4s\e[1;1H\e['~\e[1;6H\e['~
"abcdef|ABCDEF" @5,0

SL and SR move what is between [6x2]
abcdefABCDEF\e[?69h\e[2;4s\e[1;2H\e[\s@
"acd ef|ACD EF" @1,0

SL beside the margins does nothing [6x2]
abcdefABCDEF\e[?69h\e[2;4s\e[\s@\e[1;5H\e[\sA
"abcdef|ABCDEF" @4,0

DECBI at the left margin, DECFI at the right one [6x2]
abcdefABCDEF\e[?69h\e[2;4s\e[1;2H\e6\e[1;4H\e9
"abc ef|ABC EF" @3,0

rectangles count from the margins in origin mode [6x3]
aaaaaabbbbbbcccccc\e[?69h\e[2;4s\e[2;3r\e[?6h\e[1;2;1;9$z
"aaaaaa|bb  bb|cccccc" @1,1

DECALN opens them [4x2]
\e[?69h\e[2;3s\e#8
"EEEE|EEEE" @0,0 columns=0,3

DECSTR opens them [9x4]
\e[?69h\e[3;6s\e[!p\e[?69$p
"" @0,0 columns=0,8 reply=\e[?69;2$y

RIS opens them [9x4]
\e[?69h\e[3;6s\ec\e[?69$p
"" @0,0 columns=0,8 reply=\e[?69;2$y

a resize opens them [9x4]
\e[?69h\e[3;6s\R{12x4}
"" @0,0 columns=0,11

DECRQM and DECRQSS of the margins [9x4]
\e[?69h\e[3;6s\e[?69$p\eP$qs\e\\
"" @0,0 reply=\e[?69;1$y\eP1$r3;6s\e\\

scrolling cuts wide characters at the margins [6x3]
a日日x\r\nbbbbbb\e[?69h\e[3;4s\e[2;3r\e[1;1r\e[1;3r\e[S
"a bb x|bb  bb" @0,0

scrolling carries wide characters and marks [6x3]
xxxxxx\r\nx日e\xcc\x81xx\e[?69h\e[2;4s\e[S
"x日éxx|x   xx" @0,0

# DECSCA: selective erasing

DECSEL leaves what is protected [6x1]
a\e[1"qb\e[2"qc\e[1"qd\e[0"qe\e[?2K
" b d" @5,0

DECSED leaves what is protected [6x2]
a\e[1"qb\e["qc\r\nd\e[1"qe\e[?2J
" b| e" @2,1

DECSEL to the left and to the right [6x1]
\e[1"qab\e["qcdef\e[1;4H\e[?1K\e[?K
"ab" @3,0

EL and ED take also what is protected [6x2]
\e[1"qab\e[2K\r\ncd\e[2J
"" @2,1

DECSERA leaves what is protected [5x2]
a\e[1"qb\e["qcde\e[1;1;1;4${
" b  e" @4,0

writing over protected text takes it [5x1]
\e[1"qab\e["q\rx\e[?2K
" b" @1,0

a protected wide character stays whole [5x1]
x\e[1"q日\e["qy\e[?2K
" 日" @4,0

DECSC keeps DECSCA, DECSTR ends it [5x1]
\e[1"q\e7\e["q\e8a\e[!pb\e[?2K
"a" @2,0

DECRQSS of DECSCA [5x1]
\eP$q"q\e\\\e[1"q\eP$q"q\e\\
"" @0,0 reply=\eP1$r0\"q\e\\\eP1$r1\"q\e\\

# Reverse wrap (45: over an autowrap; 1045: over any row's begin)

BS at column 0 goes back over an autowrap with 45 [4x2]
\e[?45habcdef\b\b\b
"abcd|ef" @3,0

BS at column 0 stays after a line feed with 45 [4x2]
\e[?45hab\r\nc\b\b\b
"ab|c" @0,1

BS goes to the row above in any case with 1045 [4x2]
\e[?1045hab\r\nc\b\b\b
"ab|c" @2,0

BS at column 0 stays without 45 [4x2]
abcdef\b\b\b
"abcd|ef" @0,1

BS with 45 needs autowrap [4x2]
\e[?45habcdef\e[?7l\b\b\b
"abcd|ef" @0,1

BS with 1045 stays at the top of the region [4x2]
\e[?1045h\b
"" @0,0

no wrap is pending at a margin that is gone [9x2]
\e[?69h\e[3;6s\e[1;3Habcd\e[?69lx
"  abcx" @6,0 wrap=0

nor after DECSTR [9x2]
\e[?69h\e[3;6s\e[1;3Habcd\e[!px
"  abcx" @6,0 wrap=0

# RIS, DECSTR, resizing

RIS
ab\e[?5;1;6;2004;1004;1007;1003;1006h\e[?25;7l\e[4h\e[1m\e[2;3r\ec
"" @0,0 reverse=0 ckm=0 origin=0 paste=0 focus=0 altscroll=0 mouse=0 encoding=0 visible=1 autowrap=1 insert=0 pen=0 region=0,3

RIS erases with default colours
\e[44mx\ec
"" @0,0 cell(0,0)=erased:0

RIS empties the title, not the icon; bells stay
\x07\e]0;t\x07\ec
"" @0,0 title= icon=t titleset=1 bells=1

RIS leaves the clipboard alone
\e]52;c;QQ==\x07\ec
"" @0,0 clip=c:QQ==:1

RIS leaves the alternate screen
ab\e[?1049hx\ec
"" @0,0 alt=0

RIS resets tabs [20x2]
\e[3g\ec\tx
"        x" @9,0

RIS ends line drawing
\e(0\x0e\ecq
"q" @1,0

DECSTR keeps what it must
\e[?7;5l\e[?1003;2004;5h\e]2;t\x07\e[2;2H\e[!p
"" @1,1 autowrap=0 reverse=1 mouse=1003 paste=1 title=t

DECSTR resets the rest [10x4]
\e[?6;1h\e[?25l\e[4h\e[1m\e[2;3r\e=\e[!p
"" @0,1 origin=0 ckm=0 visible=1 insert=0 pen=0 region=0,3 kpam=0

DECSTR forgets the saved cursor
\e[2;2H\e7\e[!p\e8x
"x" @1,0

shrinking keeps the cursor's line [5x4]
1\r\n2\r\n3\r\n$ \R{5x2}
"3|$" @2,1

shrinking with room below drops rows at the bottom [5x4]
1\r\n2\R{5x2}
"1|2" @1,1

shrinking by the replica's rule [5x4]
1\r\n2\r\n3\r\n$ \P{5x2}
"1|2" @2,1

growing adds rows at the bottom [5x2]
1\r\n2\R{5x4}
"1|2" @1,1 size=5,4

narrower: what is cut is gone [5x2]
abcde\R{3x2}\R{5x2}
"abc" @2,0 wrap=0

half a wide character is cut [4x2]
ab日\R{3x2}
"ab" @2,0 cell(2,0)=erased:0

wrap marks go with the width [3x3]
abcd\R{4x3}
"abc|d" @1,1 wrapped(0)=0

wrap marks stay with the height [3x3]
abcd\R{3x4}
"abc|d" @1,1 wrapped(0)=1

the region becomes the whole screen [5x4]
\e[2;3r\R{6x4}
"" @0,0 region=0,3

new cells are default for the server [3x2]
\e[44m\R{5x3}
"" @0,0 cell(4,2)=erased:0

and have the pen's background in the replica [3x2]
\e[44m\P{5x3}
"" @0,0 cell(4,2)=erased:0;44

new columns have tab stops [5x2]
\R{20x2}\tx
"        x" @9,0

but not after TBC 3 [5x2]
\e[3g\R{20x2}\tx
"                   x" @19,0

the saved cursor moves with its line [5x4]
1\r\n2\r\n3\r\n$ \e7\R{5x2}\e8x
"3|$ x" @3,1

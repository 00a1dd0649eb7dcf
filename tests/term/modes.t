# DEC private modes, ANSI modes, alternate screen

cursor keys and keypad
\e[?1h\e=
"" @0,0 ckm=1 kpam=1

and back
\e[?1h\e=\e[?1l\e>
"" @0,0 ckm=0 kpam=0

mode 66 is the keypad
\e[?66h
"" @0,0 kpam=1

80 and 132 columns are ignored
ab\e[?3h
"ab" @2,0

unless mode 40 allows them
ab\e[?40h\e[?3h
"" @0,0

reverse video, cursor, paste, focus
\e[?5h\e[?25l\e[?2004h\e[?1004h
"" @0,0 reverse=1 visible=0 paste=1 focus=1

several in one
\e[?5;25;2004l\e[?1004;1007h
"" @0,0 reverse=0 visible=0 paste=0 focus=1 altscroll=1

mouse reporting is one value
\e[?1000h\e[?1003h
"" @0,0 mouse=1003

resetting any means none
\e[?1002h\e[?9l
"" @0,0 mouse=0

X10 mouse
\e[?9h
"" @0,0 mouse=9

mouse encoding
\e[?1005h\e[?1006h
"" @0,0 encoding=1006

resetting any encoding
\e[?1015h\e[?1005l
"" @0,0 encoding=0

unknown modes have no effect
x\e[?12;69;8452h\e[?2031hy
"xy" @2,0

synchronized output
\e[?2026h
"" @0,0 sync=1

ANSI insert mode only
\e[4;20h
"" @0,0 insert=1

LNM stays off
\e[20ha\nb
"a| b" @2,1

DECRQM of private modes
\e[?25$p\e[?1$p\e[?7727$p
"" @0,0 reply=\e[?25;1$y\e[?1;2$y\e[?7727;0$y

DECRQM of what is set
\e[?2026;2004;1006;1002h\e[?2026$p\e[?2004$p\e[?1006$p\e[?1002$p\e[?1000$p
"" @0,0 reply=\e[?2026;1$y\e[?2004;1$y\e[?1006;1$y\e[?1002;1$y\e[?1000;2$y

DECRQM of what isn't there
\e[?1016$p\e[?2048$p
"" @0,0 reply=\e[?1016;0$y\e[?2048;0$y

DECRQM of ANSI modes
\e[4h\e[4$p\e[20$p\e[99$p
"" @0,0 reply=\e[4;1$y\e[20;4$y\e[99;0$y

DECSCUSR
\e[3 q
"" @0,0 style=3

an unknown cursor style is ignored
\e[3 q\e[9 q
"" @0,0 style=3

1049 saves, clears and restores
ab\e[31m\e[?1049hxy\e[0m\e[?1049l
"ab" @2,0 alt=0 pen=0;31

the alternate screen starts blank, the cursor stays
ab\e[?1049hx
"  x" @3,0 alt=1

1049 clears what was there before
\e[?1049hxy\e[?1049l\e[?1049h
"" @0,0 alt=1

47 keeps both contents
ab\e[?47hxy\e[?47l\e[?47h
"  xy" @4,0 alt=1

47 back
ab\e[?47hxy\e[?47l
"ab" @4,0 alt=0

1047 clears when it leaves
ab\e[?1047hxy\e[?1047l\e[?47h
"" @4,0 alt=1

1048 is DECSC and DECRC
a\e[1m\e[?1048h\e[0mbc\e[?1048lx
"axc" @2,0 pen=0;1

each screen has its own saved cursor
\e[2;2H\e7\e[?47h\e[3;3H\e7\e[H\e[?47l\e8x\e[?47h\e8y
"||  y" @3,2

leaving the alternate screen resets charsets
\e[?1049h\e(0\x0e\e[?1049lq
"q" @1,0

the region is shared
\e[2;3r\e[?1049h
"" @0,0 region=1,2

1049 l on the main screen restores the cursor
ab\e[?1049lx
"xb" @1,0

resizing keeps both screens
ab\e[?1049hxy\R{5x2}\e[?1049l
"ab" @2,0 size=5,2

shrinking on the alternate screen keeps the main screen's prompt [5x4]
1\r\n2\r\n3\r\n$ \e[?1049h\R{5x2}\e[?1049l
"3|$" @2,1

DECSTR ends line drawing
\e(0\e[!pq
"q" @1,0

DECRQSS
\e[1;31m\eP$qm\e\\\eP$qr\e\\\eP$q q\e\\\eP$qx\e\\
"" @0,0 reply=\eP1$r0;1;31m\e\\\eP1$r1;4r\e\\\eP1$r0\sq\e\\\eP0$r\e\\

XTGETTCAP
\eP+q436f;5858\e\\
"" @0,0 reply=\eP1+r436F=323536\e\\\eP0+r\e\\

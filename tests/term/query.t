# DECRQM: what each mode says when reset and when set (xterm ctlseqs: 1 set, 2 reset, 0 unknown)

mode 1: first, set, reset
\e[?1$p\e[?1h\e[?1$p\e[?1l\e[?1$p
"" @0,0 reply=\e[?1;2$y\e[?1;1$y\e[?1;2$y

mode 5: first, set, reset
\e[?5$p\e[?5h\e[?5$p\e[?5l\e[?5$p
"" @0,0 reply=\e[?5;2$y\e[?5;1$y\e[?5;2$y

mode 6: first, set, reset
\e[?6$p\e[?6h\e[?6$p\e[?6l\e[?6$p
"" @0,0 reply=\e[?6;2$y\e[?6;1$y\e[?6;2$y

mode 7: first, set, reset
\e[?7$p\e[?7h\e[?7$p\e[?7l\e[?7$p
"" @0,0 reply=\e[?7;1$y\e[?7;1$y\e[?7;2$y

mode 9: first, set, reset
\e[?9$p\e[?9h\e[?9$p\e[?9l\e[?9$p
"" @0,0 reply=\e[?9;2$y\e[?9;1$y\e[?9;2$y

mode 25: first, set, reset
\e[?25$p\e[?25h\e[?25$p\e[?25l\e[?25$p
"" @0,0 reply=\e[?25;1$y\e[?25;1$y\e[?25;2$y

mode 40: first, set, reset
\e[?40$p\e[?40h\e[?40$p\e[?40l\e[?40$p
"" @0,0 reply=\e[?40;2$y\e[?40;1$y\e[?40;2$y

mode 47: first, set, reset
\e[?47$p\e[?47h\e[?47$p\e[?47l\e[?47$p
"" @0,0 reply=\e[?47;2$y\e[?47;1$y\e[?47;2$y

mode 66: first, set, reset
\e[?66$p\e[?66h\e[?66$p\e[?66l\e[?66$p
"" @0,0 reply=\e[?66;2$y\e[?66;1$y\e[?66;2$y

mode 1000: first, set, reset
\e[?1000$p\e[?1000h\e[?1000$p\e[?1000l\e[?1000$p
"" @0,0 reply=\e[?1000;2$y\e[?1000;1$y\e[?1000;2$y

mode 1001: first, set, reset
\e[?1001$p\e[?1001h\e[?1001$p\e[?1001l\e[?1001$p
"" @0,0 reply=\e[?1001;2$y\e[?1001;1$y\e[?1001;2$y

mode 1002: first, set, reset
\e[?1002$p\e[?1002h\e[?1002$p\e[?1002l\e[?1002$p
"" @0,0 reply=\e[?1002;2$y\e[?1002;1$y\e[?1002;2$y

mode 1003: first, set, reset
\e[?1003$p\e[?1003h\e[?1003$p\e[?1003l\e[?1003$p
"" @0,0 reply=\e[?1003;2$y\e[?1003;1$y\e[?1003;2$y

mode 1004: first, set, reset
\e[?1004$p\e[?1004h\e[?1004$p\e[?1004l\e[?1004$p
"" @0,0 reply=\e[?1004;2$y\e[?1004;1$y\e[?1004;2$y

mode 1005: first, set, reset
\e[?1005$p\e[?1005h\e[?1005$p\e[?1005l\e[?1005$p
"" @0,0 reply=\e[?1005;2$y\e[?1005;1$y\e[?1005;2$y

mode 1006: first, set, reset
\e[?1006$p\e[?1006h\e[?1006$p\e[?1006l\e[?1006$p
"" @0,0 reply=\e[?1006;2$y\e[?1006;1$y\e[?1006;2$y

mode 1007: first, set, reset
\e[?1007$p\e[?1007h\e[?1007$p\e[?1007l\e[?1007$p
"" @0,0 reply=\e[?1007;2$y\e[?1007;1$y\e[?1007;2$y

mode 1015: first, set, reset
\e[?1015$p\e[?1015h\e[?1015$p\e[?1015l\e[?1015$p
"" @0,0 reply=\e[?1015;2$y\e[?1015;1$y\e[?1015;2$y

mode 1047: first, set, reset
\e[?1047$p\e[?1047h\e[?1047$p\e[?1047l\e[?1047$p
"" @0,0 reply=\e[?1047;2$y\e[?1047;1$y\e[?1047;2$y

mode 1049: first, set, reset
\e[?1049$p\e[?1049h\e[?1049$p\e[?1049l\e[?1049$p
"" @0,0 reply=\e[?1049;2$y\e[?1049;1$y\e[?1049;2$y

mode 2004: first, set, reset
\e[?2004$p\e[?2004h\e[?2004$p\e[?2004l\e[?2004$p
"" @0,0 reply=\e[?2004;2$y\e[?2004;1$y\e[?2004;2$y

mode 2026: first, set, reset
\e[?2026$p\e[?2026h\e[?2026$p\e[?2026l\e[?2026$p
"" @0,0 reply=\e[?2026;2$y\e[?2026;1$y\e[?2026;2$y

mode 0 is unknown
\e[?0$p
"" @0,0 reply=\e[?0;0$y

mode 2 is unknown
\e[?2$p
"" @0,0 reply=\e[?2;0$y

mode 8 is unknown
\e[?8$p
"" @0,0 reply=\e[?8;0$y

mode 99 is unknown
\e[?99$p
"" @0,0 reply=\e[?99;0$y

mode 1034 is unknown
\e[?1034$p
"" @0,0 reply=\e[?1034;0$y

mode 65535 is unknown
\e[?65535$p
"" @0,0 reply=\e[?65535;0$y

one mouse mode replaces the other
\e[?1000h\e[?1003h\e[?1000$p\e[?1003$p
"" @0,0 reply=\e[?1000;2$y\e[?1003;1$y

insert mode
\e[4$p\e[4h\e[4$p\e[4l\e[4$p
"" @0,0 reply=\e[4;2$y\e[4;1$y\e[4;2$y

an ANSI mode that nobody knows
\e[99$p
"" @0,0 reply=\e[99;0$y

RIS resets what was set
\e[?1;6;2004h\ec\e[?1$p\e[?6$p\e[?2004$p
"" @0,0 reply=\e[?1;2$y\e[?6;2$y\e[?2004;2$y

DECSTR resets origin mode and leaves paste
\e[?6;2004h\e[!p\e[?6$p\e[?2004$p
"" @0,0 reply=\e[?6;2$y\e[?2004;1$y

a replica never answers [10x4 replica]
\e[?1$p\e[4$p\e[c\e[6n\e[>c\e[=c\e[5n\e[>q
"" @0,0 reply=

# more settings and capabilities

DECRQSS: DECSACE
\eP$q*x\e\\\e[2*x\eP$q*x\e\\
"" @0,0 reply=\eP1$r1*x\e\\\eP1$r2*x\e\\
DECRQSS: rows and columns
\eP$qt\e\\\eP$q*|\e\\\eP$q$|\e\\
"" @0,0 reply=\eP1$r4t\e\\\eP1$r4*|\e\\\eP1$r10$|\e\\
DECRQSS: level
\eP$q\"p\e\\
"" @0,0 reply=\eP1$r62;1\"p\e\\
XTGETTCAP: a flag has no value
\eP+q5375;5463\e\\
"" @0,0 reply=\eP1+r5375\e\\\eP1+r5463\e\\
XTGETTCAP: underlines
\eP+q536d756c78\e\\
"" @0,0 reply=\eP1+r536D756C78=1B5B343A25703125646D\e\\
XTGETTCAP: clipboard
\eP+q4d73\e\\
"" @0,0 reply=\eP1+r4D73=1B5D35323B25703125733B25703225731B5C\e\\
XTGETTCAP: half a digit, no digit, NUL, too long, empty
\eP+q5;zz;00;6161616161616161616161616161616161;;\e\\
"" @0,0 reply=\eP0+r\e\\\eP0+r\e\\\eP0+r\e\\\eP0+r\e\\\eP0+r\e\\

# OSC 8

a link, ended
\e]8;;http://a/\aab\e]8;;\ac
"abc" @3,0 link(0,0)=;http://a/ link(1,0)=;http://a/ link(2,0)=
a link with parameters, by ST
\e]8;id=1:x=2;http://a/;b\e\\a
"a" @1,0 link(0,0)=id=1:x=2;http://a/;b
a second one in its place
\e]8;;u:\aa\e]8;;v:\ab\e]8;;\ac\e]8;;u:\ad
"abcd" @4,0 link(0,0)=;u: link(1,0)=;v: link(2,0)= link(3,0)=;u:
SGR 0 does not end it
\e]8;;u:\aa\e[mb
"ab" @2,0 link(1,0)=;u:
DECSTR ends it
\e]8;;u:\aa\e[!pb
"ab" @2,0 link(0,0)=;u: link(1,0)=
RIS ends it
\e]8;;u:\aa\ecb
"b" @1,0 link(0,0)=
one semicolon only ends it
\e]8;;u:\aa\e]8;v:\ab
"ab" @2,0 link(1,0)=
not ASCII ends it
\e]8;;u:\aa\e]8;;http://ä/\ab
"ab" @2,0 link(1,0)=
what is erased has none
\e]8;;u:\aabcd\e[1;2H\e[2X
"a  d" @1,0 link(0,0)=;u: link(1,0)= link(3,0)=;u:
what is overwritten has the new one
\e]8;;u:\aabc\e]8;;\a\e[1;2HX
"aXc" @2,0 link(0,0)=;u: link(1,0)= link(2,0)=;u:
it goes on in the next row
\e]8;;u:\aabcdefghijkl
"abcdefghij|kl" @2,1 link(9,0)=;u: link(1,1)=;u:
it moves with inserted and deleted characters
\e]8;;u:\aabc\e]8;;\a\e[1;1H\e[2@\e[1;4H\e[P
"  ac" @3,0 link(1,0)= link(2,0)=;u: link(3,0)=;u:
it scrolls
\e]8;;u:\aa\e]8;;\a\e[4;1H\n\e[T
"" @0,3 link(0,0)=
it is copied with a rectangle
\e]8;;u:\aab\e]8;;\a\e[1;1;1;2;1;2;3$vc
"abc|  ab" @3,0 link(1,1)= link(2,1)=;u: link(2,0)=
wide and combined characters
\e]8;;u:\a漢e\xcc\x81
"漢é" @3,0 link(0,0)=;u: link(1,0)= link(2,0)=;u:
repeated
\e]8;;u:\aa\e[3b
"aaaa" @4,0 link(3,0)=;u:
on the alternate screen, and back
\e]8;;u:\aa\e[?1049hb\e]8;;\ac\e[?1049ld
"ad" @2,0 link(0,0)=;u: link(1,0)=
DECALN has none
\e]8;;u:\aa\e#8
"EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE" @0,0 link(0,0)=
a resize keeps it
\e]8;;u:\aab\R{5x3}
"ab" @2,0 size=5,3 link(1,0)=;u:
a replica has them too [10x4 replica]
\e]8;;u:\aa\e]8;;\ab
"ab" @2,0 link(0,0)=;u: link(1,0)=

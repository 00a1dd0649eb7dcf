# Mode 2027: clusters in one cell

without it each part is measured alone
👩\xe2\x80\x8d🌾x
"👩‍🌾x" @5,0

with it a joiner joins
\e[?2027h👩\xe2\x80\x8d🌾x
"👩‍🌾x" @3,0

a family
\e[?2027h👨\xe2\x80\x8d👩\xe2\x80\x8d👧\xe2\x80\x8d👦x
"👨‍👩‍👧‍👦x" @3,0

flags are pairs of letters
\e[?2027h🇩🇪🇫🇷x
"🇩🇪🇫🇷x" @5,0

half a flag is one column
\e[?2027h🇩x🇪
"🇩x🇪" @3,0

flags without the mode are as wide
🇩🇪🇫🇷x
"🇩🇪🇫🇷x" @5,0

skin tones
\e[?2027h👍🏽x
"👍🏽x" @3,0

a skin tone makes a narrow picture wide
\e[?2027h☝🏽x
"☝🏽x" @3,0

a skin tone joins pictures only
\e[?2027ha🏽x
"a🏽x" @4,0

VS16 makes a narrow picture wide
\e[?2027h❤\xef\xb8\x8fx
"❤️x" @3,0

VS16 without the mode takes no column
❤\xef\xb8\x8fx
"❤️x" @2,0

VS16 changes pictures only
\e[?2027ha\xef\xb8\x8fx
"a️x" @2,0

keycaps
\e[?2027h1\xef\xb8\x8f\xe2\x83\xa3x
"1️⃣x" @3,0

a joiner joins pictures only
\e[?2027ha\xe2\x80\x8d漢x
"a‍漢x" @4,0

marks stay marks
\e[?2027he\xcc\x81x
"éx" @2,0

the pen is that of the first part
\e[?2027h\e[31m👩\e[m\xe2\x80\x8dx
"👩‍x" @3,0 cell(0,0)=0;31 cell(2,0)=0

a movement ends a cluster
\e[?2027h👩\xe2\x80\x8d\e[3G🌾x
"👩‍🌾x" @5,0

colours between the parts end it too
\e[?2027h👩\xe2\x80\x8d\e[31m🌾x
"👩‍🌾x" @5,0

a cluster in the last columns waits to wrap [4x2]
\e[?2027hab👩\xe2\x80\x8d🌾
"ab👩‍🌾" @3,0 wrap=1

what becomes wide at the edge goes to the next row [3x2]
\e[?2027hab❤\xef\xb8\x8fx
"ab|❤️x" @2,1 wrap=1 wrapped(0)=0

so does a flag [3x2]
\e[?2027hab🇩🇪x
"ab|🇩🇪x" @2,1

at the bottom it scrolls [3x2]
\e[?2027hq\r\nab☝🏽x
"ab|☝🏽x" @2,1

without autowrap it finds no room [3x2]
\e[?2027h\e[?7lab❤\xef\xb8\x8fx
"abx" @2,0

nor in a single column [1x3]
\e[?2027h❤\xef\xb8\x8fx
"❤|x" @0,1

room enough before the edge [4x2]
\e[?2027hab❤\xef\xb8\x8fx
"ab❤️|x" @1,1

what becomes wide covers what is there
\e[?2027habcd\r❤\xef\xb8\x8f
"❤️cd" @2,0

also half of another wide one
\e[?2027h漢漢\r❤\xef\xb8\x8f
"❤️漢" @2,0

and in insert mode it makes room
\e[?2027habcd\r\e[4h❤\xef\xb8\x8f
"❤️abcd" @2,0

the right margin is an edge [8x2]
\e[?2027;69h\e[1;3s\e[1;3H❤\xef\xb8\x8fx
"|❤️x" @2,1

REP repeats the last part that has a cell
\e[?2027h👍🏽\e[b
"👍🏽👍" @4,0

no more than seventeen characters
\e[?2027h👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8d👩\xe2\x80\x8dx
"👩‍👩‍👩‍👩‍👩‍👩‍👩‍👩‍👩x" @3,0

overwriting half of it takes all
\e[?2027h👩\xe2\x80\x8d🌾\e[2Gx
" x" @2,0

DECRQM tells of it
\e[?2027$p\e[?2027h\e[?2027$p
"" @0,0 reply=\e[?2027;2$y\e[?2027;1$y

RIS resets it
\e[?2027h\ec👍🏽x
"👍🏽x" @5,0

a replica has it as well [10x2 replica]
\e[?2027h👩\xe2\x80\x8d🌾\e[?2027lx👍🏽
"👩‍🌾x👍🏽" @7,0

# Bytes to characters

plain ASCII
hello
"hello" @5,0

two, three and four bytes
é€😀
"é€😀" @4,0

a truncated sequence before a letter
\xe2\x82A
"�A" @2,0

a truncated sequence before ESC leaves the ESC alone
\xe2\x82\e[1mA
"�A" @2,0 pen=0;1

surrogates: one replacement for each byte
\xed\xa0\x80x
"���x" @4,0

no character begins with F5
\xf5\x80x
"��x" @3,0

overlong forms
\xc0\xaf\xe0\x80\x80x
"�����x" @6,0

above U+10FFFF
\xf4\x90\x80\x80x
"����x" @5,0

stray continuation, FE and FF never come alone
\x80\xfex
"��x" @3,0

a raw C1 byte is no control
\x9b1mx
"�1mx" @4,0 pen=0

the server ignores encoded C1 controls
a\xc2\x9b1mb\xc2\x85c
"a1mbc" @5,0 pen=0

the replica obeys them [10x4 replica]
a\xc2\x9b1mb\xc2\x85c
"ab|c" @1,1 pen=0;1

a broken sequence in a title
\e]2;a\xe2\x82b\x07
"" @0,0 title=a�b

C1 inside a sequence is ignored too
\e[1\xc2\x9b;3mx
"x" @1,0 pen=0;1;3

the last plane, too
\xf4\x80\x80\x80\xf4\x85\x87\x85\xf4\x8f\xbf\xbdx
"􀀀􅇅􏿽x" @4,0

private use and unassigned characters take a column
\xee\x82\xa0\xf3\xb0\x80\x80\xcd\xb8x
"󰀀͸x" @4,0

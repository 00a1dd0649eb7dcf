# OSC: titles and clipboard; strings

title and icon
\e]0;both\x07
"" @0,0 title=both icon=both titleset=1

an empty number is 0
\e];both\x07
"" @0,0 title=both icon=both

icon only
\e]1;i\x07
"" @0,0 title= icon=i titleset=1

title only
\e]2;t\e\\
"" @0,0 title=t icon= titleset=1

no number at all
\e]title\x07x
"x" @1,0 titleset=0

Unicode in a title
\e]2;日本 é\x07
"" @0,0 title=日本\sé

controls in a title are dropped
\e]2;a\tb\x7fc\x01d\x07
"" @0,0 title=abcd

characters that reorder are dropped
\e]2;a\xe2\x80\xaeb\xe2\x81\xa6c\xe2\x80\x8fd\x07
"" @0,0 title=abcd

BEL ends an OSC and doesn't ring
\e]2;t\x07
"" @0,0 bells=0

CAN cancels
\e]2;t\x18x
"x" @1,0 title=

SUB cancels
\e]2;t\x1ax
"x" @1,0 title=

ESC without a backslash cancels
\e]2;t\e[1mx
"x" @1,0 title= pen=0;1

a C0 between ESC and the backslash cancels
\e]2;t\e\x01\\x
"x" @1,0 title=

the replica ends it with an encoded ST too [10x4 replica]
\e]2;t\xc2\x9cx
"x" @1,0 title=t

BEL doesn't end a DCS
\ePx\x07y\e\\z
"z" @1,0 bells=0

nor APC, PM and SOS
\e_x\x07y\e\\\e^p\e\\\eXs\e\\z
"z" @1,0 bells=0

tmux passthrough runs the inner sequence
\ePtmux;\e\e]2;t\x07\e\\x
"x" @1,0 title=t

unknown numbers are silent
\e]7;file://h/\x07\e]133;A\x07\e]4;1;?\x07\e]10;?\x07\e]8;;http://x\x07x\e]8;;\x07
"x" @1,0 reply=

clipboard
\e]52;c;aGVsbG8=\x07
"" @0,0 clip=c:aGVsbG8=:1

an empty selection (tmux)
\e]52;;aGVsbG8=\x07
"" @0,0 clip=:aGVsbG8=:1

several selections
\e]52;pc;QQ==\x07
"" @0,0 clip=pc:QQ==:1

cut buffers
\e]52;s0;QQ==\x07
"" @0,0 clip=s0:QQ==:1

a repeat counts
\e]52;c;QQ==\x07\e]52;c;QQ==\e\\
"" @0,0 clip=c:QQ==:2

a query is refused
\e]52;c;QQ==\x07\e]52;c;?\x07
"" @0,0 clip=c:QQ==:1 reply=

no base64
\e]52;c;a b\x07
"" @0,0 clip=::0

an unknown selection
\e]52;x;QQ==\x07
"" @0,0 clip=::0

no semicolon
\e]52;QQ==\x07
"" @0,0 clip=::0

clearing
\e]52;c;QQ==\x07\e]52;c;\x07
"" @0,0 clip=c::2

title stack
\e]0;one\x07\e[22;0t\e]0;two\x07\e[23;0t
"" @0,0 title=one icon=one

only the title comes back
\e]0;one\x07\e[22;2t\e]0;two\x07\e[23;2t
"" @0,0 title=one icon=two

an empty stack changes nothing
\e]2;one\x07\e[23;2t
"" @0,0 title=one

the stack keeps the newest ten
\e]2;a\x07\e[22t\e]2;b\x07\e[22t\e[22t\e[22t\e[22t\e[22t\e[22t\e[22t\e[22t\e[22t\e[22t\e]2;z\x07\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t\e[23t
"" @0,0 title=b

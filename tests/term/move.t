# Cursor movement: how far it goes, and what stops it (ECMA-48 8.3, VT510, xterm)

CUU ESC [A [10x5]
\e[3;6H\e[A
"" @5,1

CUU ESC [0A [10x5]
\e[3;6H\e[0A
"" @5,1

CUU ESC [2A [10x5]
\e[3;6H\e[2A
"" @5,0

CUU ESC [9A [10x5]
\e[3;6H\e[9A
"" @5,0

CUD ESC [B [10x5]
\e[3;6H\e[B
"" @5,3

CUD ESC [0B [10x5]
\e[3;6H\e[0B
"" @5,3

CUD ESC [2B [10x5]
\e[3;6H\e[2B
"" @5,4

CUD ESC [9B [10x5]
\e[3;6H\e[9B
"" @5,4

CUF ESC [C [10x5]
\e[3;6H\e[C
"" @6,2

CUF ESC [0C [10x5]
\e[3;6H\e[0C
"" @6,2

CUF ESC [4C [10x5]
\e[3;6H\e[4C
"" @9,2

CUF ESC [99999C [10x5]
\e[3;6H\e[99999C
"" @9,2

CUB ESC [D [10x5]
\e[3;6H\e[D
"" @4,2

CUB ESC [0D [10x5]
\e[3;6H\e[0D
"" @4,2

CUB ESC [5D [10x5]
\e[3;6H\e[5D
"" @0,2

CUB ESC [99999D [10x5]
\e[3;6H\e[99999D
"" @0,2

CNL ESC [E [10x5]
\e[3;6H\e[E
"" @0,3

CNL ESC [9E [10x5]
\e[3;6H\e[9E
"" @0,4

CPL ESC [F [10x5]
\e[3;6H\e[F
"" @0,1

CPL ESC [9F [10x5]
\e[3;6H\e[9F
"" @0,0

CHA ESC [G [10x5]
\e[3;6H\e[G
"" @0,2

CHA ESC [3G [10x5]
\e[3;6H\e[3G
"" @2,2

CHA ESC [99G [10x5]
\e[3;6H\e[99G
"" @9,2

HPA ESC [` [10x5]
\e[3;6H\e[`
"" @0,2

HPA ESC [3` [10x5]
\e[3;6H\e[3`
"" @2,2

HPA ESC [99` [10x5]
\e[3;6H\e[99`
"" @9,2

HPR ESC [a [10x5]
\e[3;6H\e[a
"" @6,2

HPR ESC [99a [10x5]
\e[3;6H\e[99a
"" @9,2

VPA ESC [d [10x5]
\e[3;6H\e[d
"" @5,0

VPA ESC [4d [10x5]
\e[3;6H\e[4d
"" @5,3

VPA ESC [99d [10x5]
\e[3;6H\e[99d
"" @5,4

VPR ESC [e [10x5]
\e[3;6H\e[e
"" @5,3

VPR ESC [99e [10x5]
\e[3;6H\e[99e
"" @5,4

CUP ESC [H [10x5]
\e[3;6H\e[H
"" @0,0

CUP ESC [;4H [10x5]
\e[3;6H\e[;4H
"" @3,0

CUP ESC [4H [10x5]
\e[3;6H\e[4H
"" @0,3

CUP ESC [99;99H [10x5]
\e[3;6H\e[99;99H
"" @9,4

CUP ESC [0;0H [10x5]
\e[3;6H\e[0;0H
"" @0,0

HVP ESC [f [10x5]
\e[3;6H\e[f
"" @0,0

HVP ESC [2;3f [10x5]
\e[3;6H\e[2;3f
"" @2,1

HVP ESC [99;99f [10x5]
\e[3;6H\e[99;99f
"" @9,4

CR \r [10x5]
\e[3;6H\r
"" @0,2

LF \n [10x5]
\e[3;6H\n
"" @5,3

LF \n\n\n [10x5]
\e[3;6H\n\n\n
"" @5,4

VT \x0b [10x5]
\e[3;6H\x0b
"" @5,3

FF \x0c [10x5]
\e[3;6H\x0c
"" @5,3

IND ESC D [10x5]
\e[3;6H\eD
"" @5,3

NEL ESC E [10x5]
\e[3;6H\eE
"" @0,3

RI ESC M [10x5]
\e[3;6H\eM
"" @5,1

RI ESC MESC MESC M [10x5]
\e[3;6H\eM\eM\eM
"" @5,0

BS \b [10x5]
\e[3;6H\b
"" @4,2

BS \b\b\b\b\b\b\b [10x5]
\e[3;6H\b\b\b\b\b\b\b
"" @0,2

HT \t [10x5]
\e[3;6H\t
"" @8,2

HT \t\t [10x5]
\e[3;6H\t\t
"" @9,2

CHT ESC [I [10x5]
\e[3;6H\e[I
"" @8,2

CHT ESC [2I [10x5]
\e[3;6H\e[2I
"" @9,2

CBT ESC [Z [10x5]
\e[3;6H\e[Z
"" @0,2

CBT ESC [9Z [10x5]
\e[3;6H\e[9Z
"" @0,2

CUU from inside stops at the top margin [10x5]
\e[2;4r\e[3;6H\e[9A
"" @5,1

CUU from above the region goes to the top [10x5]
\e[2;4r\e[1;3H\e[9A
"" @2,0

CUU from below the region stops at its top margin [10x5]
\e[2;4r\e[5;3H\e[9A
"" @2,1

CUD from inside stops at the bottom margin [10x5]
\e[2;4r\e[3;6H\e[9B
"" @5,3

CUD from below the region goes to the bottom [10x5]
\e[2;4r\e[5;3H\e[9B
"" @2,4

CUP in origin mode counts from the region [10x5]
\e[2;4r\e[?6h\e[2;2H
"" @1,2

CUP in origin mode stops at the bottom margin [10x5]
\e[2;4r\e[?6h\e[99;1H
"" @0,3

VPA in origin mode counts from the region [10x5]
\e[2;4r\e[?6h\e[3d
"" @0,3

VPR in origin mode stops at the bottom margin [10x5]
\e[2;4r\e[?6h\e[99e
"" @0,3

# Character sets: DEC special graphics (VT220 Programmer Reference, table 2-4), shifts

special graphics `: diamond
x\e(0`\e(B`
"x◆`" @3,0

special graphics a: checkerboard
x\e(0a\e(Ba
"x▒a" @3,0

special graphics b: HT
x\e(0b\e(Bb
"x␉b" @3,0

special graphics c: FF
x\e(0c\e(Bc
"x␌c" @3,0

special graphics d: CR
x\e(0d\e(Bd
"x␍d" @3,0

special graphics e: LF
x\e(0e\e(Be
"x␊e" @3,0

special graphics f: degree
x\e(0f\e(Bf
"x°f" @3,0

special graphics g: plus or minus
x\e(0g\e(Bg
"x±g" @3,0

special graphics h: NL
x\e(0h\e(Bh
"x␤h" @3,0

special graphics i: VT
x\e(0i\e(Bi
"x␋i" @3,0

special graphics j: lower right corner
x\e(0j\e(Bj
"x┘j" @3,0

special graphics k: upper right corner
x\e(0k\e(Bk
"x┐k" @3,0

special graphics l: upper left corner
x\e(0l\e(Bl
"x┌l" @3,0

special graphics m: lower left corner
x\e(0m\e(Bm
"x└m" @3,0

special graphics n: crossing lines
x\e(0n\e(Bn
"x┼n" @3,0

special graphics o: scan 1
x\e(0o\e(Bo
"x⎺o" @3,0

special graphics p: scan 3
x\e(0p\e(Bp
"x⎻p" @3,0

special graphics q: scan 5, a line
x\e(0q\e(Bq
"x─q" @3,0

special graphics r: scan 7
x\e(0r\e(Br
"x⎼r" @3,0

special graphics s: scan 9
x\e(0s\e(Bs
"x⎽s" @3,0

special graphics t: left tee
x\e(0t\e(Bt
"x├t" @3,0

special graphics u: right tee
x\e(0u\e(Bu
"x┤u" @3,0

special graphics v: bottom tee
x\e(0v\e(Bv
"x┴v" @3,0

special graphics w: top tee
x\e(0w\e(Bw
"x┬w" @3,0

special graphics x: bar
x\e(0x\e(Bx
"x│x" @3,0

special graphics y: less or equal
x\e(0y\e(By
"x≤y" @3,0

special graphics z: greater or equal
x\e(0z\e(Bz
"x≥z" @3,0

special graphics {: pi
x\e(0{\e(B{
"xπ{" @3,0

special graphics |: not equal
x\e(0|\e(B|
"x≠|" @3,0

special graphics }: pound
x\e(0}\e(B}
"x£}" @3,0

special graphics ~: centred dot
x\e(0~\e(B~
"x·~" @3,0

special graphics leave capitals and digits alone
\e(0AZ09[]
"AZ09[]" @6,0

special graphics keep what is not ASCII
\e(0ä日
"ä日" @3,0

G1 by SO, back by SI
\e)0q\x0eq\x0fq
"q─q" @3,0

G2 for one character
\e*0\eNqq
"─q" @2,0

G3 for one character
\e+0\eOqq
"─q" @2,0

G2 locked
\e*0\enqq\x0fq
"──q" @3,0

G3 locked
\e+0\eoqq\x0fq
"──q" @3,0

a set designated anew
\e)0\x0eq\e)Bq
"─q" @2,0

British has its pound
\e(A#a\e(B#
"£a#" @3,0

DECSC keeps the sets
\e)0\x0e\e7\x0f\e)B\e8q
"─" @1,0

line drawing wraps as text does [3x2]
\e(0qqqq
"───|─" @1,1

REP repeats the line
\e(0q\e[3b
"────" @4,0

leaving the alternate screen ends line drawing
\e[?1049h\e(0q\e[?1049lq
"q" @1,0

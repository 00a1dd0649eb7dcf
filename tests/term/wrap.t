# The pending wrap: what keeps it and what drops it

a full line waits [5x3]
abcde
"abcde" @4,0 wrap=1

the next character wraps and marks [5x3]
abcdef
"abcde|f" @1,1 wrap=0 wrapped(0)=1

SGR keeps it [5x3]
abcde\e[1mf
"abcde|f" @1,1

ESC ( B keeps it [5x3]
abcde\e(B\e[mf
"abcde|f" @1,1

ESC = and ESC > keep it [5x3]
abcde\e=\e>f
"abcde|f" @1,1

BEL and NUL keep it [5x3]
abcde\x07\x00f
"abcde|f" @1,1 bells=1

SO and SI keep it [5x3]
abcde\x0e\x0ff
"abcde|f" @1,1

an unknown CSI keeps it [5x3]
abcde\e[>4;1m\e[?1$wf
"abcde|f" @1,1

the cursor's shape keeps it [5x3]
abcde\e[5 qf
"abcde|f" @1,1 style=5

OSC ended by BEL keeps it [5x3]
abcde\e]2;t\x07f
"abcde|f" @1,1 title=t

OSC ended by ST keeps it [5x3]
abcde\e]2;t\e\\f
"abcde|f" @1,1 title=t

DCS keeps it [5x3]
abcde\eP1;2|x\e\\f
"abcde|f" @1,1

queries keep it [5x3]
abcde\e[c\e[5n\e[6nf
"abcde|f" @1,1 reply=\e[?62;22;52c\e[0n\e[1;5R

DECSET of a flag keeps it [5x3]
abcde\e[?2004h\e[?25lf
"abcde|f" @1,1

insert mode switching keeps it [5x3]
abcde\e[4h\e[4lf
"abcde|f" @1,1

HTS and TBC keep it [5x3]
abcde\eH\e[gf
"abcde|f" @1,1

HT and CHT keep it [5x3]
abcde\t\e[If
"abcde|f" @1,1

a sequence with a colon keeps it [5x3]
abcde\e[4:3m\e[>4:1uf
"abcde|f" @1,1

DECSC keeps it, DECRC restores it [5x3]
abcde\e7\e[H\e8f
"abcde|f" @1,1

DECRC of a saved plain cursor drops it [5x3]
a\e7\e[Habcde\e8f
"afcde" @2,0

DECSTR keeps it [5x3]
abcde\e[!pf
"abcde|f" @1,1

CR drops it [5x3]
abcde\rf
"fbcde" @1,0 wrapped(0)=0

BS goes to the column before the last [5x3]
abcde\bf
"abcfe" @4,0 wrap=0

BS in the replica starts beyond the last column [5x3 replica]
abcde\bf
"abcdf" @4,0 wrap=1

two BS in the replica [5x3 replica]
abcde\b\bf
"abcfe" @4,0

LF drops it [5x3]
abcde\nf
"abcde|    f" @4,1 wrap=1

CUF drops it [5x3]
abcde\e[Cf
"abcdf" @4,0

CUP to the same place drops it [5x3]
abcde\e[1;5Hf
"abcdf" @4,0

CBT moves and drops it [10x3]
abcdefghij\e[Zf
"abcdefghfj" @9,0

EL drops it and erases the last cell [5x3]
abcde\e[Kf
"abcdf" @4,0 wrapped(0)=0

ECH drops it [5x3]
abcde\e[Xf
"abcdf" @4,0

ED 0 drops it [5x3]
abcde\e[Jf
"abcdf" @4,0

ICH and DCH drop it [5x3]
abcde\e[@\e[Pf
"abcdf" @4,0

DECSTBM homes [5x3]
abcde\e[1;2rf
"fbcde" @1,0

ED 3 is no erasing of the screen [5x3]
abcde\e[3Jf
"abcde|f" @1,1

without autowrap the last column is overwritten [5x3]
\e[?7labcdefg
"abcdg" @4,0 wrap=1

switching autowrap on makes the old flag effective [5x3]
\e[?7labcdef\e[?7hg
"abcdf|g" @1,1

the mark goes when the last cell is printed again [5x3]
abcdef\e[1;5HX
"abcdX|f" @4,0 wrapped(0)=0

the mark stays when another cell is printed [5x3]
abcdef\e[1;1HX
"Xbcde|f" @1,0 wrapped(0)=1

the mark goes with DCH [5x3]
abcdef\e[1;1H\e[P
"bcde|f" @0,0 wrapped(0)=0

wrapping at the bottom scrolls and keeps the mark [3x2]
abcdefg
"def|g" @1,1 wrapped(0)=1

a long run over several rows [3x4]
abcdefghij
"abc|def|ghi|j" @1,3 wrapped(1)=1

a run longer than the screen [3x2]
abcdefghijklmnop
"mno|p" @1,1

one column [1x3]
ab
"a|b" @0,1 wrap=1

wrapping at the region's bottom scrolls the region [3x4]
top\e[2;3r\e[3;1Habcd
"top|abc|d" @1,2

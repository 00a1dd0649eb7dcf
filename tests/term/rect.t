# Rectangles and columns (VT420; ECMA-48 SL and SR)

DECERA erases inside only [5x4]
aaaaabbbbbcccccddddd\e[2;2;3;4$z
"aaaaa|b   b|c   c|ddddd" @4,3

DECERA without parameters erases all [5x2]
aaaaabbbbb\e[1;2H\e[$z
"" @1,0

DECERA beyond the screen is cut off [5x3]
aaaaabbbbbccccc\e[2;4;99;99$z
"aaaaa|bbb|ccc" @4,2

DECERA upside down does nothing [5x3]
aaaaabbbbbccccc\e[3;1;2;5$z
"aaaaa|bbbbb|ccccc" @4,2

DECERA with left behind right does nothing [5x3]
aaaaabbbbbccccc\e[1;4;2;3$z
"aaaaa|bbbbb|ccccc" @4,2

DECERA below the screen does nothing [5x3]
aaaaabbbbbccccc\e[9;1;12;5$z
"aaaaa|bbbbb|ccccc" @4,2

DECERA takes the pen's background [5x2]
aaaaa\e[1;1H\e[44m\e[1;2;1;3$z
"a  aa" @0,0 cell(1,0)=erased:0;44 cell(0,0)=0

DECERA through a wide character takes its other half [6x2]
a日b\e[1;3;1;3$z
"a  b" @4,0

DECERA counts from the region in origin mode [5x4]
aaaaabbbbbcccccddddd\e[2;3r\e[?6h\e[1;1;1;5$z
"aaaaa||ccccc|ddddd" @0,1

DECERA stays in the region in origin mode [5x4]
aaaaabbbbbcccccddddd\e[2;3r\e[?6h\e[1;1;9;5$z
"aaaaa|||ddddd" @0,1

DECSERA erases what is not protected [5x2]
aaaaabbbbb\e[1;1;1;2${
"  aaa|bbbbb" @4,1

DECFRA fills with a character and the pen [5x3]
\e[31m\e[35;1;2;2;4$x
" ###| ###" @0,0 cell(1,0)=0;31 cell(0,0)=erased:0 cell(3,1)=0;31

DECFRA takes Latin-1 [4x2]
\e[228;1;1;1;2$x
"ää" @0,0

DECFRA with a control character does nothing [4x2]
ab\e[7;1;1;1;2$x\e[127;1;1;1;2$x\e[150;1;1;1;2$x
"ab" @2,0 bells=0

DECFRA beyond Latin-1 does nothing [4x2]
ab\e[256;1;1;1;2$x
"ab" @2,0

DECFRA without a rectangle fills all [3x2]
\e[46$x
"...|..." @0,0

DECFRA without a character does nothing [3x2]
ab\e[;1;1;1;2$x
"ab" @2,0

DECFRA over the right half of a wide character [6x2]
a日b\e[45;1;3;1;3$x
"a -b" @4,0

DECFRA over the left half of a wide character [6x2]
a日b\e[45;1;2;1;2$x
"a- b" @4,0

DECFRA in origin mode [3x4]
\e[2;3r\e[?6h\e[42;1;1;9;2$x
"|**|**" @0,1

DECCRA copies [6x3]
abcdef\e[1;1;1;2;1;2;4;1$v
"abcdef|   ab" @5,0

DECCRA to the right over itself [6x1]
abcdef\e[1;1;1;4;1;1;2;1$v
"aabcdf" @5,0

DECCRA to the left over itself [6x1]
abcdef\e[1;2;1;5;1;1;1;1$v
"bcdeef" @5,0

DECCRA downwards over itself [2x4]
aabbccdd\e[1;1;3;2;1;2;1;1$v
"aa|aa|bb|cc" @1,3

DECCRA is cut off at the edge [4x2]
abcdefgh\e[1;1;2;4;1;2;3;1$v
"abcd|efab" @3,1

DECCRA carries attributes, and the pen stays [4x2]
\e[1;32mab\e[m\e[3m\e[1;1;1;2;1;2;1;1$v
"ab|ab" @2,0 cell(0,1)=0;1;32 pen=0;3

DECCRA carries wide characters and marks [6x2]
日e\xcc\x81\e[1;1;1;3;1;2;2;1$v
"日é| 日é" @3,0

DECCRA that begins in a wide character [6x2]
日x\e[1;2;1;3;1;2;1;1$v
"日x| x" @3,0

DECCRA that ends in a wide character [6x2]
x日\r\nyyyy\e[1;1;1;2;1;2;1;1$v
"x日|x yy" @4,1

DECCRA to below the screen does nothing [4x2]
ab\e[1;1;1;2;1;9;1;1$v
"ab" @2,0

DECCRA of blanks copies blanks [4x2]
\r\nabcd\e[1;1;1;2;1;2;2;1$v
"|a  d" @3,1

DECCRA in origin mode [3x4]
aaabbbcccddd\e[2;3r\e[?6h\e[1;1;1;2;1;2;1;1$v
"aaa|bbb|bbc|ddd" @0,1

DECIC inserts a column in every row [5x3]
abc\r\ndef\r\nghi\e[2;2H\e['}
"a bc|d ef|g hi" @1,1

DECIC with a count [6x2]
abc\r\ndef\e[1;1H\e[2'}
"  abc|  def" @0,0

DECIC pushes out at the right [3x2]
abcdef\e[1;2H\e['}
"a b|d e" @1,0

DECIC greater than the screen [3x2]
abcdef\e[1;2H\e[99'}
"a|d" @1,0

DECIC stays in the region [4x4]
ab\r\ncd\r\nef\r\ngh\e[2;3r\e[2;1H\e['}
"ab| cd| ef|gh" @0,1

DECIC outside the region does nothing [4x4]
ab\r\ncd\r\nef\r\ngh\e[2;3r\e[4;1H\e['}
"ab|cd|ef|gh" @0,3

DECIC takes the pen's background [4x1]
ab\e[1;1H\e[41m\e['}
" ab" @0,0 cell(0,0)=erased:0;41

DECIC through a wide character [5x1]
日a\e[1;2H\e['}
"   a" @1,0

DECDC deletes a column in every row [5x3]
abc\r\ndef\r\nghi\e[2;2H\e['~
"ac|df|gi" @1,1

DECDC with a count [5x2]
abcde\r\nfghij\e[1;2H\e[3'~
"ae|fj" @1,0

DECDC greater than the screen [3x2]
abcdef\e[1;2H\e[99'~
"a|d" @1,0

DECDC stays in the region [4x4]
ab\r\ncd\r\nef\r\ngh\e[2;3r\e[2;1H\e['~
"ab|d|f|gh" @0,1

DECDC outside the region does nothing [4x4]
ab\r\ncd\r\nef\r\ngh\e[2;3r\e[1;1H\e['~
"ab|cd|ef|gh" @0,0

SL shifts the region left [4x3]
abcd\r\nefgh\e[1;3H\e[ @
"bcd|fgh" @2,0

SL with a count, in a region only [4x3]
abcd\r\nefgh\r\nijkl\e[2;3r\e[2;1H\e[2 @
"abcd|gh|kl" @0,1

SR shifts the region right [4x2]
abcd\r\nefgh\e[1;1H\e[ A
" abc| efg" @0,0

SR with a count [4x2]
abcd\r\nefgh\e[1;1H\e[2 A
"  ab|  ef" @0,0

SR greater than the screen [4x2]
abcdefgh\e[1;1H\e[9 A
"" @0,0

SL from outside the region does nothing [4x3]
abcd\r\nefgh\r\nijkl\e[1;2r\e[3;1H\e[ @
"abcd|efgh|ijkl" @0,2

SR drops the half of a wide character at the edge [4x1]
ab日\e[1;1H\e[ A
" ab" @0,0

DECBI goes back [4x2]
ab\e6
"ab" @1,0

DECBI in the first column inserts one [4x2]
ab\r\ncd\r\e6
" ab| cd" @0,1

DECBI outside the region [4x3]
ab\r\ncd\e[2;3r\e[1;1H\e6
"ab|cd" @0,0

DECFI goes forward [4x2]
ab\e9x
"ab x" @3,0

DECFI in the last column deletes the first [4x2]
abc\r\ndef\e[1;4H\e9
"bc|ef" @3,0

DECFI ends a pending wrap [3x2]
abc\e9x
"bcx" @2,0 wrap=1

# DECCARA, DECRARA, DECSACE

DECCARA: a rectangle
abcd\r\nefgh\e[2*x\e[1;2;2;3;7$r
"abcd|efgh" @4,1 cell(0,1)=0 cell(1,0)=0;7 cell(2,1)=0;7 cell(3,1)=0
DECCARA: a stream, which is how it begins
abcd\r\nefgh\e[1;3;2;2;4$r
"abcd|efgh" @4,1 cell(1,0)=0 cell(2,0)=0;4 cell(0,1)=0;4 cell(1,1)=0;4 cell(2,1)=0
DECCARA: colours stay, and the pen
\e[31mab\e[1;1;1;2;1;5$r
"ab" @2,0 cell(0,0)=0;1;5;31 cell(1,0)=0;1;5;31 pen=0;31
DECCARA: 0 ends what it knows, italic stays
\e[1;3;4mab\e[m\e[1;1;1;1;0$r
"ab" @2,0 cell(0,0)=0;3 cell(1,0)=0;1;3;4
DECCARA: without attributes
\e[1mab\e[m\e[1;1;1;1$r
"ab" @2,0 cell(0,0)=0 cell(1,0)=0;1
DECCARA: 22 to 28 end one each
\e[1;4;5;7;8mab\e[m\e[1;1;1;1;22;24;25;27;28$r
"ab" @2,0 cell(0,0)=0 cell(1,0)=0;1;5;7;8;4
DECCARA: what was erased gets attributes
\e[2*x\e[1;1;1;2;7$r
"" @0,0 cell(0,0)=0;7 cell(1,0)=0;7 cell(2,0)=erased:0
DECCARA: a wide character is changed by its left half
\e[2*x漢\e[1;1;1;1;4$r
"漢" @2,0 cell(0,0)=0;4 cell(1,0)=erased:0
DECCARA: and not by its right half
\e[2*x漢\e[1;2;1;2;4$r
"漢" @2,0 cell(0,0)=0 cell(1,0)=erased:0
DECCARA: nothing left of it
ab\e[2*x\e[1;2;1;1;7$r
"ab" @2,0 cell(0,0)=0 cell(1,0)=0
DECCARA: beyond the edges
ab\e[2*x\e[1;2;99;99;7$r
"ab" @2,0 cell(0,0)=0 cell(1,0)=0;7 cell(9,3)=0;7
DECCARA: in origin mode from the region's corner
a\r\nb\e[2;3r\e[?6h\e[2*x\e[1;1;1;1;7$r
"a|b" @0,1 cell(0,0)=0 cell(0,1)=0;7
DECRARA: turns round
a\e[7mb\e[m\e[2*x\e[1;1;1;2;7$t
"ab" @2,0 cell(0,0)=0;7 cell(1,0)=0
DECRARA: 0 is all of them
\e[1mab\e[m\e[1;1;1;1;0$t
"ab" @2,0 cell(0,0)=0;5;7;4 cell(1,0)=0;1
DECSACE: 1 and 0 are streams again
abcd\r\nef\e[2*x\e[1*x\e[1;3;2;1;7$r
"abcd|ef" @2,1 cell(3,0)=0;7 cell(0,1)=0;7
DECSACE: DECSTR forgets it
abcd\r\nef\e[2*x\e[!p\e[1;3;2;1;7$r
"abcd|ef" @2,1 cell(3,0)=0;7 cell(0,1)=0;7

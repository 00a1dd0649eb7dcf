# Select Graphic Rendition; pen= lists attributes, then underline, then colours

attributes on
\e[1;2;3;4;5;7;8;9;53m
"" @0,0 pen=0;1;2;3;5;7;8;9;53;4

attributes off one by one
\e[1;2;3;4;5;7;8;9;53m\e[22;23;24;25;27;28;29;55m
"" @0,0 pen=0

22 ends bold and faint
\e[1;2;3m\e[22m
"" @0,0 pen=0;3

empty resets
\e[1m\e[m
"" @0,0 pen=0

an empty parameter is 0
\e[1m\e[;3m
"" @0,0 pen=0;3

basic colours
\e[31;42m
"" @0,0 pen=0;31;42

default colours
\e[31;42m\e[39;49m
"" @0,0 pen=0

bright colours are palette 8-15
\e[90;107m
"" @0,0 pen=0;38:5:8;48:5:15

palette
\e[38;5;200;48;5;16m
"" @0,0 pen=0;38:5:200;48:5:16

palette 0-7 are the basic colours
\e[38;5;1;48;5;2m
"" @0,0 pen=0;31;42

direct colour
\e[38;2;1;2;3;48;2;255;0;7m
"" @0,0 pen=0;38:2::1:2:3;48:2::255:0:7

colons: palette
\e[38:5:200m
"" @0,0 pen=0;38:5:200

colons: direct, without and with a colour space
\e[38:2:1:2:3m\e[48:2::4:5:6m
"" @0,0 pen=0;38:2::1:2:3;48:2::4:5:6

colons do not swallow what follows
\e[38:5:200;1m
"" @0,0 pen=0;1;38:5:200

an index out of range is consumed and ignored
\e[38;5;256;1m
"" @0,0 pen=0;1

a component out of range is consumed and ignored
\e[31m\e[38;2;1;300;3;1m
"" @0,0 pen=0;1;31

too few parameters do not become blink
\e[38;5m
"" @0,0 pen=0

too few for direct colour
\e[48;2;1;2m
"" @0,0 pen=0

missing components are zero
\e[38;2;;9;m
"" @0,0 pen=0;38:2::0:9:0

underline styles
\e[4:3m
"" @0,0 pen=0;4:3

4:0 ends it
\e[4m\e[4:0m
"" @0,0 pen=0

4:1 is plain
\e[4:1m
"" @0,0 pen=0;4

21 is double
\e[21m
"" @0,0 pen=0;4:2

underline colour, semicolons
\e[4;58;5;9m
"" @0,0 pen=0;4;58:5:9

underline colour, colons
\e[4:3;58:2::1:2:3m
"" @0,0 pen=0;4:3;58:2::1:2:3

59 ends it
\e[58;5;9m\e[59m
"" @0,0 pen=0

unknown numbers are skipped
\e[1;73;200;3m
"" @0,0 pen=0;1;3

an unknown number with colons is skipped whole
\e[1;99:4:5;3m
"" @0,0 pen=0;1;3

rapid blink blinks
\e[6m
"" @0,0 pen=0;5

cells carry the pen
\e[1;31mx\e[m
"x" @1,0 cell(0,0)=0;1;31 pen=0

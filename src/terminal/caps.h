/* What the receiver of drawn bytes can do: the user's terminal, or the emulator at the
 * other end of a session. */
#pragma once
#include <stdbool.h>

/* What it makes of clusters, which are cells of mode 2027 (cluster.h). */
enum caps_clusters {
    CAPS_CLUSTERS_NONE, /* is shown the first characters, as far as they fit */
    CAPS_CLUSTERS_MODE, /* those that are drawn while the mode is set */
    CAPS_CLUSTERS_ALL   /* all; the mode is the user's business */
};

struct caps {
    bool ech;     /* erases characters with CSI n X */
    bool bce;     /* erasing uses the background of the pen */
    bool title;   /* understands OSC 0, 1 and 2 */
    bool sync;    /* mode 2026; only what is drawn for eyes is bracketed by it */
    bool replica; /* an emulator, nobody watches: no care for the cursor while drawing */
    bool widths;  /* measures characters by our own table */
    bool rep;     /* repeats the last character with CSI n b */
    enum caps_clusters clusters;
    bool links;  /* takes hyperlinks (OSC 8), or doesn't mind them */
    bool copies; /* takes long texts for the clipboard, and the names of selections */
};

/* A replica in a stock mosh-client, and one in our own client. */
static const struct caps caps_stock = {
    .ech = true, .bce = true, .title = true, .replica = true};
static const struct caps caps_own = {.ech = true,
                                     .bce = true,
                                     .title = true,
                                     .replica = true,
                                     .widths = true,
                                     .rep = true,
                                     .clusters = CAPS_CLUSTERS_MODE,
                                     .links = true,
                                     .copies = true};

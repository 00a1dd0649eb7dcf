/* Holds the differ to what stock mosh-server sends for the same frames.
 *
 *     draw_cost FOLDER STOCK         TAP: no workload may cost more host bytes, the mean
 * of the ratios is two thirds at most less draw_cost -v FOLDER STOCK      a table
 *
 * Packed, a frame of tens of kilobytes may cost a tenth more, since we compress with a
 * window of 8 kB, which is a tenth of the memory.
 *
 * STOCK: what stock_cost prints, measured on a real mosh-server. */
#include "cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN 32

struct stock {
    char name[NAME_LEN];
    struct cost cost;
};

static bool
stock_find(const char *path, const char *name, struct cost *out)
{
    FILE *in = fopen(path, "r");
    char line[256], word[NAME_LEN];
    bool found = false;

    if (!in) {
        perror(path);
        exit(1);
    }
    while (!found && fgets(line, sizeof(line), in))
        found = sscanf(line, "%31s %lu %lu", word, &out->bytes, &out->packed) == 3 &&
                strcmp(word, name) == 0;
    fclose(in);
    return found;
}

int
main(int argc, char **argv)
{
    bool table = argc > 1 && strcmp(argv[1], "-v") == 0;
    double own_sum = 0, stock_sum = 0, ratios = 0;
    size_t n = 0;

    argv += table;
    argc -= table;
    if (argc != 3)
        return 2;
    if (table)
        printf("%-18s %9s %9s %9s %6s %9s %9s\n", "host bytes", "stock", "to stock",
               "own", "own %", "packed", "own");
    for (; workload_name(n); n++) {
        const char *name = workload_name(n);
        struct workload w = workload_new(name, argv[1]);
        struct cost stock = {0}, own = cost_ours(name, &w, true),
                    plain = cost_ours(name, &w, false);
        bool fine = stock_find(argv[2], name, &stock) && own.bytes <= stock.bytes &&
                    plain.bytes <= stock.bytes && own.packed * 10 <= stock.packed * 11;

        workload_free(&w);
        own_sum += (double)own.bytes;
        stock_sum += (double)stock.bytes;
        ratios += (double)own.bytes / (double)stock.bytes;
        if (table)
            printf("%-18s %9lu %9lu %9lu %6.1f %9lu %9lu%s\n", name, stock.bytes,
                   plain.bytes, own.bytes, 100 * (double)own.bytes / (double)stock.bytes,
                   stock.packed, own.packed, fine ? "" : "  more than stock");
        else
            printf("%s %zu %s: %lu bytes, to stock %lu; stock %lu. packed %lu; %lu\n",
                   fine ? "ok" : "not ok", n + 1, name, own.bytes, plain.bytes,
                   stock.bytes, own.packed, stock.packed);
    }
    printf("%s%s %zu all: %.1f %% of stock's bytes, mean of the ratios %.1f %%\n",
           table ? "# " : "", ratios * 3 <= 2 * (double)n ? "ok" : "not ok", n + 1,
           100 * own_sum / stock_sum, 100 * ratios / (double)n);
    printf("%s1..%zu\n", table ? "# " : "", n + 1);
    return 0;
}

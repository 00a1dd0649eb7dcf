/* Feeds every file named, and every file in the folders named, to a fuzz target: how the
 * plain suite replays the corpora without a fuzzer. Prints TAP: one test. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned files_fed;

/* Each input in a block of exactly its size, so that sanitizers see a read past its end.
 */
static int
file_feed(const char *path)
{
    static uint8_t buffer[FILE_MAX];
    FILE *f = fopen(path, "rb");
    size_t size;
    uint8_t *exact;

    if (f == NULL) {
        printf("# cannot open %s\n", path);
        return 1;
    }
    size = fread(buffer, 1, sizeof buffer, f);
    fclose(f);
    exact = malloc(size > 0 ? size : 1);
    if (exact == NULL)
        return 1;
    memcpy(exact, buffer, size);
    printf("# %s\n", path); /* the last one named is the one that crashed */
    fflush(stdout);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    files_fed++;
    return 0;
}

static int
folder_feed(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int failed = 0;

    if (dir == NULL) {
        printf("# cannot open %s\n", path);
        return 1;
    }
    while ((entry = readdir(dir)) != NULL) {
        char name[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        failed |= file_feed(name);
    }
    closedir(dir);
    return failed;
}

int
main(int argc, char **argv)
{
    int failed = 0;

    printf("1..1\n");
    for (int i = 1; i < argc; i++) {
        struct stat s;
        failed |= stat(argv[i], &s) == 0 && S_ISDIR(s.st_mode) ? folder_feed(argv[i])
                                                               : file_feed(argv[i]);
    }
    if (files_fed == 0)
        failed = 1; /* an empty corpus shows nothing */
    printf("%s 1 - %u inputs replayed\n", failed ? "not ok" : "ok", files_fed);
    return failed;
}

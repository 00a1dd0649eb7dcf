#include "unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "programs/leftovers.h"

enum kind { FIFO, FIFO_READ, FIFO_AND_FILE, A_FILE, EMPTY };

struct a_case {
    const char *name;
    enum kind kind;
    mode_t mode;
    int age;
    bool stays;
};

static const struct a_case cases[] = {
    {"awl-stale1", FIFO, 0700, LEFTOVERS_AGE_S + 1, false},
    {"awl-stale2", FIFO, 0700, 1000000, false},
    {"awl-young1", FIFO, 0700, 0, true},
    {"awl-inuse1", FIFO_READ, 0700, 1000000, true},
    {"awl-files1", FIFO_AND_FILE, 0700, 1000000, true},
    {"awl-files2", A_FILE, 0700, 1000000, true},
    {"awl-empty1", EMPTY, 0700, 1000000, true},
    {"awl-open01", FIFO, 0755, 1000000, true},
    {"awl-longer1", FIFO, 0700, 1000000, true},
    {"tmp-stale1", FIFO, 0700, 1000000, true},
};

static void
touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    assert_true(fd >= 0);
    close(fd);
}

/* Gives the descriptor that reads the FIFO, or -1. */
static int
make(const char *tmp, const struct a_case *c)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - c->age},
                                {.tv_sec = time(NULL) - c->age}};
    char folder[256], fifo[300], other[300];
    int fd = -1;

    snprintf(folder, sizeof(folder), "%s/%s", tmp, c->name);
    snprintf(fifo, sizeof(fifo), "%s/%s", folder, LEFTOVERS_FIFO);
    snprintf(other, sizeof(other), "%s/other", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    if (c->kind == A_FILE)
        touch(fifo);
    else if (c->kind != EMPTY)
        assert_int_equal(mkfifo(fifo, 0600), 0);
    if (c->kind == FIFO_AND_FILE)
        touch(other);
    if (c->kind == FIFO_READ)
        fd = open(fifo, O_RDWR | O_NONBLOCK);
    assert_int_equal(chmod(folder, c->mode), 0);
    assert_int_equal(utimensat(AT_FDCWD, folder, times, 0), 0);
    return fd;
}

/* What it was; then it is gone in any case. */
static bool
take_away(const char *tmp, const char *name)
{
    char path[256], inside[300];
    struct stat st;
    bool there;

    snprintf(path, sizeof(path), "%s/%s", tmp, name);
    there = lstat(path, &st) == 0;
    snprintf(inside, sizeof(inside), "%s/%s", path, LEFTOVERS_FIFO);
    unlink(inside);
    snprintf(inside, sizeof(inside), "%s/other", path);
    unlink(inside);
    rmdir(path);
    return there;
}

static void
test_removes(void **state)
{
    char tmp[] = "/tmp/awl-unit-XXXXXX", link[64], target[64];
    int fd[ARRAY_LEN(cases)];

    (void)state;
    assert_non_null(mkdtemp(tmp));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        fd[i] = make(tmp, &cases[i]);
    /* A link leads to a folder that would otherwise go. */
    snprintf(target, sizeof(target), "%s/tmp-stale1", tmp);
    snprintf(link, sizeof(link), "%s/awl-link01", tmp);
    assert_int_equal(symlink(target, link), 0);

    leftovers_remove("/nonexistent");
    leftovers_remove(tmp);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (fd[i] >= 0)
            close(fd[i]);
        if (take_away(tmp, cases[i].name) != cases[i].stays)
            fail_msg("%s: %s", cases[i].name, cases[i].stays ? "removed" : "left");
    }
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(tmp), 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_removes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "programs/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool
is_name(const char *name)
{
    return strlen(name) == strlen(LEFTOVERS_PREFIX "XXXXXX") &&
           strncmp(name, LEFTOVERS_PREFIX, strlen(LEFTOVERS_PREFIX)) == 0;
}

/* Security: an own folder that only its owner can enter has in it what we put there, and
 * is opened, not named again, so nobody can put another in its place. */
static bool
is_own_and_old(int folder)
{
    struct stat st;

    return fstat(folder, &st) == 0 && st.st_uid == getuid() &&
           (st.st_mode & 07777) == 0700 && time(NULL) - st.st_mtime >= LEFTOVERS_AGE_S;
}

/* A server holds its FIFO open for reading, so opening it for writing fails at once where
 * there is none. */
static bool
is_unread(int folder)
{
    struct stat st;
    int fd;

    if (fstatat(folder, LEFTOVERS_FIFO, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISFIFO(st.st_mode) || st.st_uid != getuid())
        return false;
    fd = openat(folder, LEFTOVERS_FIFO, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == ENXIO;
}

void
leftovers_remove(const char *tmp)
{
    DIR *d = opendir(tmp);
    const struct dirent *e;

    for (int i = 0; d != NULL && i < LEFTOVERS_LOOKS && (e = readdir(d)) != NULL; i++) {
        int folder;

        if (!is_name(e->d_name))
            continue;
        folder = openat(dirfd(d), e->d_name,
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (folder < 0)
            continue;
        if (is_own_and_old(folder) && is_unread(folder)) {
            unlinkat(folder, LEFTOVERS_FIFO, 0);
            unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR); /* unless there is more in it */
        }
        close(folder);
    }
    if (d != NULL)
        closedir(d);
}

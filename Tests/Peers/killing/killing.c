// SPDX-License-Identifier: EUPL-1.2
// Preloaded (LD_PRELOAD) into a program, ends it by SIGKILL at one of its changes of a folder: when half of a write is on
// the disk, or before anything else that changes or secures a file.
//
//   KILLING_FOLDER  what counts is below it
//   KILLING_AT      which change ends the program; 0: none
//   KILLING_ARMED   a file: as long as it is not there, nothing counts
//   KILLING_LOG     a file that gets a line for each change: what, and of which file
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_int count;

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

// Whether the program ends at this change.
static int counts(const char *what, const char *path) {
    const char *folder = getenv("KILLING_FOLDER"), *armed = getenv("KILLING_ARMED");
    if (!folder || !path || strncmp(path, folder, strlen(folder)) != 0) return 0;
    if (armed && access(armed, F_OK) != 0) return 0;
    const char *at = getenv("KILLING_AT"), *log = getenv("KILLING_LOG");
    int number = atomic_fetch_add(&count, 1) + 1;
    if (log) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%s %s\n", what, path + strlen(folder));
        int file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (file >= 0) {
            if (REAL(write)(file, line, length) < 0) abort();
            close(file);
        }
    }
    return at && number == atoi(at);
}

static int counts_file(const char *what, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return counts(what, path);
}

ssize_t write(int file, const void *octets, size_t length) {
    if (counts_file("write", file)) {
        if (REAL(write)(file, octets, length / 2) < 0) abort();
        end();
    }
    return REAL(write)(file, octets, length);
}

#define PWRITE(name, offset_type)                                                                  \
    ssize_t name(int file, const void *octets, size_t length, offset_type at) {                    \
        if (counts_file("write", file)) {                                                          \
            if (REAL(name)(file, octets, length / 2, at) < 0) abort();                             \
            end();                                                                                 \
        }                                                                                          \
        return REAL(name)(file, octets, length, at);                                               \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_FILE(name, what)                                                                        \
    int name(int file) {                                                                           \
        if (counts_file(what, file)) end();                                                        \
        return REAL(name)(file);                                                                   \
    }
ON_FILE(fsync, "sync")
ON_FILE(fdatasync, "sync")

int ftruncate(int file, off_t length) {
    if (counts_file("truncate", file)) end();
    return REAL(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length) {
    if (counts_file("truncate", file)) end();
    return REAL(ftruncate64)(file, length);
}

int unlink(const char *path) {
    if (counts("unlink", path)) end();
    int result = REAL(unlink)(path);
    if (counts("unlinked", path)) end();
    return result;
}

int rename(const char *from, const char *to) {
    if (counts("rename", to)) end();
    return REAL(rename)(from, to);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...) {                                                   \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;                  \
        va_end(rest);                                                                              \
        if (flags & O_CREAT && access(path, F_OK) != 0 && counts("create", path)) end();           \
        return REAL(name)(path, flags, mode);                                                      \
    }
OPEN(open)
OPEN(open64)

/*
 * What a disk holds after a power cut: of each file under DISK what was flushed of it, and nothing else, kept under SHADOW.
 * Loaded before libc by LD_PRELOAD. With LAZY_WAL=1 the flushes of write-ahead logs are left out, which is what SQLite does
 * under synchronous=NORMAL.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int ends_with(const char *text, const char *ending) {
  size_t a = strlen(text), b = strlen(ending);
  return a >= b && strcmp(text + a - b, ending) == 0;
}

/* The whole file, put in place by a rename: a kill in between leaves what was flushed before. */
static void copy(const char *from, const char *to) {
  char part[2 * PATH_MAX + 8], bytes[65536];
  snprintf(part, sizeof part, "%s.part", to);
  int in = open(from, O_RDONLY), out = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ssize_t count = -1;
  while (in >= 0 && out >= 0 && (count = read(in, bytes, sizeof bytes)) > 0)
    if (write(out, bytes, (size_t)count) != count) abort();
  if (count != 0 || rename(part, to) != 0) abort();
  close(in);
  close(out);
}

/* A new name is there after a power cut when its folder was flushed after the rename. */
static char renamed[16][2][PATH_MAX];
static int renames;

static void shadow_of(char *to, size_t size, const char *path) {
  snprintf(to, size, "%s%s", getenv("SHADOW"), path + strlen(getenv("DISK")));
}

static void name_all(void) {
  char from[2 * PATH_MAX], to[2 * PATH_MAX];
  for (int i = 0; i < renames; i++) {
    shadow_of(from, sizeof from, renamed[i][0]);
    shadow_of(to, sizeof to, renamed[i][1]);
    rename(from, to);
  }
  renames = 0;
}

static int flushed(int fd, const char *name) {
  int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  const char *disk = getenv("DISK");
  char link[64], path[PATH_MAX], to[2 * PATH_MAX];
  struct stat what;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return flush(fd);
  path[length] = 0;
  if (strncmp(path, disk, strlen(disk)) != 0 || fstat(fd, &what) != 0) return flush(fd);
  if (S_ISDIR(what.st_mode)) name_all();
  if (!S_ISREG(what.st_mode)) return flush(fd);
  if (getenv("LAZY_WAL") && ends_with(path, "-wal")) return 0;
  int result = flush(fd);
  shadow_of(to, sizeof to, path);
  if (result == 0) copy(path, to);
  return result;
}

int fsync(int fd) { return flushed(fd, "fsync"); }
int fdatasync(int fd) { return flushed(fd, "fdatasync"); }

/* SQLite and Node both come here; what `copy` and `name_all` rename is not under DISK. */
int rename(const char *from, const char *to) {
  int (*move)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  int result = move(from, to);
  const char *disk = getenv("DISK");
  if (result != 0 || strncmp(to, disk, strlen(disk)) != 0) return result;
  if (renames == 16) abort();
  snprintf(renamed[renames][0], PATH_MAX, "%s", from);
  snprintf(renamed[renames++][1], PATH_MAX, "%s", to);
  return result;
}

// Stands between one process and the C library (LD_PRELOAD), for every file below one directory: keeps a record of each
// call that changes the disk, in the order in which they took effect; makes the n-th call fail; ends the process at the
// n-th call. The product knows nothing of it. Settings are environment variables:
//
//   AOS_DISK_ROOT     the directory; calls about other files pass untouched and uncounted
//   AOS_DISK_LOG      where the record goes; none: no record is kept
//   AOS_DISK_KILL_AT  the process is killed (SIGKILL) in place of this call, counted from 1
//   AOS_DISK_FAIL     CALL:ERRNO:HOW, see aos_disk_fail
//
// Files named "said" are for the process to note what it claims: what is written there is recorded, and neither counted
// nor failed.
//
// A record: u32 operation, u32 handle, i64 offset, i64 result, u32 and u32 the lengths of two byte strings, which follow.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPENED = 1, WRITTEN, SYNCED, CUT, RENAMED, LINKED, UNLINKED, MADE_DIRECTORY };
enum { ONCE = 0, FROM_THEN_ON = 1, HALF_THEN_FROM_THEN_ON = 2 };
enum { HANDLES_MAX = 65536 };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int record = -1;
static long calls, kill_at, fail_at;
static int fail_error, fail_how;
static unsigned handles[HANDLES_MAX], next_handle;
static char notes[HANDLES_MAX];

#define REAL(name) ((__typeof__(name) *)real(#name))

static void *find(void *library, const char *name) {
  static void *(*look_up)(void *, const char *);
  const char *versions[] = { "GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17" };
  for (int i = 0; !look_up && i < 3; i++)
    look_up = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  if (!look_up) abort();
  return look_up(library, name);
}

static void *real(const char *name) {
  return find(RTLD_NEXT, name);
}

// Who asks the C library itself for one of these gets ours all the same: the runtime finds its imports like that.
void *dlsym(void *library, const char *name) {
  const char *ours[] = { "open", "close", "fsync", "link" };
  for (unsigned i = 0; i < sizeof ours / sizeof *ours; i++)
    if (!strcmp(name, ours[i])) return find(RTLD_DEFAULT, name);
  return find(library, name);
}

// Lets the call with this number, counted from the next one as 1, fail with an error; 0 lets none fail. How: only this
// one; this one and all after it; or this one, where it is a write, writes half, and all after it fail. Where the error
// is ENOSPC, only calls that need room fail.
void aos_disk_fail(long at, int error, int how) {
  pthread_mutex_lock(&gate);
  calls = 0;
  fail_at = at;
  fail_error = error;
  fail_how = how;
  pthread_mutex_unlock(&gate);
}

// How many calls were counted since the start, or since the last aos_disk_fail.
long aos_disk_calls(void) {
  pthread_mutex_lock(&gate);
  long count = calls;
  pthread_mutex_unlock(&gate);
  return count;
}

__attribute__((constructor)) static void begin(void) {
  const char *value = getenv("AOS_DISK_ROOT");
  if (!value || strlen(value) >= sizeof root) return;
  if ((value = getenv("AOS_DISK_LOG")))
    record = (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if ((value = getenv("AOS_DISK_KILL_AT"))) kill_at = atol(value);
  if ((value = getenv("AOS_DISK_FAIL"))) sscanf(value, "%ld:%d:%d", &fail_at, &fail_error, &fail_how);
  strcpy(root, getenv("AOS_DISK_ROOT"));
  root_length = strlen(root);
}

static int is_below(const char *path) {
  return root_length && path && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int is_note(const char *path) {
  size_t length = strlen(path);
  return length > 5 && !strcmp(path + length - 5, "/said");
}

static unsigned handle_of(int file) {
  return file >= 0 && file < HANDLES_MAX ? handles[file] : 0;
}

static void keep(unsigned operation, unsigned handle, int64_t offset, int64_t result,
                 const void *first, size_t first_length, const void *second, size_t second_length) {
  if (record < 0) return;
  struct { uint32_t operation, handle; int64_t offset, result; uint32_t first, second; } head = {
    operation, handle, offset, result, (uint32_t)first_length, (uint32_t)second_length };
  struct iovec parts[] = {
    { &head, sizeof head }, { (void *)first, first_length }, { (void *)second, second_length } };
  size_t length = sizeof head + first_length + second_length;
  if (syscall(SYS_writev, record, parts, 3) != (long)length) abort();
}

// Counts a call; called and left with the gate closed. Nothing was done yet: 0 lets it be done, otherwise the error.
static int enter(int needs_room) {
  calls++;
  if (kill_at && calls == kill_at) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
  }
  if (!fail_at || calls < fail_at || (fail_how == ONCE && calls > fail_at)) return 0;
  return fail_error == ENOSPC && !needs_room ? 0 : fail_error;
}

#define GUARDED(result, needs_room, call, note)            \
  pthread_mutex_lock(&gate);                               \
  int error = enter(needs_room);                           \
  if (error) { result = -1; errno = error; }               \
  else result = call;                                      \
  error = errno;                                           \
  if (result >= 0) note;                                   \
  pthread_mutex_unlock(&gate);                             \
  errno = error;                                           \
  return result

static int open_file(const char *path, int flags, mode_t mode) {
  if (!is_below(path)) return REAL(open64)(path, flags, mode);
  int result;
  pthread_mutex_lock(&gate);
  struct stat before;
  int is_new = (flags & O_CREAT) && stat(path, &before);
  int error = is_note(path) ? 0 : enter(is_new);
  if (error) { result = -1; errno = error; }
  else result = REAL(open64)(path, flags, mode);
  error = errno;
  if (result >= HANDLES_MAX) abort();
  if (result >= 0) {
    handles[result] = ++next_handle;
    notes[result] = (char)is_note(path);
    keep(OPENED, next_handle, is_new ? 1 : flags & O_TRUNC ? 2 : 0, result, path, strlen(path), 0, 0);
  }
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_file(path, flags, mode);
}

int close(int file) {
  if (!handle_of(file)) return REAL(close)(file);
  pthread_mutex_lock(&gate);
  handles[file] = 0;
  pthread_mutex_unlock(&gate);
  return REAL(close)(file);
}

// Offset -1: where the file stands.
static ssize_t write_parts(int file, const struct iovec *parts, int count, off64_t offset) {
  unsigned handle = handle_of(file);
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  pthread_mutex_lock(&gate);
  int error = notes[file] ? 0 : enter(1);
  ssize_t result = -1;
  off64_t at = offset;
  if (offset < 0) at = fcntl(file, F_GETFL) & O_APPEND ? lseek64(file, 0, SEEK_END) : lseek64(file, 0, SEEK_CUR);
  if (error && fail_how == HALF_THEN_FROM_THEN_ON && calls == fail_at && length > 1) {
    // What a file system does that runs out of room on the way.
    char *half = malloc(length);
    size_t copied = 0;
    for (int i = 0; i < count; i++) {
      memcpy(half + copied, parts[i].iov_base, parts[i].iov_len);
      copied += parts[i].iov_len;
    }
    result = REAL(pwrite64)(file, half, length / 2, at);
    if (result > 0 && offset < 0) lseek64(file, at + result, SEEK_SET);
    error = errno;
    if (result > 0) keep(WRITTEN, handle, at, result, half, (size_t)result, 0, 0);
    free(half);
  } else if (!error) {
    result = offset < 0 ? REAL(writev)(file, parts, count) : REAL(pwritev64)(file, parts, count, offset);
    error = errno;
    if (result > 0 && record >= 0) {
      char *bytes = malloc(length);
      size_t copied = 0;
      for (int i = 0; i < count; i++) {
        memcpy(bytes + copied, parts[i].iov_base, parts[i].iov_len);
        copied += parts[i].iov_len;
      }
      keep(WRITTEN, handle, at, result, bytes, (size_t)result, 0, 0);
      free(bytes);
    }
  }
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

ssize_t write(int file, const void *bytes, size_t length) {
  if (!handle_of(file)) return REAL(write)(file, bytes, length);
  struct iovec part = { (void *)bytes, length };
  return write_parts(file, &part, 1, -1);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  if (!handle_of(file)) return REAL(pwrite64)(file, bytes, length, offset);
  struct iovec part = { (void *)bytes, length };
  return write_parts(file, &part, 1, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  return pwrite64(file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  return handle_of(file) ? write_parts(file, parts, count, -1) : REAL(writev)(file, parts, count);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
  return handle_of(file) ? write_parts(file, parts, count, offset) : REAL(pwritev64)(file, parts, count, offset);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(file, parts, count, offset);
}

int fsync(int file) {
  if (!handle_of(file)) return REAL(fsync)(file);
  int result;
  GUARDED(result, 0, REAL(fsync)(file), keep(SYNCED, handle_of(file), 0, 0, 0, 0, 0, 0));
}

int fdatasync(int file) {
  if (!handle_of(file)) return REAL(fdatasync)(file);
  int result;
  GUARDED(result, 0, REAL(fdatasync)(file), keep(SYNCED, handle_of(file), 0, 0, 0, 0, 0, 0));
}

int ftruncate64(int file, off64_t length) {
  if (!handle_of(file)) return REAL(ftruncate64)(file, length);
  int result;
  GUARDED(result, 0, REAL(ftruncate64)(file, length), keep(CUT, handle_of(file), length, 0, 0, 0, 0, 0));
}

int ftruncate(int file, off_t length) {
  return ftruncate64(file, length);
}

// Room that is reserved makes a file longer, as a cut does the other way round.
static int reserve(int file, int64_t end, int (*call)(int, int64_t, int64_t), int64_t offset, int64_t length) {
  pthread_mutex_lock(&gate);
  int error = enter(1);
  struct stat before, after;
  fstat(file, &before);
  int result = error ? -1 : call(file, offset, length);
  if (!error) error = errno;
  if (!result && !fstat(file, &after) && after.st_size != before.st_size)
    keep(CUT, handle_of(file), end, 0, 0, 0, 0, 0);
  pthread_mutex_unlock(&gate);
  errno = error;
  return result;
}

static int fallocate_plain(int file, int64_t offset, int64_t length) {
  return REAL(fallocate64)(file, 0, offset, length);
}

static int posix_fallocate_plain(int file, int64_t offset, int64_t length) {
  errno = REAL(posix_fallocate64)(file, offset, length);
  return errno ? -1 : 0;
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) {
  return !handle_of(file) || mode ? REAL(fallocate64)(file, mode, offset, length)
    : reserve(file, offset + length, fallocate_plain, offset, length);
}

int fallocate(int file, int mode, off_t offset, off_t length) {
  return fallocate64(file, mode, offset, length);
}

int posix_fallocate64(int file, off64_t offset, off64_t length) {
  if (!handle_of(file)) return REAL(posix_fallocate64)(file, offset, length);
  return reserve(file, offset + length, posix_fallocate_plain, offset, length) ? errno : 0;
}

int posix_fallocate(int file, off_t offset, off_t length) {
  return posix_fallocate64(file, offset, length);
}

// Copies within the kernel would pass the record by: callers fall back on reading and writing. The runtime asks for them
// by number.
long syscall(long number, ...) {
  long arguments[6];
  va_list more;
  va_start(more, number);
  for (int i = 0; i < 6; i++) arguments[i] = va_arg(more, long);
  va_end(more);
  if (number == SYS_copy_file_range && handle_of((int)arguments[2])) {
    errno = EXDEV;
    return -1;
  }
  return REAL(syscall)(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned flags) {
  return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, (long)flags);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
  if (!handle_of(to)) {
    ssize_t (*pass)(int, int, off64_t *, size_t) = real("sendfile64");
    return pass(to, from, offset, length);
  }
  errno = EINVAL;
  return -1;
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
  return sendfile64(to, from, (off64_t *)offset, length);
}

int ioctl(int file, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  if (handle_of(file)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  int (*pass)(int, unsigned long, void *) = real("ioctl");
  return pass(file, request, argument);
}

int rename(const char *from, const char *to) {
  if (!is_below(to)) return REAL(rename)(from, to);
  int result;
  GUARDED(result, 1, REAL(rename)(from, to), keep(RENAMED, 0, 0, 0, from, strlen(from), to, strlen(to)));
}

int link(const char *from, const char *to) {
  if (!is_below(to)) return REAL(link)(from, to);
  int result;
  GUARDED(result, 1, REAL(link)(from, to), keep(LINKED, 0, 0, 0, from, strlen(from), to, strlen(to)));
}

int unlink(const char *path) {
  if (!is_below(path)) return REAL(unlink)(path);
  int result;
  GUARDED(result, 0, REAL(unlink)(path), keep(UNLINKED, 0, 0, 0, path, strlen(path), 0, 0));
}

int mkdir(const char *path, mode_t mode) {
  if (!is_below(path)) return REAL(mkdir)(path, mode);
  int result;
  GUARDED(result, 1, REAL(mkdir)(path, mode), keep(MADE_DIRECTORY, 0, 0, 0, path, strlen(path), 0, 0));
}

/* A two-wire RS-485 line with Modbus RTU devices on a pseudo-terminal, slowed to a baud rate; register i holds i * 7.
 *   rtu-line BAUD DEVICE_US [UNIT=WHAT]...     makes the line, prints "line /dev/pts/N", serves until SIGTERM, then prints a report
 * WHAT is `dead` (never answers) or the delay of that unit in us; every other unit answers after DEVICE_US.
 *
 * A pseudo-terminal has no speed, so this program keeps the time of the wire, 10 bits a character (8N1). A request that arrives is
 * taken to begin on the wire then, and has ended its characters later. The device sees its end by t3.5 of silence, takes its delay,
 * and its reply comes in pieces of up to 8 characters (half of a UART's FIFO), none before its last character would have arrived.
 * t3.5 is 3.5 characters, above 19200 baud 1750 us (Modbus over serial line V1.02, 2.5.1.1).
 *
 * Whether a request kept t3.5 after the frame before it is decided on both sides of what can be known. The reply's last byte was
 * handed over between two looks at the clock, before and after write(); the request came between the last read that found nothing
 * and the one that found it. `inside`: even the widest of these gaps is shorter than t3.5. `unsure`: only the narrowest is, because
 * this program was held up between two looks. It looks every 50 us; looking without pause would keep the kernel's own worker, which
 * carries bytes from one end of a pseudo-terminal to the other, off this processor for milliseconds. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { DEAD = -1, PIECE = 8, REQUEST = 8 };

static volatile sig_atomic_t stopping;
static void stop(int signal) { (void)signal, stopping = 1; }

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Microseconds. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Sleeps to 150 us before the moment and spins from there: never early, late by what the scheduler does. */
static void wait_until(double moment) {
  double asleep = moment - 150;
  if (asleep > now()) {
    struct timespec t = {(time_t)(asleep / 1e6), (long)((asleep - 1e6 * (double)(time_t)(asleep / 1e6)) * 1e3)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
  }
  while (now() < moment) continue;
}

static uint16_t crc_of(const uint8_t *bytes, int count) {
  uint16_t crc = 0xffff;
  for (int i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xa001) : (uint16_t)(crc >> 1);
  }
  return crc;
}

static int open_line(int *held) {
  struct termios raw;
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0 || grantpt(master) || unlockpt(master)) fail("pseudo-terminal");
  /* Held open, so that the line outlives a master that closes it. */
  if ((*held = open(ptsname(master), O_RDWR | O_NOCTTY)) < 0 || tcgetattr(*held, &raw)) fail(ptsname(master));
  cfmakeraw(&raw);
  tcsetattr(*held, TCSANOW, &raw);
  printf("line %s\n", ptsname(master));
  fflush(stdout);
  return master;
}

static int make_reply(const uint8_t *request, uint8_t *reply) {
  int start = request[2] << 8 | request[3], count = request[4] << 8 | request[5], length = 3 + 2 * count;
  if (count < 1 || count > 125) return 0;
  reply[0] = request[0], reply[1] = request[1], reply[2] = (uint8_t)(2 * count);
  for (int i = 0; i < count; i++) {
    uint16_t value = (uint16_t)((start + i) * 7);
    reply[3 + 2 * i] = (uint8_t)(value >> 8), reply[4 + 2 * i] = (uint8_t)value;
  }
  uint16_t crc = crc_of(reply, length);
  reply[length] = (uint8_t)crc, reply[length + 1] = (uint8_t)(crc >> 8);
  return length + 2;
}

static double gaps[1 << 20];
static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: rtu-line BAUD DEVICE_US [UNIT=dead|UNIT=US]...\n");
    return 64;
  }
  double character = 1e7 / atof(argv[1]), t35 = atof(argv[1]) > 19200 ? 1750 : 3.5 * character, delay[256];
  for (int i = 0; i < 256; i++) delay[i] = atof(argv[2]);
  for (int i = 3; i < argc; i++) {
    char *what = strchr(argv[i], '=');
    if (what) delay[atoi(argv[i]) & 255] = strcmp(what + 1, "dead") ? atof(what + 1) : DEAD;
  }
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_TIMERSLACK, 1000);

  int held, line = open_line(&held);
  uint8_t request[256], reply[260];
  int length = 0, broken = 0;
  long requests = 0, answered = 0, inside = 0, unsure = 0, count = 0;
  double first = 0, last = 0, wire = 0, wire_last = 0, end_before = 0, end_after = 0, empty = 0;
  while (!stopping) {
    int got = (int)read(line, request + length, sizeof request - (size_t)length);
    double at = now();
    if (got < 0 && errno == EAGAIN) {
      empty = at;
      /* Asleep until there is something, but never long while it matters, so that the moment of the last look is near. */
      struct pollfd watched = {line, POLLIN, 0};
      struct timespec look = {0, at < end_after + t35 + 500 ? 50000 : 100000000};
      ppoll(&watched, 1, &look, NULL);
      continue;
    }
    if (got <= 0) {
      if (errno == EINTR) continue;
      fail("read");
    }
    if (length == 0) {
      if (requests++ == 0) first = at;
      else {
        if (at - end_before < t35) inside++;
        else if (empty - end_after < t35) unsure++;
        if (count < 1 << 20) gaps[count++] = at - end_before;
      }
      last = at, wire_last = wire;
    }
    length += got;
    if (length < REQUEST) continue;
    int whole = length == REQUEST && crc_of(request, 6) == (request[6] | request[7] << 8);
    length = 0;
    double ended = at + REQUEST * character;
    end_before = end_after = ended;
    wire += REQUEST * character + t35;
    if (!whole) broken++;
    int left = whole && delay[request[0]] != DEAD ? make_reply(request, reply) : 0;
    if (left == 0) {
      wait_until(ended);
      continue;
    }
    double begin = ended + t35 + delay[request[0]];
    for (int sent = 0; sent < left;) {
      int piece = left - sent < PIECE ? left - sent : PIECE;
      wait_until(begin + (sent + piece) * character);
      end_before = now();
      if (write(line, reply + sent, (size_t)piece) != piece) fail("write");
      end_after = now();
      sent += piece;
    }
    wire += t35 + delay[request[0]] + left * character;
    answered++;
  }
  qsort(gaps, (size_t)count, sizeof *gaps, ascending);
  printf("{\"requests\":%ld,\"answered\":%ld,\"broken\":%d,\"inside\":%ld,\"unsure\":%ld,\"wire_us\":%.1f,\"cycle_us\":%.1f,\"gap_us\":[%.0f,%.0f,%.0f],\"t35_us\":%.0f}\n",
         requests, answered, broken, inside, unsure, wire_last / (double)(requests - 1), (last - first) / (double)(requests - 1),
         count ? gaps[0] : 0, count ? gaps[count / 2] : 0, count ? gaps[count - 1] : 0, t35);
  return 0;
}

/* How fast plain C reads: libmodbus, one blocking connection a thread, each read checked.
 *   modbus-client PORT SECONDS REGISTERS CONNECTIONS     prints the reads per second of all connections together */
#include <modbus/modbus.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int port, registers;
static double warm_until, end;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *reads(void *result) {
  uint16_t value[MODBUS_MAX_READ_REGISTERS];
  long count = 0;
  double time;
  modbus_t *modbus = modbus_new_tcp("127.0.0.1", port);
  if (modbus == NULL || modbus_connect(modbus) || modbus_set_slave(modbus, 1)) {
    perror("connect");
    exit(1);
  }
  while ((time = now()) < end) {
    if (modbus_read_registers(modbus, 0, registers, value) != registers || value[registers - 1] != (uint16_t)((registers - 1) * 7)) {
      fprintf(stderr, "a wrong answer\n");
      exit(1);
    }
    if (time >= warm_until) count++;
  }
  modbus_close(modbus);
  modbus_free(modbus);
  *(long *)result = count;
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t thread[64];
  long count[64], total = 0;
  if (argc != 5 || atoi(argv[4]) > 64) {
    fprintf(stderr, "usage: modbus-client PORT SECONDS REGISTERS CONNECTIONS\n");
    return 64;
  }
  port = atoi(argv[1]);
  registers = atoi(argv[3]);
  warm_until = now() + 0.2;
  end = warm_until + atof(argv[2]);
  for (int i = 0; i < atoi(argv[4]); i++) pthread_create(&thread[i], NULL, reads, &count[i]);
  for (int i = 0; i < atoi(argv[4]); i++) {
    pthread_join(thread[i], NULL);
    total += count[i];
  }
  printf("%.0f\n", (double)total / (end - warm_until));
  return 0;
}

/* The other side of `rtu-bus`: libmodbus, one read after the other on a serial port, each read checked.
 *   rtu-libmodbus DEVICE BAUD SECONDS REGISTERS     prints the number of reads */
#include <modbus/modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  uint16_t value[MODBUS_MAX_READ_REGISTERS];
  if (argc != 5) {
    fprintf(stderr, "usage: rtu-libmodbus DEVICE BAUD SECONDS REGISTERS\n");
    return 64;
  }
  int registers = atoi(argv[4]);
  modbus_t *modbus = modbus_new_rtu(argv[1], atoi(argv[2]), 'N', 8, 1);
  if (modbus == NULL || modbus_set_slave(modbus, 1) || modbus_connect(modbus)) {
    perror("connect");
    return 1;
  }
  long count = 0;
  for (double end = now() + atof(argv[3]); count < 3 || now() < end; count++)
    if (modbus_read_registers(modbus, 0, registers, value) != registers || value[registers - 1] != (uint16_t)((registers - 1) * 7)) {
      fprintf(stderr, "a wrong answer\n");
      return 1;
    }
  printf("%ld\n", count);
  return 0;
}

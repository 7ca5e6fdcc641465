/* A device made with libmodbus, so that somebody else decides what Modbus is.
 *   libmodbus-server tcp            listens on a free port of 127.0.0.1 and prints it
 *   libmodbus-server rtu DEV BAUD   unit 1 on a serial port, 8N1
 * Register r holds 7 r + 11 (holding and input), coil r holds its lowest bit. The start address says how it answers:
 *   below 1000 at once | 1000 busy (exception 6) | 2000 after 250 ms | 3000 with another transaction id (TCP)
 *   4000 byte by byte  | 5000 never
 * One process, one thread: answers come in the order of the questions, as from a real device. */
#include <arpa/inet.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void reply_byte_by_byte(modbus_t *ctx, const uint8_t *query, int length, modbus_mapping_t *map) {
  int pair[2], line = modbus_get_socket(ctx);
  uint8_t bytes[MODBUS_MAX_ADU_LENGTH];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(1);
  modbus_set_socket(ctx, pair[1]);
  modbus_reply(ctx, query, length, map);
  modbus_set_socket(ctx, line);
  int count = read(pair[0], bytes, sizeof bytes);
  for (int i = 0; i < count; i++) {
    if (write(line, bytes + i, 1) != 1) break;
    usleep(2000);
  }
  close(pair[0]);
  close(pair[1]);
}

static void serve(modbus_t *ctx, modbus_mapping_t *map) {
  uint8_t query[MODBUS_MAX_ADU_LENGTH];
  int header = modbus_get_header_length(ctx);
  for (;;) {
    int length = modbus_receive(ctx, query);
    if (length == 0) continue;
    if (length < 0) return;
    int start = query[header + 1] << 8 | query[header + 2];
    switch (start / 1000) {
      case 1: modbus_reply_exception(ctx, query, MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY); break;
      case 2: usleep(250000); modbus_reply(ctx, query, length, map); break;
      case 3: query[0] ^= 0x55; modbus_reply(ctx, query, length, map); break;
      case 4: reply_byte_by_byte(ctx, query, length, map); break;
      case 5: break;
      default: modbus_reply(ctx, query, length, map);
    }
  }
}

int main(int argc, char **argv) {
  modbus_mapping_t *map = modbus_mapping_new(6000, 6000, 6000, 6000);
  for (int r = 0; r < 6000; r++) {
    map->tab_registers[r] = map->tab_input_registers[r] = 7 * r + 11;
    map->tab_bits[r] = map->tab_input_bits[r] = (7 * r + 11) & 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (argc == 2 && !strcmp(argv[1], "tcp")) {
    modbus_t *ctx = modbus_new_tcp("127.0.0.1", 0);
    int server = modbus_tcp_listen(ctx, 5);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (server < 0 || getsockname(server, (struct sockaddr *)&address, &size)) return 1;
    printf("listening %d\n", ntohs(address.sin_port));
    for (;;) {
      if (modbus_tcp_accept(ctx, &server) < 0) return 1;
      serve(ctx, map);
      modbus_close(ctx);
    }
  }
  if (argc == 4 && !strcmp(argv[1], "rtu")) {
    modbus_t *ctx = modbus_new_rtu(argv[2], atoi(argv[3]), 'N', 8, 1);
    if (ctx == NULL || modbus_set_slave(ctx, 1) || modbus_connect(ctx)) return 1;
    printf("listening\n");
    for (;;) serve(ctx, map); /* a broken query is nobody's: wait for the next */
  }
  fprintf(stderr, "usage: libmodbus-server tcp | rtu DEV BAUD\n");
  return 2;
}

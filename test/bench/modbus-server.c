/* A Modbus TCP device of libmodbus on 127.0.0.1; holding register i holds i * 7.
 *   modbus-server        binds a free port, prints "port N", serves until it is stopped or its starter is gone
 * One thread: poll() finds the connection that has a request, libmodbus receives and answers it. */
#include <modbus/modbus.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REGISTERS = 1000, CONNECTIONS = 64 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int listen_on_free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) || listen(listener, CONNECTIONS)) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length)) fail("getsockname");
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  modbus_t *modbus = modbus_new_tcp("127.0.0.1", 0);
  modbus_mapping_t *mapping = modbus_mapping_new(0, 0, REGISTERS, 0);
  if (modbus == NULL || mapping == NULL) fail("libmodbus");
  for (int i = 0; i < REGISTERS; i++) mapping->tab_registers[i] = (uint16_t)(i * 7);

  struct pollfd watched[CONNECTIONS + 1] = {{.fd = listen_on_free_port(), .events = POLLIN}};
  int count = 1;
  uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    if (poll(watched, count, -1) < 0) fail("poll");
    for (int i = count - 1; i >= 1; i--) {
      if (!watched[i].revents) continue;
      modbus_set_socket(modbus, watched[i].fd);
      int length = modbus_receive(modbus, request);
      if (length > 0) modbus_reply(modbus, request, length, mapping);
      if (length < 0) {
        close(watched[i].fd);
        watched[i] = watched[--count];
      }
    }
    if (watched[0].revents && count <= CONNECTIONS) {
      int on = 1, connection = accept(watched[0].fd, NULL, NULL);
      if (connection < 0) fail("accept");
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watched[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
    }
  }
}

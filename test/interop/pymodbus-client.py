"""Reads registers by pymodbus: KIND WHERE UNIT FUNCTION START COUNT, printed as decimals on one line, or the error."""
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient, ModbusUdpClient
from pymodbus.framer.ascii_framer import ModbusAsciiFramer
from pymodbus.framer.rtu_framer import ModbusRtuFramer

kind, where, unit, function, start, count = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
host, _, port = where.rpartition(":")
clients = {
    "tcp": lambda: ModbusTcpClient(host, port=int(port)),
    "udp": lambda: ModbusUdpClient(host, port=int(port)),
    "rtu": lambda: ModbusSerialClient(where, framer=ModbusRtuFramer, baudrate=19200),
    "ascii": lambda: ModbusSerialClient(where, framer=ModbusAsciiFramer, baudrate=19200),
    "rtu-over-tcp": lambda: ModbusTcpClient(host, port=int(port), framer=ModbusRtuFramer),
    "ascii-over-tcp": lambda: ModbusTcpClient(host, port=int(port), framer=ModbusAsciiFramer),
}
client = clients[kind]()
client.connect()
read = client.read_holding_registers if function == 3 else client.read_input_registers
answer = read(start, count, slave=unit)
print(answer if answer.isError() else " ".join(map(str, answer.registers)))
client.close()
sys.exit(1 if answer.isError() else 0)

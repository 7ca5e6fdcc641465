"""A Modbus device by pymodbus: registers 0 to 9999, each 7 * address + 11. Says "listening PORT" (0 on a serial port)."""
import asyncio
import socket
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.framer.ascii_framer import ModbusAsciiFramer
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer, ModbusUdpServer

kind, path = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
values = [(7 * address + 11) & 0xFFFF for address in range(10000)]
block = ModbusSequentialDataBlock(0, values)
bits = ModbusSequentialDataBlock(0, [value & 1 for value in values])
device = ModbusSlaveContext(di=bits, co=bits, hr=block, ir=block, zero_mode=True)
context = ModbusServerContext(slaves={1: device}, single=False)
identity = ModbusDeviceIdentification(
    info_name={"VendorName": "pymodbus", "ProductCode": "PM", "MajorMinorRevision": "3.0"}
)
framers = {"ascii": ModbusAsciiFramer, "rtu": ModbusRtuFramer, "tcp": ModbusSocketFramer, "udp": ModbusSocketFramer}


def free_port(of):
    with socket.socket(socket.AF_INET, of) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def main():
    framer = framers[kind.removesuffix("-over-tcp")]
    if path is not None:
        server = ModbusSerialServer(
            context, framer=framer, identity=identity, port=path, baudrate=19200, bytesize=8, parity="N", stopbits=1,
            timeout=0.01,
        )
        await server.start()
        print("listening 0", flush=True)
    elif kind == "udp":
        port = free_port(socket.SOCK_DGRAM)
        server = ModbusUdpServer(context, framer=framer, identity=identity, address=("127.0.0.1", port))
        asyncio.get_running_loop().call_later(0.2, lambda: print(f"listening {port}", flush=True))
    else:
        port = free_port(socket.SOCK_STREAM)
        server = ModbusTcpServer(context, framer=framer, identity=identity, address=("127.0.0.1", port))
        asyncio.get_running_loop().call_later(0.2, lambda: print(f"listening {port}", flush=True))
    await server.serve_forever()


asyncio.run(main())

import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readlinkSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterEach, expect, test, vi } from "vitest";
import { openPty, type Pty } from "../../../simulator/wire/pty.ts";
import { tempDir } from "../../support/temporary.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const thing of open.splice(0).reverse()) thing.close();
  vi.unstubAllEnvs();
});

async function pty(link?: string): Promise<Pty> {
  const made = await openPty(link);
  open.push(made);
  return made;
}

async function client(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 19200, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  open.push({ close: () => port.isOpen && port.close() });
  return port;
}

/** Resolves once `length` bytes came. */
function gather(listen: (on: (bytes: Buffer) => void) => void, length: number): Promise<Buffer> {
  let got = Buffer.alloc(0);
  return new Promise((resolve) => {
    listen((bytes) => {
      got = Buffer.concat([got, bytes]);
      if (got.length >= length) resolve(got);
    });
  });
}

/** Every byte a terminal might eat or translate: NUL, interrupt, end of file, newline, return, XON, XOFF, suspend, 0xff. */
const awkward = Buffer.from([0x00, 0x03, 0x04, 0x0a, 0x0d, 0x11, 0x13, 0x1a, 0x1c, 0x7f, 0xff, 0xff, 0x00]);
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

test("every byte value passes unchanged both ways", async () => {
  const line = await pty();
  const port = await client(line.path);
  const bytes = Buffer.concat([awkward, everyByte]);
  const here = gather((on) => line.onData(on), bytes.length);
  port.write(bytes);
  expect(await here).toEqual(bytes);
  const there = gather((on) => port.on("data", on), bytes.length);
  line.write(bytes);
  expect(await there).toEqual(bytes);
});

test("the line is raw and does not echo before any client has set it so", async () => {
  const line = await pty();
  const port = openSync(line.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  open.push({ close: () => closeSync(port) });
  const here = gather((on) => line.onData(on), 4);
  line.write(awkward);
  const there = Buffer.alloc(100);
  expect(there.subarray(0, readSync(port, there))).toEqual(awkward);
  writeSync(port, "next");
  expect((await here).toString()).toBe("next");
});

test("bursts longer than the terminal's buffer arrive whole and in order", async () => {
  const line = await pty();
  const port = await client(line.path);
  const burst = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
  const here = gather((on) => line.onData(on), burst.length);
  const there = gather((on) => port.on("data", on), burst.length);
  port.write(burst);
  for (let at = 0; at < burst.length; at += 4096) line.write(burst.subarray(at, at + 4096));
  expect((await here).equals(burst)).toBe(true);
  expect((await there).equals(burst)).toBe(true);
});

test("a client may close and another open the same path", async () => {
  const line = await pty();
  for (const word of ["first", "second", "third"]) {
    const port = await client(line.path);
    const here = gather((on) => line.onData(on), word.length);
    port.write(word);
    await here;
    const there = gather((on) => port.on("data", on), word.length);
    line.write(Buffer.from(word));
    expect((await there).toString()).toBe(word);
    port.close();
    await once(port, "close");
  }
});

test("a link gives the port a name of our choice, and closing removes it and hangs up", async () => {
  const link = join(tempDir(), "meter");
  const line = await pty(link);
  expect(line.path).toBe(link);
  expect(readlinkSync(link)).toBe(line.device);
  // A plain descriptor: serialport itself does not reliably notice a hang-up.
  const port = openSync(link, constants.O_RDWR | constants.O_NOCTTY);
  open.push({ close: () => closeSync(port) });
  line.close();
  expect(readSync(port, Buffer.alloc(1))).toBe(0);
  expect(existsSync(link)).toBe(false);
});

test("a machine without perl is told so", async () => {
  vi.stubEnv("PATH", "/nowhere");
  await expect(openPty()).rejects.toMatchObject({ code: "E_SIM_PTY", message: /perl/ });
});

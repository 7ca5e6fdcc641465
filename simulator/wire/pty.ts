import { spawn } from "node:child_process";
import { closeSync, constants, lstatSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { Fault } from "../../feed/format/faults.ts";

/** A serial line with nobody else on it: what the client writes to `path` arrives at `onData`, and `write` goes the other way. */
export interface Pty {
  /** What a client opens: the link if one was asked for, else `device`. */
  readonly path: string;
  /** The kernel's name, /dev/pts/N. */
  readonly device: string;
  onData(listener: (bytes: Buffer) => void): void;
  write(bytes: Buffer): void;
  /** Hangs up: the client sees the port vanish. */
  close(): void;
}

/** Unlock the slave and print its number. The request codes are those of x86 and ARM (asm-generic/ioctls.h). */
const unlock = `
  open(my $master, "+<&=3") or die "fd 3: $!";
  my $n = pack("i", 0);
  ioctl($master, 0x40045431, $n) or die "TIOCSPTLCK: $!";
  ioctl($master, 0x80045430, $n) or die "TIOCGPTN: $!";
  print unpack("i", $n);`;

/**
 * Makes a pseudo-terminal, raw and without echo, with nothing but the base system: Node cannot call ioctl, so perl (Essential
 * on Debian and Ubuntu) does it once on the inherited descriptor.
 * @param link a symbolic link to make, so that the path is known beforehand; removed by `close`
 * @throws Fault E_SIM_PTY when the system has no /dev/ptmx, perl or stty, E_SIM_FILE when the link cannot be made
 */
export async function openPty(link?: string): Promise<Pty> {
  const master = openMaster();
  let slave: number | undefined;
  try {
    const device = `/dev/pts/${await run("perl", ["-e", unlock], master)}`;
    // Held open for our lifetime: without it the kernel hangs up, and resets raw mode, whenever the client closes.
    slave = openSync(device, constants.O_RDWR | constants.O_NOCTTY);
    await run("stty", ["-F", device, "raw", "-echo"]);
    if (link !== undefined) renewLink(device, link);
    return serve(master, slave, device, link);
  } catch (error) {
    if (slave !== undefined) closeSync(slave);
    closeSync(master);
    throw error;
  }
}

/** A link that a killed process left behind is replaced, anything else is not. */
function renewLink(device: string, link: string): void {
  try {
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(link);
    symlinkSync(device, link);
  } catch (error) {
    throw new Fault("E_SIM_FILE", `cannot make the link ${link}`, { cause: error });
  }
}

function openMaster(): number {
  try {
    // libuv leaves a master's mode as it finds it, so a blocking one would stop the whole process at the first read.
    return openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Fault("E_SIM_PTY", "cannot open /dev/ptmx", { cause: error });
  }
}

function serve(master: number, slave: number, device: string, link: string | undefined): Pty {
  const stream = new ReadStream(master);
  stream.on("error", () => stream.destroy());
  const writer = writeWhenRoom(master);
  let open = true;
  return {
    path: link ?? device,
    device,
    onData: (listener) => void stream.on("data", listener),
    write: (bytes) => void (open && writer.write(bytes)),
    close: () => {
      if (!open) return;
      open = false;
      writer.stop();
      if (link !== undefined) rmSync(link, { force: true });
      stream.destroy();
      closeSync(slave);
    },
  };
}

/** Not the stream's own write: on a master libuv spins until the client has read, for ever if the client is this process. */
function writeWhenRoom(fd: number): { write(bytes: Buffer): void; stop(): void } {
  let waiting: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const drain = (): void => {
    timer = undefined;
    for (let bytes = waiting.shift(); bytes !== undefined; bytes = waiting.shift()) {
      const written = writeSome(fd, bytes);
      if (written === bytes.length) continue;
      waiting.unshift(bytes.subarray(written));
      timer = setTimeout(drain, 2);
      return;
    }
  };
  return {
    write: (bytes) => {
      waiting.push(bytes);
      if (timer === undefined) drain();
    },
    stop: () => {
      waiting = [];
      clearTimeout(timer);
    },
  };
}

function writeSome(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}

/** Runs a program of the base system, `fd` (if any) handed over as its descriptor 3; gives what it printed. */
function run(command: string, args: readonly string[], fd?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", fd ?? "ignore"] });
    let printed = "";
    let complaint = "";
    child.stdout?.on("data", (text) => (printed += text));
    child.stderr?.on("data", (text) => (complaint += text));
    child.on("error", (cause) => {
      reject(
        new Fault("E_SIM_PTY", `a pseudo-terminal needs ${command} of the base system, which cannot be run`, { cause }),
      );
    });
    child.on("close", (status) => {
      if (status === 0) resolve(printed);
      else reject(new Fault("E_SIM_PTY", `${command} failed: ${complaint.trim()}`));
    });
  });
}

/** The Debian packages the tests and benches judge us with: which are there, and how the missing ones are installed. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const packages = {
  mosquitto: ["mosquitto"],
  libmodbus: ["libmodbus-dev"],
  mbpoll: ["mbpoll"],
  socat: ["socat"],
  openssl: ["openssl"],
  "softhsm2-util": ["softhsm2"],
  python: ["python3", "python3-cryptography"],
  pymodbus: ["python3-pymodbus", "python3-serial", "python3-serial-asyncio"],
  gcc: ["gcc", "libc6-dev"],
  tshark: ["tshark"],
  debootstrap: ["debootstrap"],
  "systemd-notify": ["systemd"],
} as const satisfies Record<string, readonly string[]>;
export type Tool = keyof typeof packages;
export const tools = Object.keys(packages) as readonly Tool[];

/** Where a program lies. Debian keeps servers such as mosquitto in /usr/sbin, which is not on everyone's PATH. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A Python 3 with the `cryptography` package; Debian's own first, since another one on PATH may lack it. */
export function python(): string | undefined {
  return ["/usr/bin/python3", programPath("python3")].find((path) => {
    if (path === undefined) return false;
    return imports(path, "cryptography");
  });
}

function imports(path: string, modules: string): boolean {
  if (!existsSync(path)) return false;
  try {
    execFileSync(path, ["-c", `import ${modules}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export function has(tool: Tool): boolean {
  if (tool === "python") return python() !== undefined;
  if (tool === "pymodbus") return imports("/usr/bin/python3", "pymodbus.server, serial_asyncio");
  if (tool === "libmodbus")
    return ["/usr/include", "/usr/local/include"].some((i) => existsSync(`${i}/modbus/modbus.h`));
  if (tool === "gcc") return programPath("gcc") !== undefined && existsSync("/usr/include/stdio.h");
  return programPath(tool) !== undefined;
}

/** The command a person types to get these tools. */
export const installCommand = (missing: readonly Tool[]): string =>
  `sudo apt-get install -y ${missing.flatMap((tool) => packages[tool]).join(" ")}`;

/** Installs what is missing where we may (root on Debian or Ubuntu); returns what is missing afterwards. */
export function installMissing(): readonly Tool[] {
  const missing = tools.filter((tool) => !has(tool));
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return missing;
  const apt = (...args: readonly string[]): void => {
    execFileSync("/usr/bin/apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  const wanted = missing.flatMap((tool) => packages[tool]);
  console.log(`installing ${wanted.join(" ")}`);
  try {
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...wanted);
  } catch (error) {
    // Offline or no right to: what is still missing is reported below, with the command to type.
    console.log(`apt-get did not succeed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return tools.filter((tool) => !has(tool));
}

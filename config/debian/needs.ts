/** What the programs in the package need of Debian's own libraries, read from the programs. */

/** The release of GCC whose libstdc++ first has these symbols (GCC's manual, "ABI Policy and Guidelines"). */
const gccOf: Readonly<Record<number, string>> = {
  25: "8",
  26: "9",
  28: "10",
  29: "11",
  30: "12",
  31: "13.1",
  32: "13.2",
  33: "14",
};
const oldest = 25;

/** The newest symbol version `prefix.N` that any of the files names. */
function newest(files: readonly Buffer[], prefix: string): number {
  const numbers = files.flatMap((file) =>
    [...file.toString("latin1").matchAll(new RegExp(`\\b${prefix}\\.(\\d{1,3})\\b`, "g"))].map(([, n]) => Number(n)),
  );
  return Math.max(0, ...numbers);
}

/** The packages without which dpkg refuses to configure this one, instead of the program failing at its start. */
export function neededPackages(files: readonly Buffer[]): string[] {
  const glibc = newest(files, "GLIBC_2");
  const symbols = Math.max(oldest, newest(files, "GLIBCXX_3\\.4"));
  const gcc = gccOf[symbols] ?? Object.values(gccOf).at(-1);
  return [`libc6 (>= 2.${glibc})`, `libstdc++6 (>= ${gcc})`, "libgcc-s1 (>= 3.4)"];
}

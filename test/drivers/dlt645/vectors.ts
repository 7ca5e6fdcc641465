/** Frames from public sources; each says where it stands. */
const tests = "Dlt645.Core.Tests, FrameCodecTests.cs (frames computed by hand from DL/T 645-2007)";
const article = "553668.com/manong/786292.html, DL/T 645 editions 1997 and 2007 with examples";
const heyuan = "Heyuan Intelligence ASDU-LS manual, page 18";
const reading = "DLT645-2007 message readings of a meter 000000000161, shared document";
const meter97 = "kaledl.com/down/1493168.html, multi-function meters read over RS-485";

export const questions = [
  [tests, "AAAAAAAAAAAA", { edition: "2007", read: "address" }, 4, "fefefefe68aaaaaaaaaaaa681300df16"],
  [
    tests,
    "AAAAAAAAAAAA",
    { edition: "2007", read: "data", di: "00010000" },
    4,
    "fefefefe68aaaaaaaaaaaa68110433333433ae16",
  ],
  [
    tests,
    "123456789012",
    { edition: "2007", read: "data", di: "00010000" },
    0,
    "681290785634126811043333343368" + "16",
  ],
  [article, "000102030425", { edition: "2007", read: "data", di: "00010000" }, 0, "6825040302010068110433333433e116"],
  [
    reading,
    "000000000161",
    { edition: "2007", read: "data", di: "02010100" },
    4,
    "fefefefe68610100000000681104333434351716",
  ],
  [
    reading,
    "000000000161",
    { edition: "2007", read: "data", di: "02020100" },
    4,
    "fefefefe68610100000000681104333435351816",
  ],
  [heyuan, "000000000003", { edition: "1997", read: "data", di: "B611" }, 0, "6803000000000068010244e90316"],
  [meter97, "000003430163", { edition: "1997", read: "data", di: "9010" }, 0, "6863014303000068010243c38316"],
  [meter97, "138000130754", { edition: "1997", read: "data", di: "9010" }, 0, "6854071300801368010243c3da16"],
] as const;

export const replies = [
  [
    tests,
    "123456789012",
    { edition: "2007", read: "data", di: "00010000" },
    "68129078563412689108333334338967453354" + "16",
    4,
    123456,
  ],
  [
    article,
    "000102030425",
    { edition: "2007", read: "data", di: "00010000" },
    "68250403020100689108333334337539453" + "38b16",
    4,
    120642,
  ],
  [
    reading,
    "000000000161",
    { edition: "2007", read: "data", di: "00010000" },
    "68610100000000689108333334335933" + "33338a16",
    4,
    26,
  ],
  [
    reading,
    "000000000161",
    { edition: "2007", read: "data", di: "02010100" },
    "686101000000006891063334343534431016",
    2,
    1001,
  ],
  [heyuan, "000000000003", { edition: "1997", read: "data", di: "B611" }, "6803000000000068810444e93334ec16", 2, 100],
  [
    meter97,
    "138000130754",
    { edition: "1997", read: "data", di: "9010" },
    "6854071300801368810643c3343333332b16",
    4,
    1,
  ],
] as const;

/** A refusal: error byte 02, no such data. The second is of a smart socket that speaks the 1997 edition, to its own command. */
export const refusal2007 = [tests, "123456789012", "68129078563412" + "68d101358d16"] as const;

import { createRequire } from "node:module";
import { Fault } from "../../feed/format/faults.ts";

/** A key in a PKCS #11 token: the library, the token's label, the key's label, and its user PIN. */
export interface TokenKey {
  readonly module: string;
  readonly token: string;
  readonly label: string;
  readonly pin: string;
}

/** A session with a token, logged in as its user. */
export interface Token {
  /** The 32 bytes of the Ed25519 public key of this label; undefined where there is none. */
  publicKey(): Buffer | undefined;
  /** Makes an Ed25519 key pair that never leaves the token. */
  generate(): void;
  remove(): void;
  sign(message: Buffer): Buffer;
}

/** As much of the optional package as is used here; it may not be installed. */
interface Pkcs11 {
  load(path: string): void;
  C_Initialize(): void;
  C_GetSlotList(present: boolean): Buffer[];
  C_GetTokenInfo(slot: Buffer): { readonly label: string };
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_Login(session: Buffer, user: number, pin: string): void;
  C_FindObjectsInit(session: Buffer, template: readonly Attribute[]): void;
  C_FindObjects(session: Buffer, atMost: number): Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_GetAttributeValue(session: Buffer, object: Buffer, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_GenerateKeyPair(
    session: Buffer,
    mechanism: { mechanism: number },
    open: readonly Attribute[],
    secret: readonly Attribute[],
  ): unknown;
  C_DestroyObject(session: Buffer, object: Buffer): void;
  C_SignInit(session: Buffer, mechanism: { mechanism: number }, key: Buffer): void;
  C_Sign(session: Buffer, message: Buffer, space: Buffer): Buffer;
}

interface Attribute {
  readonly type: number;
  readonly value?: Buffer | boolean | number | string;
}

/** Constants of PKCS #11 v3.0 (OASIS), pkcs11t.h. */
const CKF = { rw: 2, serial: 4 };
const CKO = { open: 2, secret: 3 };
const CKK_EC_EDWARDS = 0x40;
const CKM = { generate: 0x1055, eddsa: 0x1057 };
const CKA = {
  class: 0,
  token: 1,
  private: 2,
  label: 3,
  keyType: 0x100,
  sensitive: 0x103,
  sign: 0x108,
  verify: 0x10a,
  extractable: 0x162,
  params: 0x180,
  point: 0x181,
};
const CKU_USER = 1;
/** CKR_CRYPTOKI_ALREADY_INITIALIZED and CKR_USER_ALREADY_LOGGED_IN: another key of the same token was opened before. */
const HARMLESS: readonly unknown[] = [0x191, 0x100];
/** The OID of Ed25519 (RFC 8410, 3). */
const ED25519 = Buffer.from("06032b6570", "hex");
const POINT_HEAD = Buffer.from("0420", "hex");

/**
 * Opens the token. Throws Fault E_KEY_MISSING where the package, the library or the token is not there, E_KEY_BAD where the
 * token refuses the PIN or anything else later.
 */
export function openToken({ module, token, label, pin }: TokenKey): Token {
  const api = loaded(module);
  const bad = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new Fault("E_KEY_BAD", `token "${token}": ${what}: ${messageOf(cause)}`, { cause });
    }
  };
  const slot = bad("cannot be listed", () => {
    tolerating(() => api.C_Initialize());
    return api.C_GetSlotList(true).find((one) => labelOf(api, one) === token);
  });
  if (slot === undefined) throw new Fault("E_KEY_MISSING", `${module} has no token "${token}"`);
  const session = bad("no session as its user", () => {
    const opened = api.C_OpenSession(slot, CKF.rw | CKF.serial);
    tolerating(() => api.C_Login(opened, CKU_USER, pin));
    return opened;
  });
  const of = (kind: number): Attribute[] => [
    { type: CKA.class, value: kind },
    { type: CKA.keyType, value: CKK_EC_EDWARDS },
    { type: CKA.label, value: label },
  ];
  const found = (kind: number): Buffer | undefined => {
    api.C_FindObjectsInit(session, of(kind));
    try {
      const objects = api.C_FindObjects(session, 2);
      if (objects.length > 1) throw new Fault("E_KEY_BAD", `token "${token}" has several keys "${label}"`);
      return objects[0];
    } finally {
      api.C_FindObjectsFinal(session);
    }
  };
  let secret: Buffer | undefined;
  return {
    publicKey: () =>
      bad("the key cannot be read", () => {
        const key = found(CKO.open);
        if (key === undefined) return undefined;
        const point = api.C_GetAttributeValue(session, key, [{ type: CKA.point }])[0]?.value;
        // PKCS #11 v3.0, 2.3.5: the point is a DER OCTET STRING.
        if (point?.length !== 34 || !point.subarray(0, 2).equals(POINT_HEAD)) throw new Error("not a point of Ed25519");
        return Buffer.from(point.subarray(2));
      }),
    generate: () =>
      bad("no key can be made", () => {
        const both = [
          { type: CKA.token, value: true },
          { type: CKA.label, value: label },
        ];
        const open = [...both, { type: CKA.verify, value: true }, { type: CKA.params, value: ED25519 }];
        const flags = [CKA.private, CKA.sensitive, CKA.sign].map((type) => ({ type, value: true }));
        const hidden = [...both, ...flags, { type: CKA.extractable, value: false }];
        api.C_GenerateKeyPair(session, { mechanism: CKM.generate }, open, hidden);
      }),
    remove: () =>
      bad("the key cannot be removed", () => {
        for (const key of [found(CKO.open), found(CKO.secret)]) if (key) api.C_DestroyObject(session, key);
      }),
    sign: (message) =>
      bad("it does not sign", () => {
        secret ??= found(CKO.secret);
        if (secret === undefined) throw new Error(`no private key "${label}"`);
        api.C_SignInit(session, { mechanism: CKM.eddsa }, secret);
        return api.C_Sign(session, message, Buffer.alloc(64));
      }),
  };
}

function loaded(module: string): Pkcs11 {
  try {
    const { PKCS11 } = createRequire(import.meta.url)("pkcs11js") as { readonly PKCS11: new () => Pkcs11 };
    const api = new PKCS11();
    api.load(module);
    return api;
  } catch (cause) {
    throw new Fault("E_KEY_MISSING", `${module} with the package pkcs11js: ${messageOf(cause)}`, { cause });
  }
}

const labelOf = (api: Pkcs11, slot: Buffer): string => api.C_GetTokenInfo(slot).label.replaceAll("\0", " ").trimEnd();

function tolerating(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && HARMLESS.includes(error.code))) throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

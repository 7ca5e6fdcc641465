import { z } from "zod";
import { path, words } from "./forms.ts";

/** Where the log key is. A TPM or another store would be one more member, of which a site has exactly one. */
export const keySettings = z.strictObject({
  pkcs11: z
    .strictObject({
      module: path.meta({ description: "Library of the token.", examples: ["/usr/lib/softhsm/libsofthsm2.so"] }),
      token: words.meta({ description: "Label of the token.", examples: ["gateway"] }),
      label: words.meta({ description: "Label of the key in it.", examples: ["log"] }),
      pinFile: path.meta({ description: "File whose first line is the user PIN; for its owner alone." }),
    })
    .meta({ description: "A PKCS #11 token that knows Ed25519." }),
});

export const suite = z.enum(["sha256", "sha256+sm3"]).default("sha256").meta({
  description:
    "Hash of the log's tree; with `+sm3` a twin tree under national algorithms beside it. Counts when the log begins.",
});

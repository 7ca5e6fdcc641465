/** `user:password@` of an address; of one with a name alone nobody can say whether it is a secret too. */
const inAddress = /:\/\/\S*@/;
/** A key that people write a secret behind; `passwordFile` and `pinFile` name files. */
const behindKey = /\b(?:password|passwd|passphrase|pass|pw|pin|secret|token)["']?\s*:/i;

/** Whether an address has a user or a password in it. */
export const hasLogin = (text: string): boolean => inAddress.test(text);

/** A line as it may be shown: what is printed ends in logs, so one with a secret in it is not shown at all. */
export const shownLine = (line: string): string => (inAddress.test(line) || behindKey.test(line) ? "" : line);

/** What is said of such an address instead of the address. */
export const loginInAddress =
  "an address with a user or a password in it, which belong into `username` and `passwordFile`";

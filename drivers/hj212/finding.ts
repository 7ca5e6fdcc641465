/** What is wrong with something that was heard; it costs the frame, the item or nothing, as said where it is made. */
export interface Finding {
  readonly code:
    | "length" // no frame: its length is none, or too long
    | "cut" // a frame that stopped and another that began
    | "checksum" // a whole frame whose check is wrong
    | "encrypted" // CP is SM4 ciphertext (HJ 212-2025, 6.4.2): nobody here has the key
    | "message" // no message of HJ 212: nothing of it is taken
    | "header" // a header field that is not as it should be; the rest of the message stands
    | "item" // an item or field of CP that means nothing; the rest stands
    | "twice"; // a field said twice
  /** For people, one line, printable. */
  readonly detail: string;
}

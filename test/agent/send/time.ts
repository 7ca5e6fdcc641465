import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";

export { seconds };
export const minutes = (n: number): Millis => millis(n * 60_000);

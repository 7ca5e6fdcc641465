import { createServer } from "node:net";
import { Aedes } from "aedes";
import { onTestFinished } from "vitest";

/** The embedded broker: 3.1.1 only. */
export async function embeddedBroker(): Promise<string> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))));
  const address = server.address();
  return `mqtt://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

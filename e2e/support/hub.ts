// A server that answers as the Hugging Face hub does, for browsers that take it for the hub: the file's address
// redirects to another host, which sends it with its length and lets any page read it. What it does wrong, tests choose.

import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";

import { generate } from "selfsigned";

const HUB = "huggingface.co";
const STORE = "cas-bridge.xethub.hf.co";
const OPEN = { "access-control-allow-origin": "*" };

/** How a file is sent. */
export type Mode =
  /** All of it. */
  | "whole"
  /** Half of it; the rest when {@link Hub.release} is called. */
  | "held"
  /** Half of it, then the connection breaks. */
  | "broken"
  /** Not at all: 404. */
  | "missing";

export class Hub {
  mode: Mode = "whole";
  /** Files by their repository, such as `timm/lambda_resnet26t.c1_in1k`. */
  readonly files = new Map<string, Buffer>();
  /** What was asked of either host, as `host/path`. */
  readonly requests: string[] = [];
  private release_: () => void = () => {};

  private constructor(
    private readonly server: Server,
    private readonly pin: string,
  ) {}

  static async start(): Promise<Hub> {
    const names = [HUB, STORE].map((value) => ({ type: 2 as const, value }));
    const { cert, private: key } = await generate([{ name: "commonName", value: HUB }], {
      keyType: "ec",
      extensions: [{ name: "subjectAltName", altNames: names }],
    });
    const publicKey = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
    const pin = createHash("sha256").update(publicKey).digest("base64");
    const server = createServer({ key, cert });
    const hub = new Hub(server, pin);
    server.on("request", (request, response) => void hub.answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return hub;
  }

  /** What makes Chromium take this server for the hub and its store, and no other for either. */
  get chromiumArguments(): string[] {
    const { port } = this.server.address() as AddressInfo;
    const rules = [HUB, STORE].map((host) => `MAP ${host} 127.0.0.1:${port}`).join(",");
    return [`--host-resolver-rules=${rules}`, `--ignore-certificate-errors-spki-list=${this.pin}`];
  }

  /** Sends the rest of what is held. */
  release(): void {
    this.release_();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = "" } = request.headers;
    const path = request.url ?? "/";
    this.requests.push(`${host}${path}`);
    const repository = /^\/(.+)\/resolve\/main\/model\.safetensors$/.exec(path)?.[1];
    if (host === HUB && repository && this.mode !== "missing") {
      response.writeHead(302, { ...OPEN, location: `https://${STORE}/store/${encodeURIComponent(repository)}` }).end();
      return;
    }
    const stored = /^\/store\/(.+)$/.exec(path)?.[1];
    const file = stored ? this.files.get(decodeURIComponent(stored)) : undefined;
    if (host !== STORE || !file) {
      response.writeHead(404, OPEN).end("Entry not found");
      return;
    }
    response.writeHead(200, { ...OPEN, "content-type": "binary/octet-stream", "content-length": file.length });
    // A browser that goes away, or a connection broken on purpose, is no failure of the server.
    await pipeline(this.send(file, response), response).catch(() => {});
  }

  private async *send(file: Buffer, response: ServerResponse): AsyncGenerator<Buffer> {
    const half = file.length >> 1;
    yield file.subarray(0, half);
    if (this.mode === "broken") {
      // Let what is sent arrive first.
      await setTimeout(200);
      throw new Error("broken on purpose");
    }
    if (this.mode === "held") {
      await new Promise<void>((resolve) => {
        this.release_ = resolve;
        response.once("close", resolve);
      });
    }
    yield file.subarray(half);
  }
}

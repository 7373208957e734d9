// A server that answers as the Hugging Face hub does, for browsers that take it for the hub: the file's address
// redirects to another host, which sends it with its length and lets any page read it. What it does wrong, tests choose.

import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

import { generate } from "selfsigned";

const HUB = "huggingface.co";
const STORE = "cas-bridge.xethub.hf.co";
const OPEN = { "access-control-allow-origin": "*" };
const CHUNK = 1 << 18;

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
    await this.send(file, response).catch(() => response.destroy());
  }

  private async send(file: Buffer, response: ServerResponse): Promise<void> {
    const half = file.length >> 1;
    for (let at = 0; at < file.length; at += CHUNK) {
      if (at >= half && at - CHUNK < half && this.mode !== "whole") {
        if (this.mode === "broken") {
          response.destroy();
          return;
        }
        await new Promise<void>((resolve) => {
          this.release_ = resolve;
          response.once("close", resolve);
        });
      }
      if (response.destroyed) return;
      if (!response.write(file.subarray(at, at + CHUNK))) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
  }
}

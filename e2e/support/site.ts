// A host for the built page that can be cut off, and that can be given another version: files in a folder of it, kept by the
// browser for ten minutes, as a static host would have it.

import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
  svg: "image/svg+xml",
  png: "image/png",
  webp: "image/webp",
  webmanifest: "application/manifest+json",
};

/** The page as it was built. */
export const dist = fileURLToPath(new URL("../../dist", import.meta.url));

export class Site {
  /** What is served. */
  folder = dist;
  /** The paths asked for so far, from the page's folder. */
  readonly requests: string[] = [];
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<Site> {
    const site = new Site();
    await site.connect();
    return site;
  }

  /** Where the page lies: not at the host's root. */
  get address(): string {
    return `http://127.0.0.1:${this.port}/pages/lambdascope/`;
  }

  async connect(): Promise<void> {
    this.server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url!, this.address);
      const file = pathname.replace(/^\/pages\/lambdascope\//, "") || "index.html";
      this.requests.push(file);
      const body = await readFile(path.join(this.folder, file)).catch(() => undefined);
      const headers = { "content-type": types[file.split(".").pop()!] ?? "application/octet-stream", "cache-control": "max-age=600" };
      response.writeHead(body ? 200 : 404, headers).end(body);
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection and takes no more. */
  async cut(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

/** The service worker of a built page: the files that it lists, each with its hash and whether it is kept at once, and its code. */
export async function readWorker(folder: string): Promise<{ files: [string, string, boolean][]; code: string }> {
  const [first, ...code] = (await readFile(path.join(folder, "sw.js"), "utf8")).split("\n");
  return { files: JSON.parse(first!.replace(/^const FILES = (.*);$/, "$1")), code: code.join("\n") };
}

/** Changes of files, by their paths. */
type Changes = Record<string, (text: string) => string>;

/** Another version of the page, in a folder of its own: some files changed and, unless not, listed in the service worker as a build would. */
export async function another(changes: Changes, { isListed = true } = {}): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "lambdascope-"));
  await cp(dist, folder, { recursive: true });
  const { files, code } = await readWorker(dist);
  for (const [file, change] of Object.entries(changes)) {
    const before = await readFile(path.join(folder, file), "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} was to be changed and is not`);
    await writeFile(path.join(folder, file), after);
    if (isListed) files.find(([listed]) => listed === file)![1] = createHash("sha256").update(after).digest("hex");
  }
  await writeFile(path.join(folder, "sw.js"), `const FILES = ${JSON.stringify(files)};\n${code}`);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

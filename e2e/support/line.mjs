// A slow line in front of a host: a proxy on a port of its own, through which all connections share so many bits a second
// towards the browser, and every byte takes half a round trip either way. A browser's own emulation knows pages, but not what
// their workers fetch.

import { connect, createServer } from "node:net";

/** Bytes that are sent at a time. */
const PIECE = 1460;

/** Opens the line to `address`; gives its address, and what closes it. */
export async function openLine(address, { bitsASecond, roundTrip }) {
  const url = new URL(address);
  const { hostname, port } = url;
  const half = roundTrip / 2;
  /** When the line is free for the next piece, in milliseconds. */
  let free = 0;
  const server = createServer((near) => {
    near.setNoDelay(true);
    const far = connect(Number(port), hostname);
    far.setNoDelay(true);
    near.on("data", (data) => setTimeout(() => far.write(data), half));
    far.on("data", (data) => {
      for (let at = 0; at < data.length; at += PIECE) {
        const piece = data.subarray(at, at + PIECE);
        free = Math.max(free, performance.now()) + (piece.length * 8000) / bitsASecond;
        setTimeout(() => near.write(piece), free + half - performance.now());
      }
      // No more than the line holds: the host would send everything at once.
      far.pause();
      setTimeout(() => far.resume(), Math.max(0, free - performance.now()));
    });
    far.on("end", () => setTimeout(() => near.end(), Math.max(0, free - performance.now()) + half + 5));
    near.on("close", () => far.destroy());
    for (const socket of [near, far]) socket.on("error", () => socket.destroy());
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  url.port = String(server.address().port);
  return { address: url.href, close: () => server.close() };
}

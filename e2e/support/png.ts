// PNG files made by tests.

import { deflateSync } from "node:zlib";

/** A PNG of 8 bits a channel whose header says this size, with the rows that are given, however many there are. */
export function png(width: number, height: number, kind: "grey" | "rgb", rows: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = kind === "rgb" ? 2 : 0;
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const unfiltered = Buffer.concat(rows.flatMap((row) => [Buffer.alloc(1), row]));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(unfiltered)), chunk("IEND")]);
}

function chunk(kind: string, data = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(kind), data, checksum(Buffer.concat([Buffer.from(kind), data]))]);
}

/** PNG's CRC-32. */
function checksum(bytes: Buffer): Buffer {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  const result = Buffer.alloc(4);
  result.writeUInt32BE((remainder ^ 0xffffffff) >>> 0);
  return result;
}

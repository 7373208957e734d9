// A network with self-attention as a weights file, made of the engine's own golden values.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const fixture = fileURLToPath(new URL("../../tests/fixtures/network_attention.safetensors", import.meta.url));

/** The fixture's weights alone under their own names, with the description that the fixture keeps as its case. */
export function attentionNetwork(): Buffer {
  const bytes = readFileSync(fixture);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.toString("utf8", 8, start)) as {
    __metadata__: { case: string };
  } & Record<string, Entry>;
  const header: Record<string, unknown> = { __metadata__: { lambdascope: metadata.case } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(tensors as Record<string, Entry>)) {
    if (!name.startsWith("weights.")) continue;
    const part = bytes.subarray(start + data_offsets[0], start + data_offsets[1]);
    header[name.slice("weights.".length)] = { dtype, shape, data_offsets: [at, at + part.length] };
    parts.push(part);
    at += part.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

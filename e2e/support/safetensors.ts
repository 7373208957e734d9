// The arrays of a safetensors file, row-major, in F32 or F16.

import { readFileSync } from "node:fs";

/** One array. */
export interface Tensor {
  shape: number[];
  data: number[];
}

/** Reads the arrays of a file, given by its path from the project's root. */
export function arrays(path: string): (tensor: string) => Tensor {
  const bytes = readFileSync(new URL(`../../${path}`, import.meta.url));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(bytes.toString("utf8", 8, start));
  return (tensor) => {
    const entry = header[tensor];
    if (!entry) throw new Error(`${path} has no array ${tensor}`);
    const [from, to] = entry.data_offsets.map((offset) => start + offset) as [number, number];
    const [size, read] = entry.dtype === "F16" ? [2, (at: number) => half(bytes.readUInt16LE(at))] as const : [4, (at: number) => bytes.readFloatLE(at)] as const;
    return { shape: entry.shape, data: Array.from({ length: (to - from) / size }, (_, i) => read(from + i * size)) };
  };
}

/** A weights file of ours in F16 whose convolutions hold the largest number there is, without the logits that it records. */
export function overflowing(bytes: Buffer): Buffer {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start));
  const data = Buffer.from(bytes.subarray(start));
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries<{ dtype: string; data_offsets: [number, number] }>(header).filter(([name]) => name !== "__metadata__")) {
    if (dtype === "F16" && name.endsWith(".conv.weight")) for (let at = from; at < to; at += 2) data.writeUInt16LE(0x7bff, at);
  }
  for (const [key, text] of Object.entries<string>(header.__metadata__)) {
    const description = JSON.parse(text);
    delete description.check;
    header.__metadata__[key] = JSON.stringify(description);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** A half-precision number from its bits. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/** A row of a matrix. */
export const row = ({ shape, data }: Tensor, at: number): number[] => data.slice(at * shape[1]!, (at + 1) * shape[1]!);

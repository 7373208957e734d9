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

/** A half-precision number from its bits. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/** A row of a matrix. */
export const row = ({ shape, data }: Tensor, at: number): number[] => data.slice(at * shape[1]!, (at + 1) * shape[1]!);

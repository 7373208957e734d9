// A camera that shows what a test wants: Chromium plays a file in its place.

import { writeFile } from "node:fs/promises";

import type { Browser, Page, PlaywrightWorkerArgs, TestInfo } from "@playwright/test";

/** Width and height of its pictures. */
const SIZE = [320, 240] as const;

/** The samples as the frames of an uncompressed video, each shown for so many frames: planes of Y, Cb and Cr (BT.601). */
async function video(page: Page, samples: string[], each: number, rate: number): Promise<Buffer> {
  const planes = await page.evaluate(
    async ([samples, [width, height]]) => {
      const all: number[][] = [];
      for (const sample of samples) {
        const image = new Image();
        image.src = `samples/${sample}.webp`;
        await image.decode();
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext("2d")!;
        // All of the height: the network sees the square in the middle.
        const scale = Math.max(width / image.naturalWidth, height / image.naturalHeight);
        const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
        context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
        const { data } = context.getImageData(0, 0, width, height);
        const at = (x: number, y: number) => [0, 1, 2].map((c) => data[4 * (y * width + x) + c]!) as [number, number, number];
        const planes: number[] = [];
        for (let y = 0; y < height; y += 1) {
          for (let x = 0; x < width; x += 1) {
            const [r, g, b] = at(x, y);
            planes.push(16 + 0.257 * r + 0.504 * g + 0.098 * b);
          }
        }
        for (const weights of [[-0.148, -0.291, 0.439], [0.439, -0.368, -0.071]]) {
          for (let y = 0; y < height; y += 2) {
            for (let x = 0; x < width; x += 2) {
              const rgb = at(x, y);
              planes.push(128 + weights.reduce((sum, weight, c) => sum + weight * rgb[c]!, 0));
            }
          }
        }
        all.push(planes.map(Math.round));
      }
      return all;
    },
    [samples, SIZE] as const,
  );
  const head = Buffer.from(`YUV4MPEG2 W${SIZE[0]} H${SIZE[1]} F${rate}:1 Ip A1:1 C420jpeg\n`);
  const frames = planes.flatMap((plane) => Array.from({ length: each }, () => Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(plane)])));
  return Buffer.concat([head, ...frames]);
}

/**
 * A browser with a camera that shows samples by turns, each for so many seconds, and allows it without a question. `page` is any
 * that the built page is open in.
 */
export async function withCamera(
  { playwright, page }: Pick<PlaywrightWorkerArgs, "playwright"> & { page: Page },
  info: TestInfo,
  samples: string[],
  seconds: number,
): Promise<Browser> {
  const rate = 20;
  const file = info.outputPath("camera.y4m");
  await writeFile(file, await video(page, samples, Math.round(seconds * rate), rate));
  const { args = [], ...options } = info.project.use.launchOptions ?? {};
  return playwright.chromium.launch({
    ...options,
    args: [...args, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${file}`],
  });
}

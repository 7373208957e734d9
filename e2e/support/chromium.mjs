// Which Chromium the tests, the screenshots and the timings use, and how it gets WebGPU on a machine without a GPU.

export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

const quiet = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** WebGPU on SwiftShader, a software adapter. */
export const webgpu = [...quiet, "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * No WebGPU: `navigator.gpu` is there, as it is wherever Chromium knows WebGPU, but it has no adapter to give, neither
 * to the page nor to a worker. (`--disable-features=WebGPU` changes nothing.)
 */
export const cpu = [...quiet, "--disable-gpu"];

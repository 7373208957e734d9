// Runs in the browser: one network on one backend of onnxruntime-web, timed. Times are in milliseconds.

const values = async (path) => new Float32Array(await (await fetch(path)).arrayBuffer());

/** Downloading is not timed; a run's end is when its logits are on the CPU. */
window.measure = async ({ bundle, provider, threads, network, side, runs, patience }) => {
  const ort = await import(`/node_modules/onnxruntime-web/dist/${bundle}`);
  if (threads > 1 && !crossOriginIsolated) throw new Error("threads need a page that is cross-origin isolated");
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
  const model = new Uint8Array(await (await fetch(`/cache/${network}.onnx`)).arrayBuffer());
  const expected = await (await fetch(`/cache/${network}.json`)).json();
  const input = new ort.Tensor("float32", await values("/cache/input.f32"), [1, 3, side, side]);
  const timed = async (work) => {
    const start = performance.now();
    const result = await work();
    return [performance.now() - start, result];
  };

  const [create_ms, session] = await timed(() => ort.InferenceSession.create(model, { executionProviders: [provider] }));
  const infer = async () => (await session.run({ input })).logits.getData();
  const [first_ms, logits] = await timed(infer);
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - logits[i]))) / largest;

  const times = [];
  const start = performance.now();
  while (times.length < runs && (times.length < 3 || performance.now() - start < patience)) times.push((await timed(infer))[0]);
  times.sort((a, b) => a - b);
  const median_ms = (times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2;
  return { create_ms, first_ms, median_ms, fastest_ms: times[0], runs: times.length, difference };
};

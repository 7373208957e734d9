// Runs a graph file (examples/graph_file.rs) in a build of the CPU's module, as the engine's worker does, and answers with every
// kept value of the first run and how many of the other runs gave other bits.

const PAGE = 65536;

/** The file's parts. */
function read(file) {
  const bytes = new Uint8Array(file);
  const end = bytes.indexOf(10);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  let at = end + 1;
  const take = (length) => bytes.slice(at, (at += length));
  const numbers = (length) => new Float32Array(take(4 * length).buffer);
  return { graph: take(header.graph), constants: header.constants.map(numbers), input: numbers(header.input.length), id: header.input.id, kept: header.kept };
}

/** An instance, with so many threads; the plain build has one. */
async function start(url, threads) {
  const module = await WebAssembly.compileStreaming(fetch(url));
  const isShared = WebAssembly.Module.imports(module).length > 0;
  const memory = isShared ? new WebAssembly.Memory({ initial: 32, maximum: PAGE, shared: true }) : undefined;
  const words = isShared ? new Int32Array(memory.buffer) : undefined;
  const env = { memory, ring: (bell) => Atomics.notify(words, bell / 4), rest: () => Atomics.wait(words, 0, 0, 1) };
  const { exports } = await WebAssembly.instantiate(module, { env });
  for (let helper = 1; helper < threads; helper += 1) {
    const worker = new Worker("/cpu_helper.js");
    const size = 1 << 20;
    worker.postMessage([module, memory, exports.allocate(size) + size]);
    await new Promise((ready) => (worker.onmessage = ready));
    exports.hire();
  }
  return { exports, buffer: () => (memory?.grow(0), (memory ?? exports.memory).buffer) };
}

self.onmessage = async ({ data: { url, threads, file, runs } }) => {
  const { graph, constants, input, id, kept } = read(file);
  const { exports, buffer } = await start(url, threads);
  const lend = (array, use) => {
    const at = exports.allocate(array.byteLength) >>> 0;
    new Uint8Array(buffer(), at, array.byteLength).set(new Uint8Array(array.buffer));
    const result = use(at);
    exports.release(at, array.byteLength);
    return result;
  };
  const executor = lend(graph, (at) => exports.load(at, graph.length));
  constants.forEach((values, id) => lend(values, (at) => exports.set_constant(executor, id, at, values.length)));
  const view = (id, length) => new Float32Array(buffer(), exports.value(executor, id) >>> 0, length);
  view(id, input.length).set(input);
  const run = () => {
    exports.run(executor);
    return kept.map(({ id, length }) => view(id, length).slice());
  };
  const first = run();
  const bits = (values) => new Int32Array(values.buffer);
  let others = 0;
  for (let i = 1; i < runs; i += 1) {
    const again = run();
    if (!first.every((values, at) => bits(values).every((word, j) => word === bits(again[at])[j]))) others += 1;
  }
  self.postMessage({ values: first, others });
};

// A thread that helps the CPU's kernels (crates/cpu-module): an instance of their module of its own, on the memory that all
// share. It works when the bell rings, looks for more for a while and sleeps. The worker that started it ends it.

self.onmessage = async ({ data: [module, memory, stack] }) => {
  // Only the first instance has somebody to wake, or to wait for.
  const nobody = () => {};
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, ring: nobody, rest: nobody } });
  exports.__stack_pointer.value = stack;
  const words = new Int32Array(memory.buffer);
  const bell = exports.bell() / 4;
  self.postMessage("ready");
  for (let known = 0; ; ) {
    known = exports.help(known);
    Atomics.wait(words, bell, known);
  }
};

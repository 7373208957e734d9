// What a page and its worker hold, after the garbage collection of both.

/**
 * Runs in the page and in its worker before anything of theirs: keeps the memory of WebAssembly in sight, and counts the
 * GPU's buffers as long as somebody holds them.
 */
function observe() {
  const seen = { memories: [], buffers: 0 };
  globalThis.soak = seen;
  const keep = (result) => {
    const { memory } = (result.instance ?? result).exports;
    if (memory) seen.memories.push(memory);
    return result;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = (...given) => own.apply(WebAssembly, given).then(keep);
  }
  // The CPU's module, whose memory comes from outside where threads share it.
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, { construct: (target, given) => keep(Reflect.construct(target, given)) });
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, given) {
      const memory = Reflect.construct(target, given);
      seen.memories.push(memory);
      return memory;
    },
  });
  if (!globalThis.GPUDevice) return;
  const live = new Set();
  const gone = (id) => {
    live.delete(id);
    seen.buffers = live.size;
  };
  const collected = new FinalizationRegistry(gone);
  const ids = new WeakMap();
  let last = 0;
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    const id = (last += 1);
    ids.set(buffer, id);
    collected.register(buffer, id);
    live.add(id);
    seen.buffers = live.size;
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    gone(ids.get(this));
    return destroy.call(this);
  };
}

/** What the address of the engine's worker has. */
const ENGINE = "engine_worker_loader";

/** A page and its worker, looked into. */
export class Heaps {
  /**
   * Looks into a page that has not been opened yet.
   *
   * @param {import("@playwright/test").Page} page
   */
  static async of(page) {
    const heaps = new Heaps();
    heaps.page = page;
    await page.context().addInitScript(observe);
    // Workers run no init script.
    await page.route("**/engine_worker_loader.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace("await init", `(${observe})();await init`) });
    });
    heaps.inPage = await page.context().newCDPSession(page);
    await heaps.attach();
    return heaps;
  }

  /** Follows the worker with a session of its own, spoken to through the page's. */
  async attach() {
    const waiting = new Map();
    let last = 0;
    // The engine's has helpers where the CPU computes on several threads; they hold nothing of their own.
    this.inPage.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.url.includes(ENGINE)) this.session = sessionId;
    });
    this.inPage.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result, error } = JSON.parse(message);
      waiting.get(id)?.(error ? Promise.reject(new Error(error.message)) : result);
      waiting.delete(id);
    });
    this.inWorker = async (method, params = {}) => {
      const id = (last += 1);
      const answer = new Promise((resolve) => waiting.set(id, resolve));
      await this.inPage.send("Target.sendMessageToTarget", { sessionId: this.session, message: JSON.stringify({ id, method, params }) });
      return answer;
    };
    await this.inPage.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  }

  /** The engine's workers: one, if nothing is wrong. */
  engines() {
    return this.page.workers().filter((worker) => worker.url().includes(ENGINE));
  }

  /** @returns {Promise<Record<string, number>>} bytes, and how many buffers the GPU has */
  async measure() {
    const look = () => ({ wasm: soak.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0), buffers: soak.buffers });
    // Twice, with a turn between: what is finalised lets go of more.
    for (const send of [this.inWorker, this.inPage.send.bind(this.inPage)]) {
      await send("HeapProfiler.collectGarbage");
      await this.page.waitForTimeout(100);
      await send("HeapProfiler.collectGarbage");
    }
    const [page, worker] = [await this.page.evaluate(look), await this.engines()[0].evaluate(look)];
    const used = async (send) => (await send("Runtime.getHeapUsage")).usedSize;
    return {
      "page heap": await used(this.inPage.send.bind(this.inPage)),
      "page wasm": page.wasm,
      "worker heap": await used(this.inWorker),
      "worker wasm": worker.wasm,
      "GPU buffers": page.buffers + worker.buffers,
    };
  }
}

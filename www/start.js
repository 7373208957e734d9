// Starts the page's WebAssembly module and, before that draws, the engine's worker; and says so when the page cannot start. A
// file of its own because the content security policy allows no inline script. Trunk writes the module's names into the
// <meta> this reads (Trunk.toml).

const meta = document.querySelector('meta[name="page-module"]');
preloadAnswer();
try {
  const [{ default: init }, module] = await Promise.all([import(new URL(meta.content, document.baseURI)), compile(new URL(meta.dataset.wasm, document.baseURI))]);
  // The page's own bytes are here, so that the engine's are not in their way; and while the page draws for the first time, which
  // takes a while, no worker could begin.
  startEngine();
  await new Promise((begun) => setTimeout(begun));
  await init({ module_or_path: module });
} catch (error) {
  fail(error);
}

async function compile(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${url.pathname}`);
  // Some hosts know no type for it.
  const isTyped = response.headers.get("content-type")?.startsWith("application/wasm");
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Where the address leaves it to the page what to open with (src/page/opening.rs), its answer comes with the page's own files. */
function preloadAnswer() {
  const chosen = new URLSearchParams(location.search);
  const isFree = !["network", "sample", "layer", "head", "u", "y", "x"].some((key) => chosen.has(key));
  if (!isFree || !meta.dataset.answer) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: `./${meta.dataset.answer}` });
  document.head.append(link);
}

/** The page takes the worker over with what it has said so far (src/ui/engine.rs), and starts one itself where there is none. */
function startEngine() {
  try {
    const worker = new Worker("./engine_worker_loader.js", { type: "module" });
    const events = [];
    worker.onmessage = worker.onerror = (event) => events.push(event);
    window.startedEngine = { worker, events };
  } catch {
    // The page will try again, and say why not.
  }
}

function fail(error) {
  console.error(error);
  const start = document.getElementById("start");
  // Once the page has drawn, it speaks for itself.
  if (!start) return;
  start.classList.add("start-failed");
  start.removeAttribute("aria-busy");
  const old = error instanceof WebAssembly.CompileError;
  document.getElementById("start-state").textContent = old
    ? "This browser cannot run the page: it needs WebAssembly with SIMD (Chrome 91, Firefox 89, Safari 16.4, or newer)."
    : "The page could not be started. Please check the connection and reload it.";
  const details = document.createElement("p");
  details.className = "start-details";
  details.textContent = String(error);
  start.append(details);
}

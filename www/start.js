// Starts the page's WebAssembly module, and says so when it cannot. A file of its own because the content security
// policy allows no inline script. Trunk writes the module's names into the <meta> this reads (Trunk.toml).

const meta = document.querySelector('meta[name="page-module"]');
try {
  const { default: init } = await import(new URL(meta.content, document.baseURI));
  await init({ module_or_path: new URL(meta.dataset.wasm, document.baseURI) });
} catch (error) {
  fail(error);
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

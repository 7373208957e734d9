// The page without a network: a service worker that keeps every file of one version of the page and answers with those.
//
// `cargo xtask build` writes the line before this file: `const FILES`, a list of [path, SHA-256, is it kept at once], of all
// that lies in dist (xtask/src/offline.rs). A changed file is a changed list, and so, to the browser, a new worker. It
// installs beside the present one and waits until the visitor asks for it or the last tab is closed.
//
// Files are kept under their path and hash, in the store that the engine keeps the networks in (crates/worker/src/shipped.rs):
// two versions share what they have in common, nothing is fetched or stored twice, and a worker can only ever answer with
// the files of its own list. The visitor's pictures and public networks are in stores of their own, which this file does
// not know.

const FOLDER = new URL(self.registration.scope);
const STORE = `lambdascope-site ${FOLDER.pathname}`;
const LIST = new Map(FILES.map(([path, sha256, atOnce]) => [path, { path, sha256, atOnce, key: new URL(`${path}?sha256=${sha256}`, FOLDER).href }]));

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));

self.addEventListener("message", (event) => {
  const { data, ports } = event;
  // Every tab gets the new version: one worker cannot answer some tabs with this and some with that.
  if (data === "take over") self.skipWaiting();
  if (data === "count tabs") event.waitUntil(countTabs().then((tabs) => ports[0].postMessage(tabs)));
});

self.addEventListener("fetch", (event) => {
  const file = event.request.method === "GET" && !event.request.headers.has("range") && fileFor(new URL(event.request.url));
  if (file) event.respondWith(answer(file, event.request));
});

/** The file that an address means; none where this version has none, or one of another content. */
function fileFor(url) {
  if (url.origin !== FOLDER.origin || !url.pathname.startsWith(FOLDER.pathname)) return undefined;
  // The page's own address carries its state; whatever that is, it is one file.
  const file = LIST.get(url.pathname.slice(FOLDER.pathname.length) || "index.html");
  const wanted = url.searchParams.get("sha256");
  return wanted === null || wanted === file?.sha256 ? file : undefined;
}

async function answer(file, request) {
  const store = await caches.open(STORE);
  const kept = await store.match(file.key);
  if (kept) return kept;
  // The engine fetches networks itself, checks them and keeps them.
  if (!file.atOnce) return fetch(request);
  try {
    return await keep(store, file);
  } catch (error) {
    // Another version's file in its place would be worse than none.
    console.warn(String(error));
    return Response.error();
  }
}

async function keepAll() {
  const store = await caches.open(STORE);
  const added = [];
  try {
    // One after the other: whoever looks at the page is not to wait for this.
    for (const file of LIST.values()) {
      if (!file.atOnce || (await store.match(file.key))) continue;
      await keep(store, file);
      added.push(file.key);
    }
  } catch (error) {
    // What has come is there for the next attempt, unless there is no room for it.
    if (error.name === "QuotaExceededError") await Promise.all(added.map((key) => store.delete(key)));
    throw error;
  }
}

/** Fetches a file, keeps it and gives it back. Fails unless it is the one in the list. */
async function keep(store, { path, sha256, key }) {
  const url = new URL(path === "index.html" ? "./" : path, FOLDER);
  let status = 200;
  // The browser may still have what the page has just loaded; the hash tells whether it is the right one.
  for (const cache of ["default", "reload"]) {
    const response = await fetch(url, { cache, priority: "low" });
    status = response.status;
    if (!response.ok) continue;
    const body = await response.arrayBuffer();
    if ((await hash(body)) !== sha256) continue;
    const headers = new Headers(response.headers);
    // These were about the bytes on the wire.
    for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
    // Hosts that let nobody set headers are most: with these the page may use threads from its second visit on.
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-embedder-policy", "require-corp");
    headers.set("x-sha256", sha256);
    headers.set("x-length", String(body.byteLength));
    const whole = new Response(body, { headers });
    await store.put(key, whole.clone());
    return whole;
  }
  throw new Error(`${path} cannot be kept: expected the file with SHA-256 ${sha256}, found ${status === 200 ? "another one" : `status ${status}`}.`);
}

async function hash(body) {
  const digest = await crypto.subtle.digest("SHA-256", body);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Drops from the store what this version does not consist of, once no tab has another version. */
async function dropOthers() {
  const store = await caches.open(STORE);
  const own = new Set(Array.from(LIST.values(), (file) => file.key));
  for (const request of await store.keys()) {
    if (!own.has(request.url)) await store.delete(request);
  }
}

/** In how many tabs this version is open; a frame in one counts with it. */
async function countTabs() {
  const windows = await self.clients.matchAll({ type: "window" });
  return windows.filter(({ frameType }) => frameType !== "nested").length;
}

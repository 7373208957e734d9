//! A web server for the built page on this machine: files of one folder, nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

const OPENER: &str = "cross-origin-opener-policy";
const EMBEDDER: &str = "cross-origin-embedder-policy";

/// A server that answers in threads of its own for as long as it lives.
pub struct Server {
    runtime: Runtime,
    address: SocketAddr,
}

impl Server {
    /// Serves `folder` on 127.0.0.1; port 0 takes any free one.
    ///
    /// # Errors
    /// When there is no page in `folder` or the port is taken.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        if !folder.join("index.html").is_file() {
            bail!("{} holds no page; build it with `cargo xtask build`", folder.display());
        }
        let runtime = Runtime::new().context("cannot start the web server's threads")?;
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
            .with_context(|| format!("cannot listen on 127.0.0.1:{port}; choose another with --port"))?;
        let address = listener.local_addr().context("the web server has no address")?;
        // A rebuilt page must not be mixed with the last one.
        let fresh = SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let typed = SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // Apart from other sites, so that browsers let its workers share memory.
        let alone = SetResponseHeaderLayer::overriding(
            HeaderName::from_static(OPENER),
            HeaderValue::from_static("same-origin"),
        );
        let embedding = SetResponseHeaderLayer::overriding(
            HeaderName::from_static(EMBEDDER),
            HeaderValue::from_static("require-corp"),
        );
        let files = Router::new().fallback_service(ServeDir::new(folder).precompressed_br());
        let files = files.layer(fresh).layer(typed).layer(alone).layer(embedding);
        runtime.spawn(async move { axum::serve(listener, files).await });
        Ok(Self { runtime, address })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Waits until the process is stopped.
    pub fn wait(&self) {
        self.runtime.block_on(std::future::pending())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn get(server: &Server, path: &str) -> String {
        asked(server, path, "")
    }

    /// What comes back with a header more.
    fn asked(server: &Server, path: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}Connection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn files_of_the_folder_are_served_with_their_type_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page");
        fs::create_dir(&page).unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        fs::write(page.join("index.html"), "<!doctype html>").unwrap();
        fs::write(page.join("a b.wasm"), b"\0asm").unwrap();
        let server = Server::start(&page, 0).unwrap();

        let wasm = get(&server, "/a%20b.wasm");
        assert!(wasm.starts_with("HTTP/1.1 200"), "{wasm}");
        // Streaming compilation asks for this type.
        assert!(wasm.contains("content-type: application/wasm\r\n"), "{wasm}");
        assert!(wasm.contains("cache-control: no-cache\r\n"), "{wasm}");
        // What lets its workers share memory.
        assert!(wasm.contains("cross-origin-opener-policy: same-origin\r\n"), "{wasm}");
        assert!(wasm.contains("cross-origin-embedder-policy: require-corp\r\n"), "{wasm}");
        assert!(wasm.ends_with("\0asm"), "{wasm}");
        assert!(get(&server, "/?layer=3.1").ends_with("<!doctype html>"));
        for path in ["/absent", "/../secret", "/%2e%2e/secret", "/..%2fsecret"] {
            assert!(!get(&server, path).starts_with("HTTP/1.1 200"), "{path}");
        }
    }

    #[test]
    fn whoever_accepts_brotli_gets_the_compressed_file_under_the_same_name_and_type() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "plain").unwrap();
        fs::write(folder.path().join("index.html.br"), "packed").unwrap();
        let server = Server::start(folder.path(), 0).unwrap();
        assert!(get(&server, "/").ends_with("plain"));
        let packed = asked(&server, "/", "Accept-Encoding: gzip, br\r\n");
        assert!(
            packed.contains("content-encoding: br\r\n") && packed.contains("content-type: text/html\r\n"),
            "{packed}"
        );
        assert!(packed.ends_with("packed"), "{packed}");
    }

    #[test]
    fn every_one_of_many_open_connections_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        let server = Server::start(folder.path(), 0).unwrap();
        // As a browser does: connections that stay open and say nothing.
        let _idle: Vec<_> = (0..32).map(|_| TcpStream::connect(server.address).unwrap()).collect();
        assert!(get(&server, "/").starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn a_folder_without_a_page_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Server::start(folder.path(), 0).err().unwrap();
        assert!(error.to_string().contains("cargo xtask build"), "{error}");
    }
}

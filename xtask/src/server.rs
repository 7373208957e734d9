//! A web server for the built page on this machine: files of one folder, nothing else.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Result, anyhow};
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, StatusCode};

/// Browsers open about six connections to one host.
const THREADS: usize = 6;

/// A server that is bound to its port.
pub struct Server {
    http: Arc<tiny_http::Server>,
    folder: Arc<PathBuf>,
}

impl Server {
    /// Binds to 127.0.0.1; port 0 takes any free one.
    ///
    /// # Errors
    /// When there is no page in `folder` or the port is taken.
    pub fn bind(folder: PathBuf, port: u16) -> Result<Self> {
        if !folder.join("index.html").is_file() {
            return Err(anyhow!("{} holds no page; build it with `cargo xtask build`", folder.display()));
        }
        let http = tiny_http::Server::http(("127.0.0.1", port))
            .map_err(|error| anyhow!("cannot listen on 127.0.0.1:{port}: {error}; choose another with --port"))?;
        Ok(Self { http: Arc::new(http), folder: Arc::new(folder) })
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("http://{}/", self.http.server_addr())
    }

    /// Answers requests in threads of their own.
    pub fn start(&self) -> Vec<thread::JoinHandle<()>> {
        let threads = (0..THREADS).map(|_| {
            let (http, folder) = (Arc::clone(&self.http), Arc::clone(&self.folder));
            thread::spawn(move || {
                while let Ok(request) = http.recv() {
                    answer(request, &folder);
                }
            })
        });
        threads.collect()
    }

    /// Answers requests until the process is stopped.
    pub fn run(&self) {
        for thread in self.start() {
            // A thread that panicked is not worth stopping the others for.
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, folder: &Path) {
    let known = matches!(request.method(), Method::Get | Method::Head);
    let file = if known { locate(folder, request.url()) } else { None };
    let opened = file.and_then(|path| Some((File::open(&path).ok()?, path)));
    // A reader that has gone away cannot be told.
    let _ = match opened {
        Some((file, path)) => {
            let kind = mime_guess::from_path(&path).first_or_octet_stream();
            let text = kind.type_() == "text" || kind.subtype() == "javascript" || kind.subtype() == "json";
            let kind = if text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
            let mut response = Response::from_file(file);
            // A rebuilt page must not be mixed with the last one.
            for (name, value) in
                [("Content-Type", kind.as_str()), ("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff")]
            {
                if let Ok(header) = Header::from_bytes(name, value) {
                    response.add_header(header);
                }
            }
            request.respond(response)
        }
        None => {
            let status = StatusCode(if known { 404 } else { 405 });
            request.respond(Response::from_string(status.default_reason_phrase()).with_status_code(status))
        }
    };
}

/// The file that `url` names under `folder`; nothing outside of it.
fn locate(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8().ok()?;
    let path = Path::new(path.as_ref());
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(path);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn page() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        fs::write(folder.path().join("a b.wasm"), b"\0asm").unwrap();
        folder
    }

    #[test]
    fn names_are_decoded_and_queries_dropped() {
        let folder = page();
        assert_eq!(locate(folder.path(), "/?layer=3.1"), Some(folder.path().join("index.html")));
        assert_eq!(locate(folder.path(), "/a%20b.wasm"), Some(folder.path().join("a b.wasm")));
        assert_eq!(locate(folder.path(), "/absent"), None);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = page();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        for url in ["/../index.html", "/%2e%2e/index.html", "/..%2findex.html"] {
            assert_eq!(locate(&inner, url), None, "{url}");
        }
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_asks_for() {
        let folder = page();
        let server = Server::bind(folder.path().to_owned(), 0).unwrap();
        server.start();
        let host = server.address().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /a%20b.wasm HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("Content-Type: application/wasm\r\n"), "{answer}");
        assert!(answer.ends_with("\0asm"), "{answer}");
    }
}

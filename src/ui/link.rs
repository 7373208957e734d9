//! The worker as the page holds it: what goes to it, as bytes.

use wasm_bindgen::JsValue;

use crate::ui::browser;
use lambdascope_protocol as protocol;
use lambdascope_protocol::Request;

/// The connection to the engine's worker.
pub struct Link(web_sys::Worker);

impl Link {
    /// Takes over a worker.
    pub fn new(worker: web_sys::Worker) -> Self {
        Self(worker)
    }

    /// Ends the worker, whatever it does.
    pub fn end(self) {
        self.0.terminate();
    }

    /// Sends a request; a file travels beside it as the browser's own object, so that its bytes stay where they are.
    ///
    /// # Errors
    /// The cause in words.
    pub fn send(&self, request: &Request, file: Option<&web_sys::Blob>) -> Result<(), String> {
        self.post(request, file.map(AsRef::as_ref), None)
    }

    /// Sends a request with a frame, which goes over to the engine and is the page's no more.
    ///
    /// # Errors
    /// The cause in words.
    pub fn send_frame(&self, request: &Request, frame: &web_sys::ImageBitmap) -> Result<(), String> {
        self.post(request, Some(frame), Some(frame))
    }

    fn post(&self, request: &Request, enclosed: Option<&JsValue>, handed_over: Option<&JsValue>) -> Result<(), String> {
        let bytes = protocol::encode(request).map_err(|error| error.to_string())?;
        let buffer = js_sys::Uint8Array::from(bytes.as_slice()).buffer();
        let mut message = js_sys::Array::of1(&buffer);
        message.extend(enclosed);
        let mut transferred = js_sys::Array::of1(&buffer);
        transferred.extend(handed_over);
        self.0.post_message_with_transfer(&message, &transferred).map_err(|error| browser::describe(&error))
    }
}

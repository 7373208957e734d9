//! Messages as postcard bytes.

use serde::{Deserialize, Serialize};

/// Encodes a message for the other side.
///
/// # Errors
/// Only if a message holds something postcard cannot write, which no message does.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(message)
}

/// Decodes a message from the other side.
///
/// # Errors
/// If the bytes are no such message, as when page and worker come from different builds.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let request = Request::ClassifySample { id: 7, file: "church.webp".into() };
        let bytes = encode(&request).unwrap();
        assert_eq!(decode::<Request>(&bytes).unwrap(), request);
        assert!(decode::<Request>(&bytes[..2]).is_err());
    }
}

//! UTF-8 that comes in pieces, which may cut a character in two.

/// Turns bytes into text as they come. What is not UTF-8 becomes U+FFFD.
#[derive(Debug, Default)]
pub struct Utf8 {
    /// The beginning of a character whose rest is in a later piece.
    pending: Vec<u8>,
    pub(super) lossy: bool,
}

impl Utf8 {
    /// Shows the text of these bytes; the beginning of a character waits for its rest.
    pub fn decode(&mut self, bytes: &[u8], mut show: impl FnMut(&str)) {
        let joined;
        let mut rest = bytes;
        if !self.pending.is_empty() {
            self.pending.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.pending);
            rest = &joined;
        }
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(valid) => return show(valid),
                Err(error) => {
                    let (valid, broken) = rest.split_at(error.valid_up_to());
                    if let Ok(valid) = std::str::from_utf8(valid) {
                        show(valid);
                    }
                    let Some(length) = error.error_len() else {
                        self.pending = broken.to_vec();
                        return;
                    };
                    self.lossy = true;
                    show("\u{FFFD}");
                    rest = &broken[length..];
                }
            }
        }
    }

    /// Nothing more will come.
    pub fn end(&mut self, mut show: impl FnMut(&str)) {
        if self.forget() > 0 {
            self.lossy = true;
            show("\u{FFFD}");
        }
    }

    /// Forgets what waits; answers how many bytes that was.
    pub(super) fn forget(&mut self) -> usize {
        std::mem::take(&mut self.pending).len()
    }
}

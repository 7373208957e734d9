//! Arrays that blocks of work use for a while, kept for the next.

use spin::Mutex;

/// As many as were ever in use at a time.
pub struct Spares<T>(Mutex<Vec<T>>);

impl<T: Default> Spares<T> {
    /// None so far.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Calls `work` with one that nobody else uses meanwhile.
    pub fn lend(&self, work: impl FnOnce(&mut T)) {
        let spare = self.0.lock().pop();
        let mut spare = spare.unwrap_or_default();
        work(&mut spare);
        self.0.lock().push(spare);
    }
}

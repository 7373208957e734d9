//! Which way of convolving was the fastest on an adapter: it is told by timing a whole network in several ways, which is done
//! once, and may be kept for the next visit ([`known`], [`know`]).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::adapter::Adapter;
use lambdascope_core::kernels::conv::Strategy;

static FASTEST: Mutex<BTreeMap<Adapter, Strategy>> = Mutex::new(BTreeMap::new());

/// The fastest on an adapter, as far as it is known.
pub(super) fn of(adapter: &Adapter) -> Option<Strategy> {
    all().get(adapter).copied()
}

/// Notes the fastest, for all devices of the adapter. In which precision its weights were makes no difference to the order.
pub(super) fn note(adapter: &Adapter, strategy: Strategy) {
    all().insert(adapter.clone(), Strategy { halves: false, ..strategy });
}

/// All that has been found.
pub fn known() -> Vec<(Adapter, Strategy)> {
    all().iter().map(|(adapter, strategy)| (adapter.clone(), *strategy)).collect()
}

/// Takes over what was found before. What was found since stays; what a device does not choose from is never used.
pub fn know(before: Vec<(Adapter, Strategy)>) {
    let mut all = all();
    for (adapter, strategy) in before {
        all.entry(adapter).or_insert(strategy);
    }
}

fn all() -> MutexGuard<'static, BTreeMap<Adapter, Strategy>> {
    FASTEST.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_known_again_and_what_is_newer_stays() {
        let adapter = |name: &str| Adapter { name: name.into(), backend: "webgpu".into(), software: false };
        let [workgroup, registers, quads] = Strategy::GPU;
        note(&adapter("a"), Strategy { halves: true, ..quads });
        assert_eq!(of(&adapter("a")), Some(quads));
        assert!(known().contains(&(adapter("a"), quads)));
        know(vec![(adapter("a"), workgroup), (adapter("b"), registers)]);
        assert_eq!([of(&adapter("a")), of(&adapter("b"))], [Some(quads), Some(registers)]);
        assert_eq!(of(&adapter("c")), None);
    }
}

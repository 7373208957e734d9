//! Which values may share memory: a few slots by liveness, for buffers on the GPU and arrays on the CPU alike.

use crate::nn::graph::{Graph, ValueId};

/// An assignment of every value to a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots {
    /// The slot of each value, by [`ValueId`].
    pub of: Vec<usize>,
    /// The length of each slot, in f32 values.
    pub lengths: Vec<usize>,
}

/// Assigns slots: `kept` values and the inputs have one of their own, so that nothing overwrites them; the others take
/// over a slot whose value nobody reads any more. Inputs and outputs of one kernel are always in different slots.
pub fn assign(graph: &Graph, kept: &[ValueId]) -> Slots {
    const NONE: usize = usize::MAX;
    let mut last_read = vec![0; graph.values.len()];
    for (step, op) in graph.ops.iter().enumerate() {
        for value in op.inputs().into_iter().chain(op.outputs()) {
            last_read[value] = step;
        }
    }
    let own = |value: ValueId| value == graph.input || graph.context == Some(value) || kept.contains(&value);
    let mut slots = Slots { of: vec![NONE; graph.values.len()], lengths: Vec::new() };
    let mut free: Vec<usize> = Vec::new();
    for input in std::iter::once(graph.input).chain(graph.context) {
        place(&mut slots, &mut Vec::new(), graph, input);
    }
    for (step, op) in graph.ops.iter().enumerate() {
        for output in op.outputs() {
            let pool = if own(output) { &mut Vec::new() } else { &mut free };
            place(&mut slots, pool, graph, output);
        }
        let mut done: Vec<ValueId> = op.inputs().into_iter().chain(op.outputs()).collect();
        done.sort_unstable();
        done.dedup();
        free.extend(done.into_iter().filter(|&v| last_read[v] == step && !own(v)).map(|v| slots.of[v]));
    }
    slots
}

/// Puts a value into the free slot whose length fits best, or into a new one.
fn place(slots: &mut Slots, free: &mut Vec<usize>, graph: &Graph, value: ValueId) {
    let length = graph.values[value].len();
    let misfit = |&(_, slot): &(usize, &usize)| slots.lengths[*slot].abs_diff(length);
    let slot = match free.iter().enumerate().min_by_key(misfit).map(|(i, _)| i) {
        Some(i) => free.swap_remove(i),
        None => {
            slots.lengths.push(0);
            slots.lengths.len() - 1
        }
    };
    slots.lengths[slot] = slots.lengths[slot].max(length);
    slots.of[value] = slot;
}

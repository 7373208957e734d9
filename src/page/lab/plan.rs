//! What the laboratory is to measure, and in which order.

use strum::VariantArray;

use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::formula::predicted;
use lambdascope_core::cost::report::{Outcome, Point, Refusal, Report};

/// The address's key for the sizes.
pub const SWEEP: &str = "sweep";
/// The address's key for the layers.
pub const LAYERS: &str = "layers";

/// The last side of a map, to choose from.
pub const LASTS: [usize; 6] = [8, 16, 32, 64, 128, 256];
/// Maps that a time is of, to choose from.
pub const BATCHES: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];
/// d, to choose from.
pub const WIDTHS: [usize; 5] = [32, 64, 128, 256, 512];
/// h, to choose from.
pub const HEADS: [usize; 4] = [1, 2, 4, 8];
/// k, to choose from.
pub const KEY_DEPTHS: [usize; 4] = [4, 8, 16, 32];
/// r, to choose from.
pub const WINDOWS: [usize; 7] = [3, 5, 7, 9, 15, 23, 31];

/// The first side; each is twice the one before.
const FIRST: usize = 8;

/// What is to be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where.
    pub backend: Backend,
    /// The sizes; `side` is the last.
    pub setting: Setting,
    /// Maps that a time is of, one after the other.
    pub batch: usize,
    /// Which layers.
    pub layers: Vec<Contestant>,
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which layer.
    pub contestant: Contestant,
    /// Its sizes.
    pub setting: Setting,
}

impl Plan {
    /// What is measured where nothing else is asked for: all layers on maps of up to 128×128, where a stored map is too much for
    /// most devices.
    pub fn usual(backend: Backend) -> Self {
        Self { backend, setting: Setting::usual(128), batch: 1, layers: Contestant::VARIANTS.to_vec() }
    }

    /// Reads what the address keeps, `usual` where it says nothing or what cannot be chosen.
    pub fn read(sweep: Option<&str>, layers: Option<&str>, usual: Backend) -> Self {
        let plan = Self::usual(usual);
        let asked = sweep.and_then(Self::of_address).unwrap_or(plan.clone());
        let listed = layers.map(|layers| layers.split('~').filter_map(|id| id.parse().ok()).collect::<Vec<_>>());
        let listed = listed.map(|listed| Contestant::VARIANTS.iter().copied().filter(|c| listed.contains(c)).collect());
        Self { layers: listed.unwrap_or(plan.layers), ..asked }
    }

    fn of_address(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let backend = match parts.next()? {
            "gpu" => Backend::Gpu,
            "cpu" => Backend::Cpu,
            _ => return None,
        };
        let mut number = |choices: &[usize]| {
            let number = parts.next()?.parse().ok()?;
            choices.contains(&number).then_some(number)
        };
        let (side, batch, width) = (number(&LASTS)?, number(&BATCHES)?, number(&WIDTHS)?);
        let (heads, key_depth, window) = (number(&HEADS)?, number(&KEY_DEPTHS)?, number(&WINDOWS)?);
        let setting = Setting { side, width, heads, key_depth, window };
        (parts.next().is_none()).then_some(Self { backend, setting, batch, layers: Vec::new() })
    }

    /// The sizes for the address; nothing for the usual ones.
    pub fn sweep(&self, usual: Backend) -> Option<String> {
        let Self { backend, setting: Setting { side, width, heads, key_depth, window }, batch, .. } = self;
        let plan = Self::usual(usual);
        let backend_id = if *backend == Backend::Gpu { "gpu" } else { "cpu" };
        ((*backend, self.setting, *batch) != (plan.backend, plan.setting, plan.batch))
            .then(|| format!("{backend_id}.{side}.{batch}.{width}.{heads}.{key_depth}.{window}"))
    }

    /// The layers for the address; nothing for all of them.
    pub fn listed(&self) -> Option<String> {
        let ids: Vec<&str> = self.layers.iter().map(|contestant| contestant.id()).collect();
        (self.layers != Contestant::VARIANTS).then(|| ids.join("~"))
    }

    /// The sides of the maps.
    pub fn sides(&self) -> Vec<usize> {
        let last = self.setting.side;
        std::iter::successors(Some(FIRST), |side| Some(side * 2)).take_while(|side| *side <= last).collect()
    }

    /// The measurements, the smallest maps first, so that the layers grow side by side.
    pub fn steps(&self) -> Vec<Step> {
        let of_side = |side| {
            let setting = Setting { side, ..self.setting };
            self.layers.iter().map(move |&contestant| Step { contestant, setting })
        };
        self.sides().into_iter().flat_map(of_side).collect()
    }

    /// The sweep before anything was measured.
    pub fn report(&self, device: String, browser: Option<String>) -> Report {
        let Self { backend, setting, batch, .. } = *self;
        Report { backend, device, browser, setting, batch, points: Vec::new() }
    }
}

impl Step {
    /// This measurement as one that has ended before it gave a number.
    pub fn failed(self, cause: String) -> Point {
        let Self { contestant, setting } = self;
        let outcome = Outcome::Refused(Refusal::Failed(cause));
        Point { contestant, side: setting.side, predicted: predicted(contestant, &setting), outcome }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_comes_back_from_the_address() {
        let usual = Plan::usual(Backend::Cpu);
        assert_eq!((usual.sweep(Backend::Cpu), usual.listed()), (None, None));
        assert_eq!(usual.sweep(Backend::Gpu).as_deref(), Some("cpu.128.1.128.4.16.9"));
        let setting = Setting { side: 16, width: 64, heads: 8, key_depth: 8, window: 15 };
        let layers = vec![Contestant::LambdaLocal, Contestant::AttentionStored];
        let plan = Plan { backend: Backend::Gpu, setting, batch: 4, layers };
        let (sweep, listed) = (plan.sweep(Backend::Cpu).unwrap(), plan.listed().unwrap());
        assert_eq!(Plan::read(Some(&sweep), Some(&listed), Backend::Cpu), plan);
        for nonsense in ["gpu.17.1.128.4.16.9", "gpu.16.1.128.4.16", "tpu.16.1.128.4.16.9", "gpu.16.1.128.4.16.9.1", ""]
        {
            assert_eq!(Plan::read(Some(nonsense), None, Backend::Cpu), usual, "{nonsense}");
        }
        assert!(Plan::read(None, Some("nothing"), Backend::Cpu).layers.is_empty());
    }

    #[test]
    fn everything_that_can_be_chosen_is_a_layer() {
        for width in WIDTHS {
            for heads in HEADS {
                for key_depth in KEY_DEPTHS {
                    for window in WINDOWS {
                        let setting = Setting { side: LASTS[LASTS.len() - 1], width, heads, key_depth, window };
                        assert_eq!(setting.check(), Ok(()));
                    }
                }
            }
        }
    }

    #[test]
    fn small_maps_come_first() {
        let plan = Plan { layers: vec![Contestant::LambdaLocal, Contestant::Convolution], ..Plan::usual(Backend::Cpu) };
        let steps = plan.steps();
        assert_eq!((plan.sides(), steps.len()), (vec![8, 16, 32, 64, 128], 10));
        assert_eq!([steps[0].setting.side, steps[1].setting.side, steps[2].setting.side], [8, 8, 16]);
    }
}

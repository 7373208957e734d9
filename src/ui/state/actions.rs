//! What changes the page's signals: answers that arrive, and what the visitor chooses.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::address::Address;
use crate::page::place::{Move, Place};
use crate::page::tour::TOUR;
use crate::ui::state::networks::NetworkSignals;
use crate::ui::state::selection::layer_at;
use crate::ui::state::{Phase, State};
use lambdascope_core::answer::Answer;
use lambdascope_core::catalogue::Source;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::scale;
use lambdascope_explain::read::scale::Coverage;
use lambdascope_protocol::Request;

impl State {
    /// The remembered address: what it said when the page was opened, then what was written last.
    pub fn address(self) -> Address {
        self.address.get_value()
    }

    /// Remembers an address.
    pub fn remember(self, address: Address) {
        self.address.set_value(address);
    }

    /// Sends the engine a request, with a file beside it where one belongs to it.
    pub fn send(self, request: &Request, file: Option<&web_sys::Blob>) {
        let sent = self.link.with_value(|link| match link {
            Some(link) => link.send(request, file),
            None => Err("there is no worker".to_owned()),
        });
        if let Err(cause) = sent {
            self.fail(format!("The engine cannot be reached ({cause}). Reload the page."));
        }
    }

    /// Sends the engine a frame, which is the engine's from then on.
    pub fn send_frame(self, request: &Request, frame: &web_sys::ImageBitmap) {
        self.link.with_value(|link| match link {
            Some(link) => {
                if let Err(cause) = link.send_frame(request, frame) {
                    leptos::logging::warn!("a frame did not reach the engine: {cause}");
                }
            }
            None => frame.close(),
        });
    }

    /// Says that nothing will run.
    pub fn fail(self, message: String) {
        self.busy.set(false);
        self.networks.loading.set(None);
        self.phase.set(Phase::Failed(message));
    }

    /// Shows an answer at the place that was shown before, or that the address names. The first answer of another network
    /// brings that network on screen.
    pub fn show(self, answer: Answer) {
        let own = self.answer.get_untracked();
        let is_wanted = self.change_network(answer.network);
        let kept = match (&own, self.pinned.get_untracked()) {
            (Some(own), Some(place)) if own.network == answer.network => Some(place),
            (Some(own), Some(place)) if !is_wanted => Some(place.in_network(&own.trace, &answer.trace)),
            _ => None,
        };
        let fits = |place: &Place| layer_at(&answer, *place).is_some();
        let place = kept.filter(fits).or_else(|| Place::of_address(&self.address(), &answer.trace));
        if own.is_none()
            && let Some(sentence) = Place::missing(&self.address(), &answer.trace)
        {
            self.say_of_address(sentence);
        }
        if own.is_some_and(|own| own.network != answer.network) {
            self.hovered.set(None);
            self.pointed.set(None);
        }
        if let Some(computed) = &answer.computed {
            self.report.set(Some(computed.report.clone()));
        }
        // What follows a moving query follows a moving picture; what is read, or heard, waits until both rest.
        if self.live.runs.get_untracked() {
            self.motion.go();
        } else {
            self.motion.stop();
        }
        self.answer.set(Some(Arc::new(answer)));
        self.pinned.set(place);
    }

    /// Says something of the address that the page was opened with, beside what was said before.
    pub fn say_of_address(self, sentence: String) {
        self.address_notice.update(|notice| {
            *notice = Some(match notice.take() {
                Some(before) => format!("{before} {sentence}"),
                None => sentence,
            });
        });
    }

    /// Shows nothing any more: the network that runs now cannot take the picture that was on screen.
    pub fn show_nothing(self) {
        self.motion.stop();
        self.change_network(self.engine_load.get_untracked());
        self.pinned.set(None);
        self.answer.set(None);
        self.answered.set(None);
        self.picture.set(None);
    }

    /// Brings the network of this load on screen, if the engine has come to run it since; whether it is the one that the
    /// address named.
    fn change_network(self, load: u64) -> bool {
        let NetworkSignals { next, running, wanted, .. } = self.networks;
        if next.with_value(|next| next.as_ref().is_some_and(|next| next.load == load)) {
            running.set(next.try_update_value(Option::take).flatten());
        }
        let source = running.with_untracked(|running| running.as_ref().map(|running| running.source.clone()));
        let named = matches!(&source, Some(Source::Known { name }) if wanted.get_untracked().as_ref() == Some(name));
        // A visitor who loads another network has chosen.
        if named || load > 0 {
            wanted.set(None);
        }
        named
    }

    /// Moves the pinned place.
    pub fn step(self, by: Move) {
        self.hover(None);
        self.motion.go();
        if let (Some(answer), Some(place)) = (self.answer.get_untracked(), self.pinned.get_untracked()) {
            self.pinned.set(Some(place.moved(by, &answer.trace)));
        }
    }

    /// Shows the query under the pointer, `[y, x]`, in place of the pinned one.
    pub fn hover(self, query: Option<[usize; 2]>) {
        if self.hovered.get_untracked() != query {
            self.motion.go();
            self.hovered.set(query);
        }
    }

    /// Pins a place, of whatever layer.
    pub fn go(self, place: Place) {
        self.hovered.set(None);
        self.pinned.set(Some(place));
    }

    /// Pins a query, `[y, x]`.
    pub fn pin(self, [y, x]: [usize; 2]) {
        self.hover(None);
        self.motion.go();
        self.pinned.update(|place| {
            if let Some(place) = place {
                place.query = Query { y, x, ..place.query };
            }
        });
    }

    /// Chooses a layer by its place in the trace.
    pub fn choose_layer(self, layer: usize) {
        if let (Some(answer), Some(place)) = (self.answer.get_untracked(), self.pinned.get_untracked()) {
            self.go(place.in_layer(layer, &answer.trace));
        }
    }

    /// Chooses what the scale covers; a fixed one stands where the scale stands now.
    pub fn choose_coverage(self, coverage: Coverage) {
        if coverage == Coverage::Fixed {
            let largest =
                self.selection.reading.read_untracked().as_ref().map(|reading| scale::query_limit(&reading.attention));
            let now = self.selection.shared_limit.get_untracked().or(largest).filter(|limit| *limit > 0.0);
            self.fixed_limit.set(now.unwrap_or(1.0));
        }
        self.coverage.set(coverage);
    }

    /// Keeps something for a view under a key of the address, or nothing under `None`.
    pub fn set_parameter(self, key: &str, value: Option<String>) {
        self.parameters.update(|parameters| {
            match value {
                Some(value) => parameters.insert(key.to_owned(), value),
                None => parameters.remove(key),
            };
        });
    }

    /// Begins the tour where the visitor was last.
    pub fn begin_tour(self) {
        self.go_to_stop(self.tour.resumes_at());
    }

    /// Goes to a stop of the tour, counted from 0.
    pub fn go_to_stop(self, at: usize) {
        self.set_parameter(TOUR, Some((at + 1).to_string()));
    }

    /// Leaves the tour; this device remembers where.
    pub fn leave_tour(self) {
        self.set_parameter(TOUR, None);
    }

    /// Chooses a head.
    pub fn choose_head(self, head: usize) {
        self.pinned.update(|place| {
            if let Some(place) = place {
                place.query.head = head;
            }
        });
    }

    /// Chooses which of the intra-depth's maps are shown.
    pub fn choose_u(self, u: usize) {
        self.pinned.update(|place| {
            if let Some(place) = place {
                place.query.u = u;
            }
        });
    }
}

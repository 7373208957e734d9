//! A live picture: one frame at a time through the engine, always the newest, none waiting in line; what stops it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::page::live::{Rates, Shown, Stopped};
use crate::page::view::View;
use crate::ui::browser;
use crate::ui::browser::media;
use crate::ui::engine::{beside, evidence};
use crate::ui::state::live::{Flight, LiveSignals, Source};
use crate::ui::state::{Asked, Phase, PictureChoice, State};
use lambdascope_protocol::Request;
use send_wrapper::SendWrapper;

/// So many frames in a row that could not be taken are no accident.
const MISSED: u32 = 5;

/// Milliseconds between two changes of the figures on screen.
const FIGURES: f64 = 500.0;

/// Begins a live picture in place of another.
pub fn begin(state: State, source: Source) {
    let LiveSignals { before, runs, mirrored, still, rates, figures, .. } = state.live;
    release(state);
    let shown = state.picture.get_untracked();
    before.set_value(shown.filter(|picture| !matches!(picture, PictureChoice::Live { .. })));
    mirrored.set(match &source {
        Source::Camera(stream) => media::faces_the_visitor(stream),
        Source::File { .. } => false,
    });
    still.set(None);
    state.live.missed.set_value(0);
    rates.set_value(Rates::default());
    figures.set(None);
    state.problem.set(None);
    let name = source.name().to_owned();
    if !state.view.get_untracked().follows_live() {
        state.view.set(View::default());
    }
    state.live.source.set(Some(source));
    // Where little motion is asked for it stands still until the visitor lets it go.
    let is_calm = browser::is_calm();
    runs.set(!is_calm);
    if !is_calm {
        state.picture.set(Some(PictureChoice::Live { name }));
    }
}

/// Ends it and goes back to what was on screen before.
pub fn end(state: State) {
    let before = state.live.before.get_value();
    let is_shown = shows_live(state);
    release(state);
    if let (true, Some(before)) = (is_shown, before) {
        state.picture.set(Some(before));
    }
}

/// Whether what is on screen, or on its way there, is of the live picture.
fn shows_live(state: State) -> bool {
    untrack(|| state.live.has(state.picture.read().as_ref()))
}

/// Stops it by itself: its last frame stays as a picture, and why is said.
pub fn stop(state: State, video: Option<&web_sys::HtmlVideoElement>, why: Stopped) {
    let Some(source) = state.live.source.get_untracked() else { return };
    let is_shown = shows_live(state);
    // Before the tracks end, and with them what they show.
    if let (true, true, Some(video)) = (is_shown, state.live.runs.get_untracked(), video) {
        freeze(state, video);
    }
    release(state);
    if is_shown {
        state.problem.set(Some(why.sentence(source.is_camera()).to_owned()));
    }
}

/// Gives camera or file back; the frame on screen stays.
pub fn release(state: State) {
    let source = state.live.source.try_update(Option::take).flatten();
    state.live.runs.set(false);
    state.live.flight.set_value(None);
    match source {
        Some(Source::Camera(stream)) => media::tracks(&stream).iter().for_each(web_sys::MediaStreamTrack::stop),
        Some(Source::File { url, .. }) => drop(web_sys::Url::revoke_object_url(&url)),
        None => {}
    }
}

/// Holds the present frame, which is from now on a picture like any other.
pub fn freeze(state: State, video: &web_sys::HtmlVideoElement) {
    state.live.runs.set(false);
    state.live.figures.set(state.live.rates.with_value(Rates::figures));
    state.live.rates.update_value(Rates::pause);
    if !untrack(|| state.live.is_camera()) {
        // Nothing is lost where it goes on playing.
        let _ = video.pause();
    }
    take(state, video, |state, name, file| {
        let still = PictureChoice::Own { name, file: SendWrapper::new(file), region: None };
        state.live.still.set(Some(still.clone()));
        state.picture.set(Some(still));
    });
}

/// Lets it go on.
pub fn go_on(state: State, video: &web_sys::HtmlVideoElement) {
    let Some(name) = state.live.name() else { return };
    media::play(video);
    state.live.runs.set(true);
    state.picture.set(Some(PictureChoice::Live { name }));
}

/// Takes the present frame as a file and does something with it and its name.
pub fn take(
    state: State,
    video: &web_sys::HtmlVideoElement,
    then: impl FnOnce(State, String, web_sys::Blob) + 'static,
) {
    let name = state.live.source.with_untracked(|source| match source {
        Some(Source::File { name, .. }) => format!("frame of {name}"),
        _ => "camera picture".to_owned(),
    });
    let drawn = media::draw(video, state.live.mirrored.get_untracked());
    spawn_local(async move {
        let file = match drawn {
            Ok(canvas) => browser::canvas::png(&canvas).await.map_err(|error| browser::describe(&error)),
            Err(cause) => Err(cause),
        };
        match file {
            Ok(file) => then(state, name, file),
            Err(cause) => state.problem.set(Some(format!("The picture could not be taken: {cause}."))),
        }
    });
}

/// What is done with every frame of the screen: takes the newest of the video if the engine has nothing of this picture to do.
/// `last` is the video's time of the frame before.
pub fn tick(state: State, video: &web_sys::HtmlVideoElement, last: StoredValue<f64>) {
    let LiveSignals { flight, is_taking, runs, .. } = state.live;
    note_shown(state);
    if !runs.get_untracked() || is_taking.get_value() || *state.phase.read_untracked() != Phase::Ready {
        return;
    }
    if flight.get_value().is_some() && !untrack(|| is_done(state)) {
        return;
    }
    let time = video.current_time();
    if !media::shows_something(video) || last.get_value() == time {
        return;
    }
    last.set_value(time);
    is_taking.set_value(true);
    let (video, taken_at) = (video.clone(), browser::now());
    spawn_local(async move {
        let bitmap = media::bitmap(&video).await;
        is_taking.set_value(false);
        match bitmap {
            Ok(bitmap) => {
                state.live.missed.set_value(0);
                if runs.get_untracked() { send(state, &bitmap, taken_at) } else { bitmap.close() }
            }
            Err(error) => miss(state, &browser::describe(&error)),
        }
    });
}

/// A frame could not be taken. The next may be; where none can, that is said.
fn miss(state: State, cause: &str) {
    let missed = state.live.missed.get_value() + 1;
    state.live.missed.set_value(missed);
    if missed == MISSED {
        state.live.runs.set(false);
        state
            .problem
            .set(Some(format!("This browser gives no frames of this video ({cause}). Take a picture instead.")));
    }
}

fn send(state: State, bitmap: &web_sys::ImageBitmap, taken_at: f64) {
    let Some(name) = state.live.name() else { return };
    let id = state.asked.with_value(|asked| asked.id) + 1;
    let now = browser::now();
    state.asked.set_value(Asked { id, picture: Some(PictureChoice::Live { name }), at: now });
    state.live.flight.set_value(Some(Flight { id, taken_at, taking: now - taken_at, is_shown: false }));
    state.send_frame(&Request::Frame { id, mirrored: state.live.mirrored.get_untracked() }, bitmap);
}

/// Takes down what there is to say of a frame that has just come on screen.
fn note_shown(state: State) {
    let LiveSignals { flight, rates, figures, .. } = state.live;
    let Some(own) = flight.get_value().filter(|own| !own.is_shown) else { return };
    let engine = state.answer.with_untracked(|answer| {
        let answer = answer.as_ref().filter(|answer| answer.id == own.id)?;
        answer.computed.as_ref().map(|computed| computed.timings)
    });
    let Some(engine) = engine else { return };
    let now = browser::now();
    flight.set_value(Some(Flight { is_shown: true, ..own }));
    rates.update_value(|rates| rates.add(Shown { at: now, taking: own.taking, engine, whole: now - own.taken_at }));
    let shown_at = state.live.said_at;
    if now - shown_at.get_value() >= FIGURES {
        shown_at.set_value(now);
        figures.set(rates.with_value(Rates::figures));
    }
}

/// Whether the engine has done all that was asked of the frame: its answer, and what the views have asked about it since. Another
/// picture's id means that it was overtaken.
fn is_done(state: State) -> bool {
    let Some(Flight { id, is_shown, .. }) = state.live.flight.get_value() else { return true };
    if state.asked.with_value(|asked| asked.id != id) {
        return true;
    }
    let beside = || {
        let there = state.beside.running.read().is_some() && state.view.get() == View::Lens;
        !there || state.beside.failure.read().is_some() || beside::answer(state).is_some()
    };
    let evidence = || {
        let chosen = (state.view.get() == View::Evidence).then(|| evidence::chosen(state)).flatten();
        chosen.is_none_or(|chosen| chosen.classes().all(|class| evidence::of_class(state, class).is_some()))
    };
    is_shown && !state.what_if.busy.get() && beside() && evidence()
}

/// Takes the failure of a frame: the live picture stands still, since the next would fail as well. Whether it was one.
pub fn failed(state: State, id: u64) -> bool {
    let is_frame = state.live.flight.get_value().is_some_and(|own| own.id == id);
    if is_frame {
        state.live.flight.set_value(None);
        state.live.runs.set(false);
    }
    is_frame
}

//! A live picture in numbers: how many frames a second, and where the time of a frame goes.

use std::collections::VecDeque;

use lambdascope_core::answer::Timings;

/// Frames that the figures are of, the last ones.
const KEPT: usize = 24;

/// A frame that was shown; all in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// When, since the page was opened.
    pub at: f64,
    /// Taking it out of the video.
    pub taking: f64,
    /// Its stages in the engine.
    pub engine: Timings,
    /// From the moment that it was taken to the screen.
    pub whole: f64,
}

/// The last frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    last: VecDeque<Shown>,
    count: u64,
}

/// What is said of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Frames shown since the live picture began.
    pub count: u64,
    /// Frames a second.
    pub rate: f64,
    /// Milliseconds from taking a frame to the screen, on average, and what of them is taking it, reading its pixels, resizing
    /// and the network; the rest is messages and drawing.
    pub whole: f64,
    /// Taking.
    pub taking: f64,
    /// Its stages in the engine.
    pub engine: Timings,
}

impl Rates {
    /// Adds a frame.
    pub fn add(&mut self, frame: Shown) {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(frame);
        self.count += 1;
    }

    /// What comes next has nothing to do with what was, as after a pause; the count goes on.
    pub fn pause(&mut self) {
        self.last.clear();
    }

    /// The figures; none before two frames.
    pub fn figures(&self) -> Option<Figures> {
        let (first, last) = (self.last.front()?, self.last.back()?);
        let frames = self.last.len() as f64;
        let span = last.at - first.at;
        if span <= 0.0 {
            return None;
        }
        let mean = |of: fn(&Shown) -> f64| self.last.iter().map(of).sum::<f64>() / frames;
        Some(Figures {
            count: self.count,
            rate: (frames - 1.0) / span * 1e3,
            whole: mean(|frame| frame.whole),
            taking: mean(|frame| frame.taking),
            engine: Timings {
                decode: mean(|frame| frame.engine.decode),
                preprocess: mean(|frame| frame.engine.preprocess),
                network: mean(|frame| frame.engine.network),
            },
        })
    }
}

impl Figures {
    /// Messages and drawing: what is no stage of its own.
    pub fn rest(&self) -> f64 {
        let Timings { decode, preprocess, network } = self.engine;
        (self.whole - self.taking - decode - preprocess - network).max(0.0)
    }

    /// Frames a second in words.
    pub fn rate_text(&self) -> String {
        if self.rate < 9.95 {
            format!("{:.1} frames a second", self.rate)
        } else {
            format!("{:.0} frames a second", self.rate)
        }
    }

    /// Where the time goes, in words.
    pub fn stages_text(&self) -> String {
        let Timings { decode, preprocess, network } = self.engine;
        format!(
            "{:.0}\u{a0}ms from camera to screen: taking {:.0}, reading {:.0}, resizing {:.0}, network {:.0}, telling and drawing {:.0}",
            self.whole,
            self.taking,
            decode,
            preprocess,
            network,
            self.rest(),
        )
    }
}

/// Why a live picture stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The visitor looked at something else.
    Hidden,
    /// The view shows one picture at rest.
    View,
    /// The camera was unplugged or taken away.
    Lost,
}

impl Stopped {
    /// What is said then of a camera, or of a video file.
    pub fn sentence(self, is_camera: bool) -> &'static str {
        match (self, is_camera) {
            (Self::Hidden, true) => {
                "The camera was switched off while the page was out of sight; its last frame is shown."
            }
            (Self::Hidden, false) => "The video stopped while the page was out of sight; its last frame is shown.",
            (Self::View, true) => {
                "The camera was switched off: this view takes a picture apart that stays as it is, its last frame."
            }
            (Self::View, false) => {
                "The video stopped: this view takes a picture apart that stays as it is, its last frame."
            }
            (Self::Lost, true) => {
                "The camera is gone; its last frame is shown. Plug it in, or allow it again, and start anew."
            }
            (Self::Lost, false) => "The video cannot be played any further; its last frame is shown.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(at: f64, network: f64) -> Shown {
        let engine = Timings { decode: 2.0, preprocess: 3.0, network };
        Shown { at, taking: 1.0, engine, whole: network + 10.0 }
    }

    #[test]
    fn the_rate_is_of_the_last_frames() {
        let mut rates = Rates::default();
        assert_eq!(rates.figures(), None);
        rates.add(frame(0.0, 20.0));
        assert_eq!(rates.figures(), None, "one frame has no rate");
        for i in 1..=10 {
            rates.add(frame(f64::from(i) * 50.0, 20.0));
        }
        let figures = rates.figures().unwrap();
        assert_eq!((figures.count, figures.rate, figures.whole, figures.rest()), (11, 20.0, 30.0, 4.0));
        assert_eq!(figures.rate_text(), "20 frames a second");
        assert!(figures.stages_text().starts_with("30\u{a0}ms from camera to screen: taking 1, reading 2,"));
        // A second later it is slower, and in the end nothing is left of what was.
        for i in 0..KEPT {
            rates.add(frame(1500.0 + 250.0 * i as f64, 240.0));
        }
        assert_eq!(rates.figures().unwrap().rate_text(), "4.0 frames a second");
    }

    #[test]
    fn a_pause_is_no_slow_frame() {
        let mut rates = Rates::default();
        [0.0, 100.0].iter().for_each(|at| rates.add(frame(*at, 20.0)));
        rates.pause();
        assert_eq!(rates.figures(), None);
        [60_000.0, 60_100.0].iter().for_each(|at| rates.add(frame(*at, 20.0)));
        let figures = rates.figures().unwrap();
        assert_eq!((figures.count, figures.rate.round()), (4, 10.0));
    }

    #[test]
    fn whatever_stopped_it_is_said_of_cameras_and_files() {
        for stopped in [Stopped::Hidden, Stopped::View, Stopped::Lost] {
            assert!(stopped.sentence(true).starts_with("The camera"));
            assert!(stopped.sentence(false).starts_with("The video"));
        }
    }
}

//! What is on screen, to be shared: its link, a frame of it for a lesson, its state as a file.

use leptos::prelude::*;
use strum::VariantArray;

use crate::page::address::Address;
use crate::page::lesson::{Control, FrameFigure, Lesson};
use crate::page::state_file;
use crate::ui::browser;
use crate::ui::shell::history::on_screen;
use crate::ui::state::{PictureChoice, State};
use crate::ui::widgets::text_to_copy::TextToCopy;

/// The buttons, folded away.
#[component]
pub fn Share() -> impl IntoView {
    let state = State::here();
    let said = RwSignal::new(String::new());
    // What the clipboard did not take.
    let uncopied = RwSignal::new(None::<String>);
    let copy = move |what: &'static str, text: String| {
        let is_own = matches!(*state.picture.read_untracked(), Some(PictureChoice::Own { .. }));
        let lacks =
            if is_own { " It cannot carry your own picture: whoever opens it sees a sample instead." } else { "" };
        leptos::task::spawn_local(async move {
            uncopied.set(None);
            match browser::copy(&text).await {
                Ok(()) => said.set(format!("{what} copied.{lacks}")),
                Err(cause) => {
                    said.set(format!(
                        "{what} not copied: {cause}. It is selected below, ready to be copied by hand.{lacks}"
                    ));
                    uncopied.set(Some(text));
                }
            }
        });
    };
    // What a shared link leaves out: chosen here, and not done to this page, on which it could not be taken back.
    let hidden = RwSignal::new(state.lesson.with_untracked(|lesson| lesson.hidden.clone()));
    let figure = RwSignal::new(None::<FrameFigure>);
    let link = move |embed: bool| {
        let lesson = Lesson {
            hidden: hidden.get_untracked(),
            figure: figure.get_untracked().filter(|_| embed),
            presents: false,
        };
        browser::link(&Address { embed, lesson, ..untrack(|| address(state)) })
    };
    let frame = move || {
        let source = link(true).replace('&', "&amp;");
        let [width, height] = if figure.get_untracked().is_some() { [440, 600] } else { [1100, 900] };
        format!(
            r#"<iframe src="{source}" width="{width}" height="{height}" title="lambdascope" loading="lazy"></iframe>"#
        )
    };
    let present = move |_| {
        state.lesson.update(|lesson| lesson.presents = true);
        // The view is where the visitor's keys should go.
        browser::focus(document().query_selector("#view [tabindex='0']").ok().flatten());
    };
    let left_out = move |control: Control| {
        view! {
            <label class="switch">
                <input
                    type="checkbox"
                    prop:checked=move || hidden.read().contains(&control)
                    on:change=move |event| hidden.update(|hidden| {
                        if event_target_checked(&event) { hidden.insert(control) } else { hidden.remove(&control) };
                    })
                />
                {control.title()}
            </label>
        }
    };
    let figures =
        || FrameFigure::VARIANTS.iter().map(|own| view! { <option value=own.id()>{own.id()}</option> }).collect_view();
    let save = move || {
        let running = state.networks.running.get_untracked();
        let answer = state.answer.get_untracked();
        let (Some(running), Some(answer)) = (running, answer) else {
            said.set("There is no state to save before the first result.".to_owned());
            return;
        };
        let picture = state.answered.get_untracked();
        let report = state.report.get_untracked();
        let address = untrack(|| address(state));
        let text = state_file::json(
            &address,
            &running.card,
            picture.as_ref().map(|picture| picture.name()),
            report.as_ref(),
            &answer.predictions,
        );
        let saved = text.map_err(|error| error.to_string());
        let saved = saved.and_then(|text| browser::save("lambdascope.json", "application/json", text.as_bytes()));
        said.set(match saved {
            Ok(()) => "The state was saved as lambdascope.json.".to_owned(),
            Err(cause) => format!("The state could not be written: {cause}."),
        });
    };
    view! {
        <details class="fold share" data-testid="share">
            <summary>"Share"</summary>
            <div class="export" role="group" aria-label="Share what is on screen">
                <button type="button" class="button" data-testid="share-link" on:click=move |_| copy("The link was", link(false))>
                    "Copy the link"
                </button>
                <button type="button" class="button" data-testid="share-frame" on:click=move |_| copy("The frame was", frame())>
                    "Copy a frame for a lesson"
                </button>
                <button type="button" class="button" data-testid="present" on:click=present>
                    "Present this view"
                </button>
                <button type="button" class="button" data-testid="share-state" on:click=move |_| save()>
                    "Save the state as JSON"
                </button>
            </div>
            <fieldset class="left-out" data-testid="share-hide">
                <legend><span>"Left out of the link and the frame"</span></legend>
                {Control::VARIANTS.iter().copied().map(left_out).collect_view()}
            </fieldset>
            <label class="left-out">
                "The frame shows "
                <select
                    class="button"
                    data-testid="share-figure"
                    on:change=move |event| figure.set(event_target_value(&event).parse().ok())
                >
                    <option value="">"the whole view"</option>
                    {figures()}
                </select>
            </label>
            <p class="quiet" role="status" data-testid="share-said">{said}</p>
            {move || uncopied.get().map(|text| view! { <TextToCopy text label="The text to copy" /> })}
        </details>
    }
}

/// The address of what is on screen; before the first result that of the page. Tracks it.
fn address(state: State) -> Address {
    on_screen(state).unwrap_or_else(|| state.address())
}

/// In a lesson's frame, where the controls are hidden: what is shown, and the way to the whole page.
#[component]
pub fn FrameFoot() -> impl IntoView {
    let state = State::here();
    let place = move || {
        let place = state.selection.place.get()?;
        let name = state.with_layer(|layer| layer.name().to_owned())?;
        Some(format!("{}, {name}, head {}", state.setting.get(), place.query.head))
    };
    let whole = move || browser::link(&Address { embed: false, lesson: Lesson::default(), ..address(state) });
    view! {
        <footer class="frame-foot" data-testid="frame-foot">
            <span>{place}</span>
            <a href=whole target="_blank" rel="noopener">"Open in lambdascope"</a>
        </footer>
    }
}

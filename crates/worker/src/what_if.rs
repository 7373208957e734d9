//! Running the network changed, or on a changed picture, beside the one whose answer is on the page.

use std::borrow::Cow;

use super::scope::post;
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::picture::PictureEdit;
use lambdascope_engine::{Edited, Engine, FIRST, Seen, predictions, ranked_softmax};
use lambdascope_protocol::{Response, WhatIfAnswer};

/// A question that waits for its answer.
pub struct Question {
    /// The request's id.
    pub id: u64,
    /// The answer whose picture is meant.
    pub answer: u64,
    /// What is changed in the network.
    pub edits: Edits,
    /// What is changed in the picture.
    pub picture: PictureEdit,
}

/// Answers, whatever comes of it. The changed network is kept in `twin` for the next question with the same changes.
pub async fn what_if(engine: &Engine, seen: Option<&Seen>, twin: &mut Option<Edited>, question: Question) {
    let id = question.id;
    match run(engine, seen, twin, question).await {
        Ok(answer) => post(&Response::WhatIf(answer)),
        Err(message) => post(&Response::WhatIfFailed { id, message }),
    }
}

async fn run(
    engine: &Engine,
    seen: Option<&Seen>,
    twin: &mut Option<Edited>,
    Question { id, answer, edits, picture }: Question,
) -> Result<WhatIfAnswer, String> {
    let Some(seen) = seen.filter(|seen| seen.id == answer) else {
        return Err("The picture has changed since then. Try again.".into());
    };
    let input = if picture.is_empty() {
        Cow::Borrowed(&seen.input)
    } else {
        Cow::Owned(engine.network().description.input.normalise(&picture.apply(&seen.crop)))
    };
    // A network and all its arrays a second time is enough: the old one goes before the new one comes.
    if twin.as_ref().is_some_and(|twin| *twin.edits() != edits) {
        *twin = None;
    }
    let twin = match twin {
        Some(twin) => twin,
        None => twin.insert(engine.edited(&edits).await.map_err(|error| format!("This cannot be tried: {error}."))?),
    };
    let run = twin.run(&input).await.map_err(|error| format!("This cannot be tried: {error}."))?;
    let predictions = predictions(&engine.network().description.labels, &run.logits);
    let mut classes: Vec<usize> =
        ranked_softmax(&seen.logits).into_iter().take(FIRST).map(|(class, _)| class).collect();
    classes.extend(predictions.first().map(|first| first.class).filter(|first| !classes.contains(first)));
    let evidence = twin.evidence(&run, classes);
    Ok(WhatIfAnswer { id, predictions, evidence, milliseconds: run.milliseconds, backend: run.backend })
}

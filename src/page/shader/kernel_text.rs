//! What can be said of a kernel: its title, its equation in parts that belong to lines of its shader, and edits to try.

/// A kernel and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct KernelText {
    /// The stem of its file.
    pub kernel: &'static str,
    /// What the step does, in a few words.
    pub title: &'static str,
    /// Its equation: MathML, with an `<mrow data-part="…">` for each part.
    pub equation: &'static str,
    /// The same in PyTorch, with the einsums that the paper's readers know it by. `training/tests/test_shown_code.py` runs it.
    pub pytorch: &'static str,
    /// The parts, in the order in which the shader comes to them.
    pub parts: &'static [EquationPart],
    /// Edits to try.
    pub tries: &'static [Try],
}

/// A part of an equation.
#[derive(Debug, PartialEq, Eq)]
pub struct EquationPart {
    /// Its name in the equation.
    pub id: &'static str,
    /// What it is.
    pub text: &'static str,
    /// What the lines that compute it contain.
    pub lines: &'static [&'static str],
}

/// An edit to try.
#[derive(Debug, PartialEq, Eq)]
pub struct Try {
    /// What it does.
    pub text: &'static str,
    /// What is replaced wherever it stands, and by what.
    pub replacements: &'static [[&'static str; 2]],
}

impl KernelText {
    /// The lines of a source, from 0, that compute a part.
    pub fn lines(&self, part: &str, source: &str) -> Vec<usize> {
        let Some(part) = self.parts.iter().find(|own| own.id == part) else { return Vec::new() };
        let holds =
            |line: &str| !line.trim_start().starts_with("//") && part.lines.iter().any(|text| line.contains(text));
        source.lines().enumerate().filter(|(_, line)| holds(line)).map(|(at, _)| at).collect()
    }

    /// The part that a line computes, if it is one's.
    pub fn part_of(&self, line: &str) -> Option<&'static str> {
        self.parts.iter().find(|part| part.lines.iter().any(|text| line.contains(text))).map(|part| part.id)
    }
}

impl Try {
    /// The source with the edit made, if everything that it replaces is there.
    pub fn on(&self, source: &str) -> Option<String> {
        self.replacements
            .iter()
            .try_fold(source.to_owned(), |source, [from, to]| source.contains(from).then(|| source.replace(from, to)))
    }
}

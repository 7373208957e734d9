//! Where in a checkpoint the network stands: below which prefix, in which of two copies, and what else is in the file.
//!
//! People save more than a network's own state dict: wrapped for several devices (`module.`) or compiled (`_orig_mod.`), as a
//! part of a larger module (`model.`, `backbone.`), as a training run's whole state (`state_dict.`, `optimizer.`), with an
//! averaged copy beside it (`state_dict_ema.`, `ema_model.module.`). Whatever the words and however nested, the network is
//! below the prefix of the tensor that every such network begins with. Of two copies the averaged one is taken: it is what
//! timm evaluates after training and what its `load_checkpoint` takes unless told otherwise. More than that is not guessed.

use std::collections::BTreeSet;

use crate::nn::error::WeightsError;

/// What may stand between a prefix and a tensor's own name.
const SEPARATORS: [char; 2] = ['.', '/'];

/// The words by which the prefix of an averaged copy is known.
const AVERAGED: [&str; 3] = ["ema", "swa", "averaged"];

/// Where the network stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// What stands before its tensors' names, separator included.
    pub prefix: String,
    /// What was chosen and left out, a sentence each.
    pub notes: Vec<String>,
}

impl Root {
    /// The root of the network, or layer, among tensors of these names: where one of those stands that it begins with. At
    /// the top level if there is none.
    ///
    /// # Errors
    /// [`WeightsError::Several`] if there are several, and not just one with its averaged copy.
    pub fn find(names: &[&str], first: &[&str]) -> Result<Self, WeightsError> {
        let prefixes = |name: &&'_ str| first.iter().find_map(|first| prefix(name, first)).map(str::to_owned);
        let roots: BTreeSet<String> = names.iter().filter_map(prefixes).collect();
        let (averaged, plain): (Vec<&String>, Vec<&String>) = roots.iter().partition(|root| is_averaged(root));
        let (root, copy) = match (&averaged[..], &plain[..]) {
            ([], []) => return Ok(Self::default()),
            ([root], []) | ([], [root]) => (*root, None),
            ([root], [copy]) => (*root, Some(*copy)),
            _ => return Err(WeightsError::Several { prefixes: roots.into_iter().collect() }),
        };
        let others = names.iter().filter(|name| !name.starts_with(root.as_str()));
        let others = others.filter(|name| copy.is_none_or(|copy| !name.starts_with(copy.as_str())));
        let mut notes = Vec::new();
        match copy.map(String::as_str) {
            Some("") => notes.push(format!(
                "The file holds two copies of the network: the averaged one under `{root}` is used, everything else is not."
            )),
            Some(copy) => notes.push(format!(
                "The file holds two copies of the network: the averaged one under `{root}` is used, the one under `{copy}` is \
                 not."
            )),
            None if !root.is_empty() => {
                notes.push(format!("The prefix `{root}` was left off the names of the file’s tensors."));
            }
            None => {}
        }
        notes.extend(left_out(root, &others.copied().collect::<Vec<_>>()));
        Ok(Self { prefix: root.clone(), notes })
    }
}

/// The part of a tensor's name before `first`, if the name ends with it and this is no state of an optimizer.
fn prefix<'n>(name: &'n str, first: &str) -> Option<&'n str> {
    let prefix = name.strip_suffix(first)?;
    let whole = prefix.is_empty() || prefix.ends_with(SEPARATORS);
    (whole && !prefix.split(SEPARATORS).any(|word| word.starts_with("optim"))).then_some(prefix)
}

fn is_averaged(prefix: &str) -> bool {
    let mut words = prefix.split(|c| SEPARATORS.contains(&c) || c == '_');
    words.any(|word| AVERAGED.iter().any(|averaged| word.eq_ignore_ascii_case(averaged)))
}

/// What is said of tensors that stand outside the network.
fn left_out(root: &str, names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [name] => Some(format!("The tensor `{name}`, which is not under `{root}`, was left out.")),
        [name, ..] => {
            let count = names.len();
            Some(format!("{count} tensors that are not under `{root}` were left out, `{name}` among them."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "stem.conv1.conv.weight";

    /// The prefix and the sentences of a file of these tensors, `*` standing for a network's two.
    fn found(names: &[&str]) -> Result<(String, Vec<String>), String> {
        let network = |prefix: &str| [format!("{prefix}{FIRST}"), format!("{prefix}head.fc.bias")];
        let expand = |name: &&str| match name.strip_suffix('*') {
            Some(prefix) => network(prefix).to_vec(),
            None => vec![(*name).to_owned()],
        };
        let names: Vec<String> = names.iter().flat_map(expand).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Root::find(&names, &[FIRST]).map(|root| (root.prefix, root.notes)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_prefix_is_left_off_whatever_it_is_and_said() {
        assert_eq!(found(&["*"]), Ok((String::new(), vec![])));
        // What belongs to nothing at the top level is for the network to refuse.
        assert_eq!(found(&["*", "epoch"]), Ok((String::new(), vec![])));
        assert_eq!(found(&["a", "b"]), Ok((String::new(), vec![])));
        for prefix in ["module.", "_orig_mod.", "state_dict.module._orig_mod.", "model.backbone.", "state_dict/model."]
        {
            let note = format!("The prefix `{prefix}` was left off the names of the file’s tensors.");
            assert_eq!(found(&[&format!("{prefix}*")]), Ok((prefix.to_owned(), vec![note])));
        }
        // No word of its own.
        assert_eq!(found(&["my_*"]), Ok((String::new(), vec![])));
    }

    #[test]
    fn what_is_not_of_the_network_is_left_out_and_said() {
        let (prefix, notes) = found(&["n_averaged", "module.*"]).unwrap();
        assert_eq!(prefix, "module.");
        assert_eq!(notes[1..], ["The tensor `n_averaged`, which is not under `module.`, was left out."]);
        let (prefix, notes) = found(&["epoch", "optimizer.exp_avg.*", "optimizer.step", "state_dict.*"]).unwrap();
        assert_eq!(prefix, "state_dict.");
        assert_eq!(notes[1..], ["4 tensors that are not under `state_dict.` were left out, `epoch` among them."]);
    }

    #[test]
    fn an_averaged_copy_is_taken_and_said() {
        for (plain, averaged) in [
            ("state_dict.", "state_dict_ema."),
            ("model.", "model_ema."),
            ("model.", "ema_model.module."),
            ("module.", "module.ema."),
            ("net._orig_mod.", "EMA."),
        ] {
            let (prefix, notes) = found(&[&format!("{plain}*"), &format!("{averaged}*")]).unwrap();
            assert_eq!(prefix, averaged);
            assert_eq!(
                notes,
                [format!(
                    "The file holds two copies of the network: the averaged one under `{averaged}` is used, the one under \
                     `{plain}` is not."
                )]
            );
        }
        let (prefix, notes) = found(&["*", "ema.*", "ema.n_averaged"]).unwrap();
        assert_eq!(prefix, "ema.");
        assert!(notes.len() == 1 && notes[0].ends_with("everything else is not."), "{notes:?}");
        // Alone it needs no choice.
        assert_eq!(found(&["state_dict_ema.*"]).unwrap().1.len(), 1);
    }

    #[test]
    fn several_networks_are_not_chosen_from() {
        assert_eq!(
            found(&["student.*", "teacher.*"]),
            Err("the file holds several networks, under `student.` and `teacher.`, expected one, or one with its averaged \
                 copy (`ema` in its prefix)"
                .into())
        );
        let sentence = found(&["*", "a.*", "ema.*"]).unwrap_err();
        assert!(sentence.contains("at the top level and under `a.` and `ema.`,"), "{sentence}");
        assert!(found(&["a_ema.*", "b_ema.*"]).is_err());
    }
}

//! Changes as the address carries them: under one key what is switched, moved and multiplied, under another what is erased.
//! Sections are parted by `~`, their parts by `_`; cells are run lengths, those left alone first: `40.1.40`.

use crate::page::what_if::Changes;
use lambdascope_core::nn::edit::TableEdit;

/// The section of the picture; no block has this name.
const PICTURE: &str = "picture";
/// More cells than any map or window of a network here; an address cannot ask for more.
const MOST_CELLS: usize = 1 << 16;

impl Changes {
    /// Reads both keys; what makes no sense is skipped.
    pub fn read(edit: Option<&str>, mask: Option<&str>) -> Self {
        let mut changes = Self::default();
        let sections = |text: Option<&'_ str>| -> Vec<(String, Vec<String>)> {
            let section = |section: &str| {
                let (name, parts) = section.split_once('_')?;
                Some((name.to_owned(), parts.split('_').map(str::to_owned).collect()))
            };
            text.unwrap_or_default().split('~').filter_map(section).collect()
        };
        for (name, parts) in sections(edit) {
            for part in parts {
                if name == PICTURE {
                    if let Some(shift) = part.strip_prefix('s').and_then(pair) {
                        changes.picture.shift = shift;
                    }
                } else {
                    changes.read_part(&name, &part);
                }
            }
        }
        for (name, parts) in sections(mask) {
            let Some(cells) = parts.first().and_then(|runs| cells_of(runs)) else { continue };
            if name == PICTURE {
                changes.picture.erased = cells;
            } else {
                changes.change(&name, |edit| edit.erased = cells);
            }
        }
        changes
    }

    fn read_part(&mut self, name: &str, part: &str) {
        let head = part.strip_prefix('h').and_then(|head| head.parse().ok());
        let table = part.strip_prefix('e').and_then(table_of);
        self.change(name, |edit| match (part, head, table) {
            ("c", ..) => edit.content = false,
            ("p", ..) => edit.position = false,
            ("m", ..) => edit.mirrored = true,
            (_, Some(head), _) => super::set(&mut edit.silenced, &[head], true),
            (_, _, Some(table)) => edit.table.push(table),
            _ => {}
        });
    }

    /// What is switched, moved and multiplied; `None` where nothing is.
    pub fn edit_text(&self) -> Option<String> {
        let mut sections = Vec::new();
        for (name, edit) in &self.edits.layers {
            let switches = [(!edit.content, "c"), (!edit.position, "p"), (edit.mirrored, "m")];
            let mut parts: Vec<String> =
                switches.into_iter().filter(|(off, _)| *off).map(|(_, part)| part.to_owned()).collect();
            parts.extend(edit.silenced.iter().map(|head| format!("h{head}")));
            parts.extend(edit.table.iter().map(|TableEdit { channel, cells, factor }| {
                let channel = channel.map_or_else(|| "all".to_owned(), |channel| channel.to_string());
                format!("e{channel}*{factor}*{}", runs_of(cells))
            }));
            if !parts.is_empty() {
                sections.push(format!("{name}_{}", parts.join("_")));
            }
        }
        let [down, right] = self.picture.shift;
        if self.picture.shift != [0, 0] {
            sections.push(format!("{PICTURE}_s{down}.{right}"));
        }
        (!sections.is_empty()).then(|| sections.join("~"))
    }

    /// What is erased; `None` where nothing is.
    pub fn mask_text(&self) -> Option<String> {
        let layers = self.edits.layers.iter().map(|(name, edit)| (name.as_str(), &edit.erased));
        let all = layers.chain([(PICTURE, &self.picture.erased)]).filter(|(_, cells)| !cells.is_empty());
        let sections: Vec<String> = all.map(|(name, cells)| format!("{name}_{}", runs_of(cells))).collect();
        (!sections.is_empty()).then(|| sections.join("~"))
    }
}

/// Two numbers with a point between them.
fn pair(text: &str) -> Option<[i32; 2]> {
    let (down, right) = text.split_once('.')?;
    Some([down.parse().ok()?, right.parse().ok()?])
}

fn table_of(text: &str) -> Option<TableEdit> {
    let mut parts = text.split('*');
    let channel = match parts.next()? {
        "all" => None,
        channel => Some(channel.parse().ok()?),
    };
    let factor = parts.next()?.parse().ok().filter(|factor: &f32| factor.is_finite())?;
    let cells = cells_of(parts.next()?).filter(|cells| !cells.is_empty())?;
    Some(TableEdit { channel, cells, factor })
}

/// Sorted cells as run lengths, the first of cells that are not among them.
fn runs_of(cells: &[usize]) -> String {
    let (mut runs, mut at): (Vec<usize>, usize) = (Vec::new(), 0);
    for &cell in cells {
        match runs.last_mut() {
            Some(run) if cell == at => *run += 1,
            _ => runs.extend([cell - at, 1]),
        }
        at = cell + 1;
    }
    runs.iter().map(usize::to_string).collect::<Vec<_>>().join(".")
}

fn cells_of(runs: &str) -> Option<Vec<usize>> {
    let (mut cells, mut at) = (Vec::new(), 0_usize);
    for (i, run) in runs.split('.').enumerate() {
        let end = at.checked_add(run.parse().ok()?).filter(|end| *end <= MOST_CELLS)?;
        if i % 2 == 1 {
            cells.extend(at..end);
        }
        at = end;
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_no_cell_is_none() {
        assert_eq!(Changes::read(Some("stages.1.1_eall*0.5*4"), None), Changes::default());
    }

    #[test]
    fn changes_come_back_as_they_were_written() {
        let mut changes = Changes::default();
        changes.change("stages.1.1", |edit| {
            edit.content = false;
            edit.silenced = vec![0, 2];
            edit.erased = vec![0, 1, 5];
        });
        changes.change("stages.2.1", |edit| {
            edit.position = false;
            edit.mirrored = true;
            edit.table = vec![
                TableEdit { channel: None, cells: vec![3, 4, 80], factor: 0.5 },
                TableEdit { channel: Some(12), cells: vec![0], factor: -1.0 },
            ];
        });
        changes.picture.shift = [2, -13];
        changes.picture.erased = vec![17];
        let (edit, mask) = (changes.edit_text().unwrap(), changes.mask_text().unwrap());
        assert_eq!(edit, "stages.1.1_c_h0_h2~stages.2.1_p_m_eall*0.5*3.2.75.1_e12*-1*0.1~picture_s2.-13");
        assert_eq!(mask, "stages.1.1_0.2.3.1~picture_17.1");
        assert_eq!(Changes::read(Some(&edit), Some(&mask)), changes);
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b".*_~-".contains(&b));
        assert!(plain(&edit) && plain(&mask));
        assert_eq!((Changes::default().edit_text(), Changes::default().mask_text()), (None, None));
    }

    #[test]
    fn senseless_parts_are_passed_over() {
        let changes = Changes::read(
            Some("stages.1.1_x_h-1_eall*inf*0.1_e1_c~picture_s1~~_~stages.2.1"),
            Some("stages.1.1_4.x~picture_0.99999999999~stages.2.1_1.70000"),
        );
        let mut expected = Changes::default();
        expected.change("stages.1.1", |edit| edit.content = false);
        assert_eq!(changes, expected);
    }
}

//! What the page says of being kept on this device, and of a newer version of itself.

/// How far this device is with keeping the page for use offline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Nobody has asked yet, or the browser keeps no pages: in a private window, or on plain http.
    #[default]
    Not,
    /// Its files are on their way.
    OnItsWay,
    /// All of it is there, with the network that it opens with.
    Whole,
}

/// The networks beside the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Networks {
    /// How many of them are on this device.
    pub here: usize,
    /// How many there are.
    pub all: usize,
}

/// What works offline, for where networks are chosen; `None` while nothing does. `is_sparing` where the visitor's connection
/// is one to fetch nothing unasked over.
pub fn sentence(kept: Kept, Networks { here, all }: Networks, is_sparing: bool) -> Option<String> {
    let rest = match kept {
        Kept::Not => return None,
        Kept::OnItsWay => return Some("The page is being kept on this device, to work offline.".to_owned()),
        Kept::Whole if here >= all => {
            return Some(format!("The page and all {all} of these networks are on this device and work offline."));
        }
        Kept::Whole if is_sparing => "Your connection is one to spare, so the others come only when you choose them.",
        Kept::Whole => "The others come by themselves while the page has nothing else to fetch.",
    };
    Some(format!("The page is on this device and works offline, with {here} of these {all} networks so far. {rest}"))
}

/// What is said with the offer of a newer version: in how many tabs it would take this one's place, and whether this tab has
/// pictures or files of the visitor's that nothing keeps.
pub fn offer(tabs: usize, has_own: bool) -> String {
    let mut said = "A new version of this page is ready.".to_owned();
    if tabs > 1 {
        said += &format!(" It takes the place of this one in all {tabs} tabs at once.");
    }
    if has_own {
        said += " You will have to choose your own pictures and files again.";
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_offline_is_said_as_it_stands() {
        let some = Networks { here: 3, all: 7 };
        assert_eq!(sentence(Kept::Not, some, false), None);
        assert!(sentence(Kept::OnItsWay, some, false).unwrap().contains("is being kept"));
        let so_far = sentence(Kept::Whole, some, false).unwrap();
        assert!(so_far.contains("3 of these 7 networks so far") && so_far.contains("by themselves"), "{so_far}");
        let sparing = sentence(Kept::Whole, some, true).unwrap();
        assert!(sparing.contains("only when you choose them") && !sparing.contains("by themselves"), "{sparing}");
        let all = sentence(Kept::Whole, Networks { here: 7, all: 7 }, true).unwrap();
        assert!(all.contains("all 7") && !all.contains("others"), "{all}");
    }

    #[test]
    fn an_offer_says_what_it_costs_and_no_more() {
        assert_eq!(offer(1, false), "A new version of this page is ready.");
        assert!(offer(3, false).ends_with("in all 3 tabs at once."));
        assert!(offer(1, true).ends_with("your own pictures and files again."));
    }
}

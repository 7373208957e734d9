//! The visitor's own pictures of this visit, and of earlier ones where they were to be kept.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::ui::state::picture::PictureChoice;
use lambdascope_core::picture::Region;

/// One of them.
#[derive(Clone)]
pub struct OwnPicture {
    /// Tells it from the others, in the browser's storage too.
    pub key: u32,
    pub picture: PictureChoice,
    /// An address for its thumbnail, of this document alone.
    pub url: String,
}

/// All of them. Copies share them.
#[derive(Clone, Copy)]
pub struct OwnPictures {
    pub list: RwSignal<Vec<OwnPicture>>,
    /// Whether the browser keeps them for the next visit.
    pub are_kept: RwSignal<bool>,
}

impl OwnPictures {
    /// None yet.
    pub fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), are_kept: RwSignal::new(false) }
    }

    /// Adds a picture, with the key that it is kept under or one that no other has; the choice of it.
    pub fn add(self, key: Option<u32>, name: String, file: web_sys::Blob) -> PictureChoice {
        let url = web_sys::Url::create_object_url_with_blob(&file).unwrap_or_default();
        let picture = PictureChoice::Own { name, file: SendWrapper::new(file), region: None };
        self.list.update(|list| {
            let next = list.iter().map(|own| own.key + 1).max().unwrap_or(0);
            // One that was given before those of earlier visits came may have their key.
            let key = key.filter(|key| list.iter().all(|own| own.key != *key)).unwrap_or(next);
            list.push(OwnPicture { key, picture: picture.clone(), url });
        });
        picture
    }

    /// The picture of this key.
    pub fn find(self, key: u32) -> Option<PictureChoice> {
        self.list.read_untracked().iter().find(|own| own.key == key).map(|own| own.picture.clone())
    }

    /// The address of a picture's thumbnail, if it is one of these. Tracks them.
    pub fn url(self, picture: &PictureChoice) -> Option<String> {
        self.list.read().iter().find(|own| own.picture.is_of_file(picture)).map(|own| own.url.clone())
    }

    /// Looks at another part of a picture, here and when it is chosen again; the choice of it.
    pub fn look_at(self, picture: &PictureChoice, part: Option<Region>) -> PictureChoice {
        let mut changed = picture.clone();
        if let PictureChoice::Own { region, .. } = &mut changed {
            *region = part;
        }
        self.list.update(|list| {
            if let Some(own) = list.iter_mut().find(|own| own.picture.is_of_file(picture)) {
                own.picture = changed.clone();
            }
        });
        changed
    }

    /// Removes a picture that turned out to be none; it as it was.
    pub fn remove(self, picture: &PictureChoice) -> Option<OwnPicture> {
        let at = self.list.read_untracked().iter().position(|own| own.picture.is_of_file(picture))?;
        let removed = self.list.try_update(|list| list.remove(at))?;
        // A thumbnail that stays in memory does no harm.
        let _ = web_sys::Url::revoke_object_url(&removed.url);
        Some(removed)
    }
}

"""The data set: unpacked once, decoded once into one uint8 array, augmented on the device that trains.

Nothing here knows the network.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torchvision.transforms import v2
from tqdm import tqdm

PROJECT = Path(__file__).resolve().parents[2]
ARCHIVE = PROJECT.parent / "shared" / "data" / "imagenette-144.tar"
CACHE = PROJECT / "training" / "cache"
SIDE = 144


def folder() -> Path:
    """The unpacked data set (``train/<class>/*.webp``, ``val/<class>/*.webp``), unpacking it if it is not there."""
    target = CACHE / "imagenette-144"
    if not (target / "val").is_dir():
        if not ARCHIVE.is_file():
            raise FileNotFoundError(f"the data set was expected at {ARCHIVE}")
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(target, filter="data")
    return target


def labels() -> list[str]:
    """The class names in label order (alphabetical folder names)."""
    return sorted(p.name for p in (folder() / "train").iterdir() if p.is_dir())


def files(split: str) -> list[tuple[Path, int]]:
    """Every picture of a split with its class index, in a fixed order."""
    return [(path, i) for i, name in enumerate(labels()) for path in sorted((folder() / split / name).glob("*.webp"))]


def centre_crop(picture: Image.Image, side: int) -> np.ndarray:
    """The centre ``side``×``side`` pixels as ``[side, side, 3]`` uint8, torchvision's rounding."""
    picture = picture.convert("RGB")
    left, top = round((picture.width - side) / 2), round((picture.height - side) / 2)
    return np.asarray(picture.crop((left, top, left + side, top + side)))


def load(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures ``[n, 3, 144, 144]`` uint8 (centre squares) and labels ``[n]``; decoded once, then read from the cache."""
    cached, listing = CACHE / f"{split}-{SIDE}.npy", files(split)
    if not cached.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        pictures = np.empty((len(listing), 3, SIDE, SIDE), np.uint8)
        for i, (path, _) in enumerate(tqdm(listing, desc=f"decode {split}")):
            pictures[i] = centre_crop(Image.open(path), SIDE).transpose(2, 0, 1)
        partial = cached.with_suffix(".partial.npy")
        np.save(partial, pictures)
        partial.replace(cached)
    return torch.from_numpy(np.load(cached)), torch.tensor([label for _, label in listing])


def normalise(pictures: torch.Tensor, config: dict) -> torch.Tensor:
    """uint8 ``[n, 3, H, W]`` to f32 with the configuration's mean and standard deviation."""
    mean = torch.tensor(config["mean"], device=pictures.device).view(1, 3, 1, 1)
    std = torch.tensor(config["std"], device=pictures.device).view(1, 3, 1, 1)
    return (pictures.float() / 255 - mean) / std


class Augment:
    """Pictures as training sees them: torchvision's random resized crop, flip and TrivialAugment, erasing, and mixup or
    cutmix for a share of the batches. Every random number comes from torch's own generator."""

    def __init__(self, recipe: dict, config: dict, classes: int, side: int) -> None:
        self.config, self.classes, self.share = config, classes, recipe["mixed_share"]
        self.one = v2.Compose([
            v2.RandomResizedCrop(side, scale=(recipe["crop_area"], 1.0)),
            v2.RandomHorizontalFlip(),
            v2.TrivialAugmentWide(),
        ])
        self.erase = v2.RandomErasing(recipe["random_erasing"], scale=(0.02, 0.25))
        self.mix = v2.RandomChoice([v2.MixUp(alpha=recipe["mixup"], num_classes=classes), v2.CutMix(num_classes=classes)])

    def __call__(self, pictures: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """uint8 ``[n, 3, H, W]`` to ``[n, 3, side, side]``, normalised, with labels as distributions ``[n, classes]``."""
        x = normalise(torch.stack([self.one(picture) for picture in pictures]), self.config)
        x = torch.stack([self.erase(picture) for picture in x])
        if torch.rand(()) < self.share:
            return self.mix(x, labels)
        return x, F.one_hot(labels, self.classes).float()

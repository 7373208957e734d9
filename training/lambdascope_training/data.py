"""The data set: unpacked once, decoded once into one uint8 array, augmented by the batch.

Nothing here knows the network.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
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
    mean = torch.tensor(config["mean"]).view(1, 3, 1, 1)
    std = torch.tensor(config["std"]).view(1, 3, 1, 1)
    return (pictures.float() / 255 - mean) / std


def augment(pictures: torch.Tensor, side: int, erasing: float, config: dict, generator: torch.Generator) -> torch.Tensor:
    """Random resized crop with flip (one affine resampling), brightness/contrast/saturation, and erasing, per picture."""
    n = len(pictures)

    def uniform(low: float, high: float) -> torch.Tensor:
        return torch.rand(n, generator=generator) * (high - low) + low

    area, ratio = uniform(0.3, 1.0), torch.exp(uniform(np.log(3 / 4), np.log(4 / 3)))
    width, height = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    centre_x, centre_y = (1 - width) * uniform(-1, 1), (1 - height) * uniform(-1, 1)
    flip = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = width * flip, centre_x
    theta[:, 1, 1], theta[:, 1, 2] = height, centre_y
    x = pictures.float() / 255
    x = F.grid_sample(x, F.affine_grid(theta, (n, 3, side, side), align_corners=False), padding_mode="reflection", align_corners=False)
    brightness, contrast, saturation = (uniform(0.7, 1.3).view(n, 1, 1, 1) for _ in range(3))
    x = x * brightness
    x = (x - x.mean((1, 2, 3), keepdim=True)) * contrast + x.mean((1, 2, 3), keepdim=True)
    grey = x.mean(1, keepdim=True)
    x = ((x - grey) * saturation + grey).clamp(0, 1)
    mean = torch.tensor(config["mean"]).view(1, 3, 1, 1)
    std = torch.tensor(config["std"]).view(1, 3, 1, 1)
    x = (x - mean) / std
    chosen = torch.rand(n, generator=generator) < erasing
    eh, ew = uniform(0.15, 0.5) * side, uniform(0.15, 0.5) * side
    ey, ex = uniform(0, 1) * (side - eh), uniform(0, 1) * (side - ew)
    rows, columns = torch.arange(side).view(1, side, 1), torch.arange(side).view(1, 1, side)
    inside_y = (rows >= ey.view(n, 1, 1)) & (rows < (ey + eh).view(n, 1, 1))
    inside_x = (columns >= ex.view(n, 1, 1)) & (columns < (ex + ew).view(n, 1, 1))
    return x.masked_fill((inside_y & inside_x & chosen.view(n, 1, 1)).unsqueeze(1), 0.0)

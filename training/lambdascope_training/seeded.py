"""Weights and inputs from a formula that Python and Rust compute bit-equally, so that no large file need be stored.

Element i of the tensor called ``name``: the murmur3 finaliser of FNV-1a(name) + i·0x9E3779B9 (32 bits) without its lowest 8
bits, over 2^24, is u in [0, 1); 2u − 1 is exact in f32. ``tests/common/seeded.rs`` is the twin; every product is one f32
rounding.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

INPUT = "input"
SPREAD = np.float32(0.25)

# Variance of a product relative to its input's mean square, times 3: 6 keeps it through a ReLU. Branches and shortcuts
# are added, and a lambda layer multiplies queries with values, so that without less here values explode over depth.
GAINS = {".conv3_1x1.": 1.5, ".shortcut.": 3, ".qkv.": 0.5, ".self_attn.": 12, ".fc.": 0.5}


def fnv1a(name: str) -> int:
    """FNV-1a of 32 bits."""
    found = 0x811C9DC5
    for byte in name.encode():
        found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
    return found


def unit(name: str, count: int) -> np.ndarray:
    """``count`` numbers u in [0, 1), f32."""
    with np.errstate(over="ignore"):
        x = np.uint32(fnv1a(name)) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x = x ^ (x >> np.uint32(16))
    return (x >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)


def fan_in(name: str, shape: tuple[int, ...]) -> int:
    """How many products of about equal size make one value of what the tensor is applied to."""
    if name.endswith(".pos_emb"):  # [2H − 1, 2W − 1, k]: a sum over the map and over k
        return (shape[0] + 1) // 2 * ((shape[1] + 1) // 2) * shape[2]
    if name.endswith(".conv_lambda.weight"):  # [k, 1, r, r, 1]: likewise over the window
        return int(np.prod(shape))
    return int(np.prod(shape[1:]))


def tensor(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The f32 tensor of that name and shape."""
    u = unit(name, int(np.prod(shape))).reshape(shape)
    signed = np.float32(2) * u - np.float32(1)
    if len(shape) >= 2:
        gain = next((np.float32(gain) for part, gain in GAINS.items() if part in name), np.float32(6))
        return signed * np.sqrt(gain / np.float32(fan_in(name, shape)))
    if name.endswith((".weight", ".running_var")):
        return np.float32(0.75) + u * np.float32(0.5)
    return signed * SPREAD


def load(model: nn.Module) -> None:
    """Replace every floating-point tensor of ``model``."""
    weights = model.state_dict()
    for name, old in weights.items():
        if old.is_floating_point():
            weights[name] = torch.from_numpy(tensor(name, tuple(old.shape)))
    model.load_state_dict(weights)


def picture(height: int, width: int) -> torch.Tensor:
    """A network's input ``[H, W, 3]`` in −2..2; the index runs over it channels-last."""
    return torch.from_numpy((np.float32(2) * unit(INPUT, height * width * 3) - np.float32(1)) * np.float32(2)).reshape(height, width, 3)

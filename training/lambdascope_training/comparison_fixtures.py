"""Write what differs between two networks at one place, worked out in NumPy and SciPy from PyTorch's layers.

    python -m lambdascope_training.comparison_fixtures
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.stats import spearmanr
from torch import nn

from . import attention_fixtures, data, intermediates
from .export import WEIGHTS, read
from .fixture_file import FIXTURES
from .fixtures import SAMPLES
from .layers import BottleneckAttn, IntraDepthLambdaLayer, LambdaLayer

PICTURE = "church"

# Network and layer of both, the query of the first `[y, x]`, head and u. The second's query is the cell of its map in which
# the middle of the first one's lies.
CASES = [
    (("lambda_resnet_mini_16", "stages.1.1"), ("attention_resnet_mini", "stages.1.1"), (8, 8), 0, 0),
    (("lambda_resnet_mini_16", "stages.1.3"), ("attention_resnet_mini", "stages.1.3"), (0, 15), 3, 0),
    (("lambda_resnet_mini", "stages.2.2"), ("lambda_resnet_mini_r23", "stages.2.2"), (5, 2), 1, 0),
    (("attention_resnet_mini", "stages.2.0"), ("lambda_resnet_mini_content", "stages.2.0"), (3, 12), 2, 0),
    (("lambda_resnet_mini_u4", "stages.1.1"), ("attention_resnet_mini", "stages.1.1"), (4, 10), 1, 2),
    # Maps of different sizes: 16×16 beside 8×8, and the other way round.
    (("lambda_resnet_mini_16", "stages.1.3"), ("attention_resnet_mini", "stages.2.2"), (11, 6), 0, 0),
    (("attention_resnet_mini", "stages.2.2"), ("lambda_resnet_mini_16", "stages.1.3"), (2, 7), 3, 0),
]


@torch.no_grad()
def layer_inputs(model: nn.Module, x: torch.Tensor) -> dict[str, tuple[nn.Module, torch.Tensor]]:
    """Every lambda and attention layer with its input ``[H, W, C]``, by its block's name."""
    found = {}
    for name, module in model.named_modules():
        if isinstance(module, (LambdaLayer, IntraDepthLambdaLayer, BottleneckAttn)):
            block = name.removesuffix(".self_attn")
            module.register_forward_pre_hook(
                lambda layer, inputs, block=block: found.__setitem__(block, (layer, inputs[0][0].permute(1, 2, 0).clone())))
    model(x)
    return found


@torch.no_grad()
def weights_at(layer: nn.Module, x: torch.Tensor, y: int, column: int, head: int, u: int) -> tuple[np.ndarray, list[float] | None]:
    """The weights ``[H, W]`` of one query, and its window in shares of the picture, where it has one."""
    height, width = x.shape[:2]
    n = y * width + column
    if isinstance(layer, BottleneckAttn):
        return attention_fixtures.definition(layer, x)["weights"][head, n].reshape(height, width).numpy(), None
    if isinstance(layer, IntraDepthLambdaLayer):
        terms = intermediates.lambda_networks_terms(layer.state_dict(), x, x, layer.heads, layer.intra)
        r = layer.pos_conv.weight.shape[-1]
    else:
        r = None if layer.conv_lambda is None else layer.conv_lambda.weight.shape[2]
        state = layer.state_dict()
        if r is None:
            # No position lambda: embeddings of one cell that are zero.
            state |= {"conv_lambda.weight": torch.zeros(layer.dim_qk, 1, 1, 1, 1), "conv_lambda.bias": torch.zeros(layer.dim_qk)}
        terms = intermediates.timm_terms(state, x, layer.num_heads)
    keys = terms.keys.softmax(0)[:, u]
    a = (keys + terms.embeddings[n, :, :, u]) @ terms.q[n, head]
    window = None
    if r is not None:
        reach = r // 2
        window = [max(y - reach, 0) / height, max(column - reach, 0) / width,
                  min(y + reach + 1, height) / height, min(column + reach + 1, width) / width]
    return a.reshape(height, width).numpy(), window


def covered(side: int, start: float, end: float) -> np.ndarray:
    """The share of each of ``side`` cells along an axis that lies between ``start`` and ``end``, shares of the axis."""
    edges = np.arange(side + 1)
    return np.clip(np.minimum(edges[1:], end * side) - np.maximum(edges[:-1], start * side), 0, 1)


def measures(a: np.ndarray, query: tuple[int, int], window: list[float] | None) -> dict[str, float | None]:
    """What is said of one query's weights."""
    (height, width), size = a.shape, np.abs(a)
    middles = [(np.arange(side) + 0.5) / side for side in (height, width)]
    centre = [(size.sum(1) * middles[0]).sum() / size.sum(), (size.sum(0) * middles[1]).sum() / size.sum()]
    inside = None
    if window is not None:
        share = np.outer(covered(height, window[0], window[2]), covered(width, window[1], window[3]))
        inside = float((size * share).sum() / size.sum())
    return {
        "sum": float(a.sum()),
        "negative": float(np.abs(a[a < 0]).sum()),
        "inside": inside,
        "positions": float(size.sum() ** 2 / (a**2).sum()),
        "distance": float(np.hypot(*(c - (q + 0.5) / side for c, q, side in zip(centre, query, (height, width))))),
    }


def finer(a: np.ndarray, side: int) -> np.ndarray:
    """A map with each cell repeated to ``side`` cells a side."""
    return np.kron(a, np.ones((side // a.shape[0], side // a.shape[1])))


def compare(case: tuple, layers: dict[str, dict]) -> dict:
    """One case's numbers."""
    (own, own_layer), (other, other_layer), (y, x), head, u = case
    first, second = layers[own][own_layer], layers[other][other_layer]
    height, width = second[1].shape[:2]
    query = ((2 * y + 1) * height // (2 * first[1].shape[0]), (2 * x + 1) * width // (2 * first[1].shape[1]))
    a, window = weights_at(*first, y, x, head, u)
    b, other_window = weights_at(*second, *query, head, 0)
    window = window or other_window
    side = max(a.shape[0], b.shape[0])
    correlation = spearmanr(np.abs(finer(a, side)).ravel(), np.abs(finer(b, side)).ravel()).statistic
    return {
        "networks": [own, other], "layers": [own_layer, other_layer], "query": [y, x], "head": head, "u": u,
        "measures": [measures(a, (y, x), window), measures(b, query, window)], "correlation": float(correlation),
    }


def main() -> None:
    layers = {}
    for name in {network for case in CASES for network, _ in case[:2]}:
        model, description = read(WEIGHTS / f"{name}.safetensors")
        pixels = torch.from_numpy(data.centre_crop(Image.open(SAMPLES / f"{PICTURE}.webp"), description["input"]["crop"]).copy())
        layers[name] = layer_inputs(model, data.normalise(pixels.permute(2, 0, 1).unsqueeze(0), description["input"]))
    path: Path = FIXTURES / "comparison.json"
    path.write_text(json.dumps([compare(case, layers) for case in CASES], indent=1) + "\n")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

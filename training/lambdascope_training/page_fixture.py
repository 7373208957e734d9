"""Write what PyTorch makes of a picture with timm's lambda_resnet26t and the seeded weights, for the page's tests.

    python -m lambdascope_training.page_fixture

The picture, ``[272, 272, 3]`` of 8 bits, is a formula that the tests compute too; it has the size that timm resizes to, so
that only the crop is left to do.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config

from .fixture_file import FIXTURES
from .network_fixtures import build

NETWORK = "lambda_resnet26t"
SIDE = 272


def picture() -> Image.Image:
    """Channel c of pixel (y, x) is (7y + 13x + 61c + ⌊xy / 8⌋) mod 256."""
    y, x, c = np.ogrid[:SIDE, :SIDE, :3]
    return Image.fromarray(((7 * y + 13 * x + 61 * c + (y * x >> 3)) & 255).astype(np.uint8))


@torch.no_grad()
def main() -> None:
    model = build(NETWORK)
    seen = create_transform(**resolve_data_config({}, model=model))(picture())
    probabilities, ranked = model(seen[None])[0].double().softmax(0).topk(6)
    if (probabilities[:-1] - probabilities[1:]).min() < 1e-4:
        raise ValueError(f"the order of {ranked.tolist()} is too close to call: {probabilities.tolist()}")
    top5 = [{"index": i, "probability": round(p, 7)} for i, p in zip(ranked.tolist()[:5], probabilities.tolist())]
    path = FIXTURES / f"page_{NETWORK}.json"
    path.write_text(json.dumps({"network": NETWORK, "side": SIDE, "top5": top5}, indent=2) + "\n")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

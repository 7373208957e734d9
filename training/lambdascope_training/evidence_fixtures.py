"""Write the evidence for classes: what each position of the last map adds to a logit, of the shipped networks and of timm's.

    python -m lambdascope_training.evidence_fixtures

The networks' own modules give the last map and the logits; the decomposition is PyTorch's einsum in double precision.
"""

from __future__ import annotations

import torch
from PIL import Image
from torch import nn
from tqdm import tqdm

from . import data
from .export import WEIGHTS, read
from .fixture_file import write
from .fixtures import SAMPLES
from .intermediates import close
from .network_fixtures import SIZES, build, nchw

PICTURE = "church"
TOP = 2


def decomposed(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Evidence ``[classes, H, W]``, bias and logits ``[classes]`` of the two most probable classes."""
    model, x = model.double(), x.double()
    features = model.forward_features(x)[0]
    logits = model(x)[0]
    chosen = logits.topk(TOP).indices
    head = model.head.fc
    evidence = torch.einsum("kc,chw->khw", head.weight[chosen], features) / features[0].numel()
    close(evidence.sum((1, 2)) + head.bias[chosen], logits[chosen], "the sum against the logit")
    return {"classes": chosen, "evidence": evidence.float(), "bias": head.bias[chosen].float(), "logits": logits[chosen].float()}


@torch.no_grad()
def main() -> None:
    tensors: dict[str, torch.Tensor] = {}
    shipped = sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))
    for name in tqdm(shipped, desc="shipped"):
        model, description = read(WEIGHTS / f"{name}.safetensors")
        pixels = torch.from_numpy(data.centre_crop(Image.open(SAMPLES / f"{PICTURE}.webp"), description["input"]["crop"]).copy())
        x = data.normalise(pixels.permute(2, 0, 1).unsqueeze(0), description["input"])
        tensors[f"picture_{pixels.shape[0]}"] = pixels
        tensors.update({f"{name}.{part}": tensor for part, tensor in decomposed(model, x).items()})
    for name, (size, *_) in tqdm(SIZES.items(), desc="timm"):
        tensors.update({f"{name}.{part}": tensor for part, tensor in decomposed(build(name), nchw(*size)).items()})
    write("evidence", tensors, {"shipped": shipped, "timm": {name: sizes[0] for name, sizes in SIZES.items()}})


if __name__ == "__main__":
    main()

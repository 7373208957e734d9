"""Write the golden values the engine's and the page's tests compare with, and the page's sample pictures.

    python -m lambdascope_training.fixtures

Reads the exported network from ``www/weights``; run it again after every export. Activations are stored channels-last.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from PIL import Image
from timm.layers.lambda_layer import LambdaLayer
from torch import nn
from tqdm import tqdm

from . import attention_fixtures, data, layer_fixtures
from .export import WEIGHTS, logits, read
from .fixture_file import FIXTURES, write
from .intermediates import lambda_layer

SAMPLES = data.PROJECT / "www" / "samples"

# Clear validation pictures for the page, chosen by eye; the first that the network gets right is taken.
CHOSEN = {
    "cassette_player": ["n02979186_1171.webp", "n02979186_20220.webp"],
    "chain_saw": ["n03000684_11070.webp", "n03000684_14022.webp"],
    "church": ["ILSVRC2012_val_00004912.webp", "n03028079_112802.webp"],
    "english_springer": ["n02102040_281.webp", "n02102040_3420.webp"],
    "french_horn": ["n03394916_17890.webp", "n03394916_32422.webp"],
    "garbage_truck": ["n03417042_19481.webp", "n03417042_152.webp"],
    "gas_pump": ["n03425413_14600.webp", "n03425413_1381.webp"],
    "golf_ball": ["n03445777_11162.webp", "n03445777_13311.webp"],
    "parachute": ["n03888257_14530.webp", "n03888257_30032.webp"],
    "tench": ["n01440764_16192.webp", "n01440764_11750.webp"],
}


@torch.no_grad()
def trace(model: nn.Module, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Outputs of the stem and every block, every lambda layer's intermediates, and the logits, for ``x`` of ``[H, W, 3]``."""
    found: dict[str, torch.Tensor] = {}
    hooks = []
    for name, module in model.named_modules():
        if name == "stem" or (name.startswith("stages.") and name.count(".") == 2):
            hooks.append(module.register_forward_hook(
                lambda _, __, output, name=name: found.__setitem__(name, output[0].permute(1, 2, 0).clone())))
        if isinstance(module, LambdaLayer):
            def keep(layer: LambdaLayer, inputs: tuple, name: str = name) -> None:
                # `lambda_layer` calls the layer once more, which calls this hook: the placeholder ends that.
                if f"{name}.q" not in found:
                    found[f"{name}.q"] = torch.empty(0)
                    parts = lambda_layer(layer, inputs[0][0].permute(1, 2, 0))
                    found.update({f"{name}.{part}": tensor for part, tensor in parts.items()})
            hooks.append(module.register_forward_pre_hook(keep))
    found["logits"] = model(x.permute(2, 0, 1).unsqueeze(0))[0]
    for hook in hooks:
        hook.remove()
    return found


def write_network(model: nn.Module, description: dict, picture: Path, side: int, parts: set[str], blocks: bool) -> None:
    """The exported network on the centre of one picture, with the named parts of its lambda layers."""
    pixels = torch.from_numpy(data.centre_crop(Image.open(picture), side).copy())
    x = data.normalise(pixels.permute(2, 0, 1).unsqueeze(0), description["input"])[0].permute(1, 2, 0)
    tensors = {"picture": pixels}
    if blocks:
        tensors["input"] = x
    for name, tensor in trace(model, x).items():
        is_layer = ".self_attn." in name
        if name == "logits" or (is_layer and name.rpartition(".")[2] in parts) or (not is_layer and blocks):
            tensors[name] = tensor
    write(f"network_{side}", tensors, {"network": description["name"], "side": side, "picture": str(picture.relative_to(data.folder()))})


def predictions(model: nn.Module, description: dict) -> list[dict]:
    """One picture a class with the network's top five; also copies the pictures beside the page."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    names, found = description["labels"], []
    for index, label in enumerate(tqdm(names, desc="samples")):
        candidates = [data.folder() / "val" / label / name for name in CHOSEN[label]]
        for path in candidates:
            pixels = torch.from_numpy(data.centre_crop(Image.open(path), description["input"]["crop"]).copy())
            probabilities, ranked = logits(model, pixels, description["input"]).softmax(0).topk(5)
            if ranked[0] == index:
                break
        else:
            raise ValueError(f"no picture of {label} is classified as one; candidates: {candidates}")
        shutil.copy(path, SAMPLES / f"{label}.webp")
        found.append({
            "file": f"{label}.webp",
            "path": f"val/{label}/{path.name}",
            "label": label,
            "top5": [{"label": names[i], "probability": round(p.item(), 6)} for p, i in zip(probabilities, ranked.tolist())],
        })
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="lambda_resnet_mini", help="name of the exported network")
    name = parser.parse_args().network
    layer_fixtures.write_all()
    attention_fixtures.write_all()
    model, description = read(WEIGHTS / f"{name}.safetensors")
    found = predictions(model, description)
    (FIXTURES / "predictions.json").write_text(json.dumps(found, indent=2) + "\n")
    by_label = {entry["label"]: data.folder() / entry["path"] for entry in found}
    every = {"q", "k_bar", "v", "lambda_content", "position", "layer"}
    write_network(model, description, by_label["church"], 64, every, blocks=True)
    write_network(model, description, by_label["english_springer"], 128, every - {"position"}, blocks=False)
    for path in sorted(FIXTURES.glob("*.*")):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

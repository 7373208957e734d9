"""Write a trained network as the weights file the browser loads, and list it in the manifest.

    python -m lambdascope_training.export configs/lambda_resnet_mini.toml

The averaged weights of the run's checkpoint are rounded to f16 where they have two or more dimensions; accuracy and the
check logits are measured in f32 on these rounded weights, with timm's own forward.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tomllib
from pathlib import Path

import timm
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from . import curve, data
from .network import build, parameter_count
from .train import RUNS, accuracy, rank

WEIGHTS = data.PROJECT / "www" / "weights"
RESULTS = data.PROJECT / "training" / "results"


def averaged_weights(checkpoint: dict) -> dict[str, torch.Tensor]:
    """The running average's tensors under timm's names, without the batch counters."""
    prefix = "module."
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in checkpoint["average"].items()
        if name.startswith(prefix) and not name.endswith("num_batches_tracked")
    }


def rounded(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """F16 for tensors of two or more dimensions, F32 for the others, as they are stored."""
    return {
        name: tensor.to(torch.float16 if tensor.ndim >= 2 else torch.float32).contiguous()
        for name, tensor in sorted(weights.items())
    }


def load_weights(model: nn.Module, weights: dict[str, torch.Tensor]) -> nn.Module:
    """Put stored weights into ``model`` as f32, in evaluation mode.

    Raises ``KeyError`` if names are missing or left over (batch counters apart).
    """
    report = model.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=False)
    missing = [name for name in report.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or report.unexpected_keys:
        raise KeyError(f"weights do not fit: missing {missing}, unexpected {report.unexpected_keys}")
    return model.eval()


def read(path: Path) -> tuple[nn.Module, dict]:
    """The network of a weights file (f32 maths on its rounded weights) and its description."""
    with safe_open(path, "pt") as file:
        description = json.loads(file.metadata()["lambdascope"])
        weights = {name: file.get_tensor(name) for name in file.keys()}
    return load_weights(build(description, len(description["labels"])), weights), description


def check_picture(side: int) -> torch.Tensor:
    """The picture every implementation can make for itself: ``[side, side, 3]`` uint8."""
    y, x, c = torch.meshgrid(torch.arange(side), torch.arange(side), torch.arange(3), indexing="ij")
    return ((7 * y + 13 * x + 61 * c + ((y * x) >> 3)) & 255).to(torch.uint8)


@torch.no_grad()
def logits(model: nn.Module, picture: torch.Tensor, config: dict) -> torch.Tensor:
    """Logits ``[classes]`` in f32 for one ``[H, W, 3]`` uint8 picture."""
    return model(data.normalise(picture.permute(2, 0, 1).unsqueeze(0), config))[0]


def recipe(config: dict, epochs: int) -> str:
    """The training recipe in one line, for a run that has done ``epochs`` of its epochs."""
    train = config["train"]
    sizes = ", ".join(f"{side} px from epoch {first}" for first, side in train["sizes"] if first < epochs)
    parts = [
        f"from scratch; AdamW, learning rate {train['learning_rate']} with {train['warmup_epochs']} warm-up epochs and a cosine to 0 "
        f"at epoch {train['epochs']}, weight decay {train['weight_decay']}, batch {train['batch']}",
        f"label smoothing {train['label_smoothing']}, average of weights with decay {train['ema_decay']}",
        f"random resized crop, flip, colour, erasing {train['random_erasing']}",
        sizes,
        "bf16 on CPU",
    ]
    if "note" in train:
        parts.append(train["note"])
    if epochs < train["epochs"]:
        parts.append(f"stopped after {epochs} of {train['epochs']} epochs")
    return "; ".join(parts)


def write_manifest(folder: Path) -> None:
    """List every weights file of ``folder`` in ``manifest.json``."""
    entries = []
    for path in sorted(folder.glob("*.safetensors")):
        content = path.read_bytes()
        model, description = read(path)
        entries.append({
            "name": description["name"],
            "title": description["title"],
            "file": path.name,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "parameters": parameter_count(model),
            "top1": description["accuracy"]["top1"],
        })
    (folder / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")


def export(config: dict, checkpoint: dict, pictures: torch.Tensor, labels: torch.Tensor, folder: Path = WEIGHTS) -> tuple[Path, dict]:
    """Measure and write one network; returns the weights file's path and the top-1 accuracy of every class."""
    weights = rounded(averaged_weights(checkpoint))
    names = data.labels()
    model = load_weights(build(config["network"], len(names)), weights)
    ranked = rank(model, pictures, config["input"], autocast=False)
    top1, top5 = accuracy(ranked, labels)
    by_class = {name: round(accuracy(ranked[labels == i], labels[labels == i])[0], 4) for i, name in enumerate(names)}
    description = {
        "format": 1,
        "name": config["name"],
        "title": config["title"],
        "input": config["input"],
        "labels": names,
        **config["network"],
        "accuracy": {"dataset": "imagenette-144 val", "images": len(pictures), "top1": round(top1, 6), "top5": round(top5, 6)},
        "training": {
            "epochs": checkpoint["epoch"] + 1,
            "seed": config["seed"],
            "recipe": recipe(config, checkpoint["epoch"] + 1),
            "torch": torch.__version__.partition("+")[0],
            "timm": timm.__version__,
        },
        "check": {"logits": logits(model, check_picture(config["input"]["crop"]), config["input"]).tolist()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{config['name']}.safetensors"
    save_file(weights, path, metadata={"lambdascope": json.dumps(description, separators=(",", ":"))})
    path.chmod(0o644)  # written through a private temporary file
    write_manifest(folder)
    return path, by_class


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    config = tomllib.loads(parser.parse_args().config.read_text())
    run = RUNS / config["name"]
    checkpoint = torch.load(run / "checkpoint.pt")
    path, by_class = export(config, checkpoint, *data.load("val"))
    _, description = read(path)
    measured = description["accuracy"]
    print(f"{path}: {path.stat().st_size:,} bytes, epoch {checkpoint['epoch'] + 1}, top-1 {measured['top1']:.2%}, top-5 {measured['top5']:.2%}")
    results = RESULTS / config["name"]
    results.mkdir(parents=True, exist_ok=True)
    (results / "accuracy.json").write_text(json.dumps({**measured, "by_class": by_class}, indent=2) + "\n")
    shutil.copy(run / "log.jsonl", results / "log.jsonl")
    curve.draw(results / "log.jsonl", results / "curve.svg", config["title"])


if __name__ == "__main__":
    main()

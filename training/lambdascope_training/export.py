"""Write a run's network as a weights file that the engine loads, with its measured accuracy.

    python -m lambdascope_training.export configs/lambda_resnet_mini.toml [--epochs 18 --seed 1]

The averaged weights of the run's checkpoint are rounded to f16 where they have two or more dimensions; accuracy and the
check logits are measured in f32 on these rounded weights.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import timm
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from . import config as configuration
from . import curve, data
from .evaluate import accuracy, rank
from .network import build

WEIGHTS = data.PROJECT / "www" / "weights"
RESULTS = data.PROJECT / "training" / "results"


def averaged_weights(checkpoint: dict) -> dict[str, torch.Tensor]:
    """The running average's tensors under timm's names, without the batch counters."""
    return {name: tensor for name, tensor in checkpoint["average"].items() if not name.endswith("num_batches_tracked")}


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


def read_description(path: Path) -> dict:
    """What a weights file says of itself."""
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["lambdascope"])


def read(path: Path) -> tuple[nn.Module, dict]:
    """The network of a weights file (f32 maths on its rounded weights) and its description."""
    description = read_description(path)
    with safe_open(path, "pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}
    model = build(description, len(description["labels"]), description["input"]["crop"])
    return load_weights(model, weights), description


def check_picture(side: int) -> torch.Tensor:
    """The picture every implementation can make for itself: ``[side, side, 3]`` uint8."""
    y, x, c = torch.meshgrid(torch.arange(side), torch.arange(side), torch.arange(3), indexing="ij")
    return ((7 * y + 13 * x + 61 * c + ((y * x) >> 3)) & 255).to(torch.uint8)


@torch.no_grad()
def logits(model: nn.Module, picture: torch.Tensor, config: dict) -> torch.Tensor:
    """Logits ``[classes]`` in f32 for one ``[H, W, 3]`` uint8 picture."""
    return model(data.normalise(picture.permute(2, 0, 1).unsqueeze(0), config))[0]


def recipe(config: dict, epochs: int, done: int, device: str) -> str:
    """The training recipe in one line, for a run of ``epochs`` of which ``done`` are over."""
    train = config["train"]
    sizes = ", ".join(f"{side} px from epoch {round(share * epochs)}" for share, side in train["sizes"] if round(share * epochs) < done)
    parts = [
        f"from scratch; {train['optimizer']}, learning rate {train['learning_rate']} with a warm-up over {train['warmup_share']:.0%} of the "
        f"run and a cosine to 0 at epoch {epochs}, weight decay {train['weight_decay']}, batch {train['batch']}",
        f"label smoothing {train['label_smoothing']}, average of weights with decay {train['ema_decay']}",
        f"random resized crop from {train['crop_area']:.0%} of the area, flip, TrivialAugment, erasing {train['random_erasing']}, "
        f"mixup {train['mixup']} or cutmix on {train['mixed_share']:.0%} of the batches",
        sizes,
        f"bf16 on {device}",
    ]
    if done < epochs:
        parts.append(f"stopped after {done} of {epochs} epochs")
    return "; ".join(parts)


def describe(config: dict, checkpoint: dict, model: nn.Module, top1: float, top5: float, images: int) -> dict:
    """What the weights file says of itself."""
    done = checkpoint["epoch"] + 1
    return {
        "format": 1,
        "name": config["name"],
        "title": config["title"],
        "input": config["input"],
        "labels": data.labels(),
        **config["network"],
        "accuracy": {"dataset": "imagenette-144 val", "images": images, "top1": round(top1, 6), "top5": round(top5, 6)},
        "training": {
            "epochs": done,
            "seed": checkpoint["seed"],
            "recipe": recipe(config, checkpoint["epochs"], done, checkpoint["device"]),
            "torch": torch.__version__.partition("+")[0],
            "timm": timm.__version__,
        },
        "check": {"logits": logits(model, check_picture(config["input"]["crop"]), config["input"]).tolist()},
    }


def export(config: dict, checkpoint: dict, pictures: torch.Tensor, labels: torch.Tensor, folder: Path) -> tuple[Path, dict]:
    """Measure and write one network; returns the weights file's path and the top-1 accuracy of every class."""
    weights = rounded(averaged_weights(checkpoint))
    names = data.labels()
    model = load_weights(build(config["network"], len(names), config["input"]["crop"]), weights)
    ranked = rank(model, pictures, config["input"], autocast=False)
    top1, top5 = accuracy(ranked, labels)
    by_class = {name: round(accuracy(ranked[labels == i], labels[labels == i])[0], 4) for i, name in enumerate(names)}
    description = describe(config, checkpoint, model, top1, top5, len(pictures))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{config['name']}.safetensors"
    save_file(weights, path, metadata={"lambdascope": json.dumps(description, separators=(",", ":"))})
    path.chmod(0o644)  # written through a private temporary file
    return path, by_class


def finish(config: dict, run: Path, val_split: tuple[torch.Tensor, torch.Tensor]) -> None:
    """Export what ``run`` holds into its own folder and record it in ``results/``; the run that ships goes to
    ``www/weights`` as well."""
    checkpoint = torch.load(run / "checkpoint.pt", map_location="cpu")
    path, by_class = export(config, checkpoint, *val_split, folder=run)
    _, description = read(path)
    measured = description["accuracy"]
    print(f"{path}: {path.stat().st_size:,} bytes, epoch {checkpoint['epoch'] + 1}, top-1 {measured['top1']:.2%}, top-5 {measured['top5']:.2%}")
    results = RESULTS / run.name
    results.mkdir(parents=True, exist_ok=True)
    (results / "accuracy.json").write_text(json.dumps({**measured, "by_class": by_class}, indent=2) + "\n")
    shutil.copy(run / "log.jsonl", results / "log.jsonl")
    curve.draw(results / "log.jsonl", results / "curve.svg", config["title"])
    ships = configuration.shipped_run(config)
    if run.name == configuration.run_name(config, ships["epochs"], ships["seed"]):
        shutil.copy(path, WEIGHTS / path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    configuration.add_run(parser)
    arguments = parser.parse_args()
    config = configuration.load(arguments.config)
    finish(config, configuration.run_folder(config, arguments), data.load("val"))


if __name__ == "__main__":
    main()

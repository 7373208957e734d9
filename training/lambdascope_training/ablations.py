"""How often the network that the page opens with is right when parts of its lambda layers are switched off, nothing trained
again: counted by PyTorch and by the engine, over every validation picture.

    python -m lambdascope_training.ablations

Writes the engine's counts for the page (``www/weights/ablations.json``), PyTorch's in the same form beside the run's other
figures (``results/<run>/ablations.json``), and the table of both into ``docs/results.md``. Counts that are too far apart end it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from . import config as configuration
from . import data, report
from .engine import engine
from .evaluate import rank
from .export import RESULTS, WEIGHTS, read
from .layers import LambdaLayer

ENGINES = WEIGHTS / "ablations.json"
# Pictures by which two counts may differ: a picture whose two likeliest classes are a rounding error apart.
TOLERANCE = 1
# Which lambdas a layer keeps without each part: content, position.
PARTS = {"content_off": (False, True), "position_off": (True, False), "both_off": (False, False)}


def pytorchs(config: dict) -> Path:
    """Where PyTorch's counts are kept: with the figures of the run that ships."""
    ships = configuration.shipped_run(config)
    return RESULTS / configuration.run_name(config, ships["epochs"], ships["seed"]) / "ablations.json"


def lambda_layers(model: nn.Module) -> dict[str, LambdaLayer]:
    """The lambda layers by the names of their blocks."""
    return {name.rpartition(".")[0]: module for name, module in model.named_modules() if isinstance(module, LambdaLayer)}


@contextmanager
def only(layers: list[LambdaLayer], content: bool, position: bool) -> Iterator[None]:
    """Layers that leave out a lambda, whatever they were trained with, for as long as the context lasts."""
    before = [(layer.with_content, layer.with_position) for layer in layers]
    for layer in layers:
        layer.with_content, layer.with_position = layer.with_content and content, layer.with_position and position
    try:
        yield
    finally:
        for layer, (content, position) in zip(layers, before, strict=True):
            layer.with_content, layer.with_position = content, position


def hits(model: nn.Module, pictures: torch.Tensor, labels: torch.Tensor, config: dict) -> dict[str, int]:
    """How many pictures are right, and how many have their class among the five likeliest."""
    found = rank(model, pictures, config, autocast=False) == labels[:, None]
    return {"top1": int(found[:, 0].sum()), "top5": int(found.any(1).sum())}


def measure(weights: Path, pictures: torch.Tensor, labels: torch.Tensor) -> dict:
    """PyTorch's counts, in the form of the engine's."""
    model, description = read(weights)
    layers = lambda_layers(model)
    groups = [[name] for name in layers]
    if len(groups) > 1:
        groups.append(list(layers))
    rows = []
    for group in tqdm(groups, desc="PyTorch"):
        own = [layers[name] for name in group]
        has = {"content_off": any(layer.with_content for layer in own), "position_off": any(layer.with_position for layer in own)}
        has["both_off"] = all(has.values())
        row = {"layers": group}
        for part, keeps in PARTS.items():
            with only(own, *keeps):
                row[part] = hits(model, pictures, labels, description["input"]) if has[part] else None
        rows.append(row)
    return {
        "network": description["name"],
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "dataset": "imagenette-144/val",
        "pictures": len(pictures),
        "command": "python -m lambdascope_training.ablations",
        "unchanged": hits(model, pictures, labels, description["input"]),
        "rows": rows,
    }


def counts(ablations: dict) -> dict[str, int]:
    """Every count by what it is of."""
    named = {"unchanged": ablations["unchanged"]}
    named |= {f"{part} in {', '.join(row['layers'])}": row[part] for row in ablations["rows"] for part in PARTS}
    return {f"{name}: {which}": found[which] for name, found in named.items() if found for which in ("top1", "top5")}


def difference(first: dict, second: dict) -> int:
    """The largest difference of two counts.

    Raises ``ValueError`` if they are not of the same network, pictures, layers and parts.
    """
    for key in ("network", "sha256", "dataset", "pictures"):
        if first[key] != second[key]:
            raise ValueError(f"counts of two kinds: {key} {first[key]!r} and {second[key]!r}")
    own, other = counts(first), counts(second)
    if own.keys() != other.keys():
        raise ValueError(f"counts of different parts: {sorted(own.keys() ^ other.keys())}")
    return max(abs(own[name] - other[name]) for name in own)


def section() -> list[str]:
    """The chapter of `docs/results.md`; nothing where the counts are missing or of another file than the one that ships."""
    config = configuration.family()[0]
    weights = WEIGHTS / f"{config['name']}.safetensors"
    if not all(path.is_file() for path in (weights, ENGINES, pytorchs(config))):
        return []
    own, other = (json.loads(path.read_text()) for path in (pytorchs(config), ENGINES))
    if own["sha256"] != hashlib.sha256(weights.read_bytes()).hexdigest():
        return []
    return report.ablations(config, own, other, difference(own, other))


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    config = configuration.family()[0]
    weights = WEIGHTS / f"{config['name']}.safetensors"
    val = (data.folder() / "val").relative_to(data.PROJECT)
    other = engine("ablate", "--model", weights.relative_to(data.PROJECT), "--backend", "cpu", "--data", val)
    own = measure(weights, *data.load("val"))
    if (apart := difference(own, other)) > TOLERANCE:
        raise SystemExit(f"PyTorch and the engine count up to {apart} pictures differently, more than {TOLERANCE}")
    for path, value in ((ENGINES, other), (pytorchs(config), own)):
        path.write_text(json.dumps(value, indent=2) + "\n")
    report.replace_section(data.PROJECT / "docs" / "results.md", section())


if __name__ == "__main__":
    main()

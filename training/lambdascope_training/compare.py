"""Hold the finished runs against each other: the engine's accuracy and times beside PyTorch's accuracy.

    python -m lambdascope_training.compare

Writes what the page offers and shows (``www/weights/networks.json``, ``results.json``), ``docs/results.md``, a model card
for every shipped network, and keeps the engine's figures in ``results/<run>/engine.json``. Runs whose weights are not on this
machine stand there with the figures that were kept of them. Times want a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
from pathlib import Path

from tqdm import tqdm

from . import config as configuration
from . import ablations, cards, data, report
from .engine import engine
from .export import RESULTS, WEIGHTS, read, read_description
from .network import parameter_count


def machine() -> str:
    """The processor that the times were taken on, as Linux names it."""
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{os.cpu_count()} cores of {models[0]}"


def right(weights: Path) -> dict:
    """The engine's accuracy over the validation pictures."""
    accuracy = engine("evaluate", "--model", weights, "--backend", "cpu", "--data", data.folder() / "val")
    return {name: accuracy[name] for name in ("images", "top1", "top5")}


def cost(weights: Path) -> dict:
    """What a picture takes, and the engine's times on both backends."""
    cpu, gpu = (engine("bench", "--model", weights, "--backend", backend, "--runs", 30) for backend in ("cpu", "gpu"))
    return {
        "parameters": cpu["parameters"],
        "macs": cpu["macs"],
        "context_bytes": cpu["context_bytes"],
        "ms": {"cpu": cpu["median_ms"], "webgpu": gpu["median_ms"]},
        "devices": {"cpu": cpu["device"], "webgpu": gpu["device"]},
        "machine": machine(),
    }


def measured(weights: Path, kept: dict, again: bool) -> dict:
    """The engine's figures of a file. It measures a file once, unless ``again``, and where a run gave another file of the same
    network, only how often that is right: its times do not depend on its weights."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if not again and kept.get("sha256") == digest:
        return kept
    timed = not again and kept.get("parameters") == parameter_count(read(weights)[0])
    return {**kept, "sha256": digest, "accuracy": right(weights), **({} if timed else cost(weights))}


def weights_file(config: dict, run: dict) -> Path | None:
    """The file that a run gave: the one that ships, else the one in the run's folder, else none on this machine."""
    name = f"{config['name']}.safetensors"
    folder = configuration.RUNS / configuration.run_name(config, run["epochs"], run["seed"])
    shipped = [WEIGHTS] if run == configuration.shipped_run(config) else []
    return next((path / name for path in (*shipped, folder) if (path / name).is_file()), None)


def top1(run: str) -> float:
    """What is kept of a run's accuracy."""
    return json.loads((RESULTS / run / "accuracy.json").read_text())["top1"]


def row(config: dict, run: dict, equal: int, again: bool) -> dict | None:
    """All that is known of one run; none if it was never exported and measured."""
    weights, folder = weights_file(config, run), RESULTS / configuration.run_name(config, run["epochs"], run["seed"])
    kept = folder / "engine.json"
    figures = before = json.loads(kept.read_text()) if kept.is_file() else {}
    if weights is not None:
        figures = measured(weights, before, again)
    if figures != before:
        kept.write_text(json.dumps(figures, indent=2) + "\n")
    if not figures:
        return None
    ships = weights is not None and weights.parent == WEIGHTS
    accuracy = json.loads((folder / "accuracy.json").read_text())
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return {
        "name": config["name"],
        "title": config["title"],
        "run": "equal" if run["epochs"] == equal else "long",
        **run,
        **{name: figures[name] for name in ("parameters", "macs", "context_bytes", "ms", "sha256", "devices", "machine")},
        **{name: accuracy[name] for name in ("images", "top1", "top5", "by_class")},
        "engine": figures["accuracy"],
        "hours": sum(line["seconds"] for line in log) / 3600,
        "ships": ships,
        "repeats": [top1(name) for name in config.get("repeats", [])],
        **({"bytes": weights.stat().st_size, "recipe": read_description(weights)["training"]["recipe"]} if ships else {}),
    }


def listed(config: dict, own: dict) -> dict:
    """The page's entry of a network that it ships."""
    return {
        "name": config["name"],
        "title": config["title"],
        "file": f"{config['name']}.safetensors",
        **{name: own[name] for name in ("bytes", "sha256")},
        **{name: config[name] for name in ("layer", "changed")},
        **{name: own[name] for name in ("parameters", "macs")},
        "accuracy": {name: own[name] for name in ("images", "top1", "top5")},
        "training": {name: own[name] for name in ("epochs", "seed")},
    }


def margin(first: dict, second: dict) -> float:
    """The difference of two accuracies that chance alone exceeds once in twenty: 1.96 standard errors of the difference of
    two independent binomial shares."""
    return 1.96 * math.sqrt(sum(r["top1"] * (1 - r["top1"]) / r["images"] for r in (first, second)))


def rows(family: list[dict], again: bool = False) -> list[dict]:
    """Every run that is known, the one that ships before others of its configuration."""
    equal = configuration.shipped_run(family[1])["epochs"]
    runs = [(config, run) for config in family for run in config["runs"]]
    found = (row(config, run, equal, again) for config, run in tqdm(runs, desc="measure"))
    return [one for one in found if one is not None]


def texts(family: list[dict], found: list[dict]) -> dict[Path, str]:
    """Every file that is made of the figures, with what it says."""
    opening, like, *_ = family
    files, shipped = {}, []
    for config, own in ((config, own) for config in family for own in found if own["ships"] and own["name"] == config["name"]):
        base = None if config is opening else (opening if config is like else like)["title"]
        files[WEIGHTS / f"{config['name']}.md"] = cards.card(config, own, base)
        shipped.append(listed(config, own))
    keys = ("name", "title", "run", "seed", "epochs", "parameters", "macs", "top1", "top5", "context_bytes", "ms")
    results = {
        "dataset": f"Imagenette, {found[0]['images']:,} validation pictures",
        "machine": report.machine(found[0]),
        "rows": [{key: one[key] for key in keys} for one in found],
        "noise": report.noise(found, margin),
    }
    return {
        **files,
        WEIGHTS / "networks.json": text(shipped),
        WEIGHTS / "results.json": text(results),
        data.PROJECT / "docs" / "results.md": report.document(found, results["noise"], margin, ablations.section()),
    }


def text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="measure again what the engine has measured already")
    arguments = parser.parse_args()
    family = configuration.family()
    for path, said in texts(family, rows(family, arguments.again)).items():
        path.write_text(said)


if __name__ == "__main__":
    main()

"""Hold the finished runs against each other: the engine's accuracy and times beside PyTorch's accuracy.

    python -m lambdascope_training.compare

Writes what the page offers and shows (``www/weights/networks.json``, ``results.json``), ``docs/results.md``, a model card
for every shipped network, and keeps the engine's figures in ``results/<run>/engine.json``. Times want a machine that does nothing else.
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
from .export import RESULTS, WEIGHTS, read_description


def machine() -> str:
    """The processor that the times were taken on, as Linux names it."""
    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{os.cpu_count()} cores of {models[0]}"


def measure(weights: Path) -> dict:
    """The engine's accuracy over the validation pictures and its times on both backends."""
    accuracy = engine("evaluate", "--model", weights, "--backend", "cpu", "--data", data.folder() / "val")
    cpu, gpu = (engine("bench", "--model", weights, "--backend", backend, "--runs", 30) for backend in ("cpu", "gpu"))
    return {
        "accuracy": {name: accuracy[name] for name in ("images", "top1", "top5")},
        "parameters": cpu["parameters"],
        "macs": cpu["macs"],
        "context_bytes": cpu["context_bytes"],
        "ms": {"cpu": cpu["median_ms"], "webgpu": gpu["median_ms"]},
        "devices": {"cpu": cpu["device"], "webgpu": gpu["device"]},
        "machine": machine(),
    }


def finished() -> list[tuple[dict, dict, Path]]:
    """Every run that was exported: its configuration, its entry in ``runs``, its folder."""
    runs = [(config, run) for config in configuration.family() for run in config["runs"]]
    folders = [(config, run, configuration.RUNS / configuration.run_name(config, run["epochs"], run["seed"])) for config, run in runs]
    return [(config, run, folder) for config, run, folder in folders if (folder / f"{config['name']}.safetensors").is_file()]


def row(config: dict, run: dict, folder: Path, equal: int, again: bool) -> dict:
    """All that is known of one run. The engine measures a file once, unless ``again``."""
    weights, kept = folder / f"{config['name']}.safetensors", RESULTS / folder.name / "engine.json"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    measured = json.loads(kept.read_text()) if kept.is_file() else {}
    if again or measured.get("sha256") != digest:
        measured = {"sha256": digest, **measure(weights)}
        kept.write_text(json.dumps(measured, indent=2) + "\n")
    description = read_description(weights)
    log = [json.loads(line) for line in (RESULTS / folder.name / "log.jsonl").read_text().splitlines()]
    return {
        "name": config["name"],
        "title": config["title"],
        "run": "equal" if run["epochs"] == equal else "long",
        **run,
        **{name: measured[name] for name in ("parameters", "macs", "context_bytes", "ms")},
        **{name: description["accuracy"][name] for name in ("images", "top1", "top5")},
        "recipe": description["training"]["recipe"],
        "by_class": json.loads((RESULTS / folder.name / "accuracy.json").read_text())["by_class"],
        "engine": measured["accuracy"],
        "sha256": digest,
        "bytes": weights.stat().st_size,
        "devices": measured["devices"],
        "machine": measured["machine"],
        "hours": sum(line["seconds"] for line in log) / 3600,
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="measure again what the engine has measured already")
    arguments = parser.parse_args()
    family = configuration.family()
    equal = family[0]["runs"][0]["epochs"]
    rows = [row(config, run, folder, equal, arguments.again) for config, run, folder in tqdm(finished(), desc="measure")]
    shipped = []
    for config in family:
        last = config["runs"][-1]
        own = next((r for r in rows if (r["name"], r["epochs"], r["seed"]) == (config["name"], last["epochs"], last["seed"])), None)
        if own is not None and (WEIGHTS / f"{config['name']}.safetensors").is_file():
            shipped.append(listed(config, own))
            cards.write(WEIGHTS / f"{config['name']}.md", config, own, family[0]["title"])
    write(WEIGHTS / "networks.json", shipped)
    keys = ("name", "title", "run", "seed", "epochs", "parameters", "macs", "top1", "top5", "context_bytes", "ms")
    results = {
        "dataset": f"Imagenette, {rows[0]['images']:,} validation pictures",
        "machine": report.machine(rows[0]),
        "rows": [{key: r[key] for key in keys} for r in rows],
        "noise": report.noise(rows, margin),
    }
    write(WEIGHTS / "results.json", results)
    report.write(data.PROJECT / "docs" / "results.md", rows, results["noise"], margin, ablations.section())


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

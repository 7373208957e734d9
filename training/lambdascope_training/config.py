"""A configuration: a network, its preprocessing and its recipe, in one TOML file.

A sibling names its ``base`` and what stands in the lambda layers' place (``middle``); all else is the base's. Without a
``middle`` it is the same network in runs of its own.
"""

from __future__ import annotations

import argparse
import copy
import tomllib
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1]
CONFIGS = TRAINING / "configs"
RUNS = TRAINING / "runs"


def load(path: Path) -> dict:
    """The configuration of a file, its base filled in."""
    own = tomllib.loads(path.read_text())
    if "base" not in own:
        return own
    base = load(path.parent / own.pop("base"))
    middle = own.pop("middle", None)
    config = {**base, **own, "network": copy.deepcopy(base["network"])}
    if middle is not None:
        for stage in config["network"]["stages"]:
            stage["blocks"] = [replaced(block, middle) for block in stage["blocks"]]
    return config


def replaced(block: dict, middle: dict) -> dict:
    """A lambda block with another middle, or a block of another kind as it is."""
    return {"stride": block["stride"], **middle} if block["kind"] == "lambda" else block


def family() -> list[dict]:
    """Every configuration: the base, its network trained as long as the siblings, then the siblings, compared with that."""

    def place(path: Path) -> tuple[bool, bool, str]:
        own = tomllib.loads(path.read_text())
        return "base" in own, "middle" in own, path.name

    return [load(path) for path in sorted(CONFIGS.glob("*.toml"), key=place)]


def shipped_run(config: dict) -> dict:
    """The run that the weights file comes from."""
    return config["runs"][0]


def run_name(config: dict, epochs: int, seed: int) -> str:
    """The folder of one run."""
    return f"{config['name']}-{epochs}-{seed}"


def add_run(parser: argparse.ArgumentParser) -> None:
    """The options that name a run."""
    parser.add_argument("--epochs", type=int, help="length of the run; without it the configuration's first run, the one that ships")
    parser.add_argument("--seed", type=int, default=1)


def chosen_run(config: dict, arguments: argparse.Namespace) -> tuple[int, int]:
    """Epochs and seed of the run that the options name."""
    ships = shipped_run(config)
    return (arguments.epochs, arguments.seed) if arguments.epochs else (ships["epochs"], ships["seed"])


def run_folder(config: dict, arguments: argparse.Namespace) -> Path:
    """Where the run that the options name keeps its checkpoint."""
    return RUNS / run_name(config, *chosen_run(config, arguments))

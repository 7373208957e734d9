"""Resuming, exporting and the family's configurations, on a few pictures; needs the data set for its class names only."""

import argparse
import copy
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from lambdascope_training import config as configuration
from lambdascope_training import data, export
from lambdascope_training.network import build
from lambdascope_training.train import learning_rate, side_at, train

CONFIG = configuration.load(configuration.CONFIGS / "lambda_resnet_mini.toml")
FAMILY = configuration.family()


@pytest.fixture
def config() -> dict:
    config = copy.deepcopy(CONFIG)
    config["train"].update(batch=8, sizes=[[0, 32], [0.5, 64]])
    return config


@pytest.fixture
def split() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    pictures = torch.randint(0, 256, (20, 3, data.SIDE, data.SIDE), generator=generator, dtype=torch.uint8)
    return pictures, torch.arange(20) % 10


def checkpoint(run: Path) -> dict:
    return torch.load(run / "checkpoint.pt")


def test_a_resumed_run_equals_an_uninterrupted_one(config, split, tmp_path):
    train(config, tmp_path / "whole", split, split, 10, epochs=2, seed=1)
    train(config, tmp_path / "cut", split, split, 10, epochs=2, seed=1, stop_after=0)
    interrupted = checkpoint(tmp_path / "cut")
    train(config, tmp_path / "cut", split, split, 10, epochs=2, seed=1)
    whole, cut = checkpoint(tmp_path / "whole"), checkpoint(tmp_path / "cut")
    assert (interrupted["epoch"], cut["epoch"]) == (0, 1)
    for part in ("model", "average"):
        for name, tensor in whole[part].items():
            torch.testing.assert_close(cut[part][name], tensor, rtol=0, atol=1e-6, msg=lambda text, name=name: f"{name}: {text}")
    assert not torch.equal(interrupted["average"]["head.fc.weight"], cut["average"]["head.fc.weight"])


def test_an_exported_file_reads_back_as_the_network_it_describes(config, split, tmp_path):
    train(config, tmp_path / "run", split, split, 10, epochs=2, seed=1)
    path, by_class = export.export(config, checkpoint(tmp_path / "run"), *split, folder=tmp_path / "weights")
    with safe_open(path, "pt") as file:
        for name in file.keys():
            tensor = file.get_tensor(name)
            assert tensor.dtype == (torch.float16 if tensor.ndim >= 2 else torch.float32), name
            assert not name.endswith("num_batches_tracked")
    model, description = export.read(path)
    found = export.logits(model, export.check_picture(128), description["input"])
    torch.testing.assert_close(found, torch.tensor(description["check"]["logits"]))
    # Two pictures of each class: the classes' mean is the whole.
    assert sum(by_class.values()) / 10 == pytest.approx(description["accuracy"]["top1"], abs=1e-4)


def test_the_learning_rate_warms_up_and_ends_at_zero():
    recipe = dict(warmup_share=0.25, learning_rate=0.1)
    rates = [learning_rate(step, 40, recipe) for step in range(40)]
    assert rates[9] == pytest.approx(0.1)
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.001


def test_pictures_grow_with_the_share_of_the_run_that_is_done():
    assert [side_at(epoch, 10, [[0, 64], [0.35, 96], [0.9, 128]]) for epoch in range(10)] == [64] * 4 + [96] * 5 + [128]


def test_the_recipe_says_where_a_run_was_stopped():
    assert "stopped after 12 of 24 epochs" in export.recipe(CONFIG, 24, 12, "cpu")
    assert "stopped" not in export.recipe(CONFIG, 24, 24, "cpu")


def test_the_family_differs_in_the_lambda_layers_only():
    base, like, *siblings = FAMILY
    assert (base["name"], like["name"], len(siblings)) == (CONFIG["name"], "lambda_resnet_mini_16", 6)
    assert like["network"] == base["network"], "the first of those that are compared is the base's network"
    for config in (like, *siblings):
        assert {key: config[key] for key in ("input", "train")} == {key: CONFIG[key] for key in ("input", "train")}
        assert configuration.shipped_run(config) == configuration.shipped_run(like), "compared with a run of the same length and seed"
        for own, base in zip(config["network"]["stages"], CONFIG["network"]["stages"], strict=True):
            assert (own["out"], own["mid"]) == (base["out"], base["mid"])
            for block, replaced in zip(own["blocks"], base["blocks"], strict=True):
                assert block["stride"] == replaced["stride"]
                assert block == replaced or replaced["kind"] == "lambda"


def test_no_network_is_trained_twice_for_as_many_epochs_with_the_same_seed():
    runs = [(config["network"], run) for config in FAMILY for run in config["runs"]]
    assert all(run not in runs[:i] for i, run in enumerate(runs))
    assert len({configuration.run_name(config, **run) for config in FAMILY for run in config["runs"]}) == len(runs)


def test_the_run_that_ships_is_the_one_without_options():
    parser = argparse.ArgumentParser()
    configuration.add_run(parser)
    config = {"runs": [{"epochs": 16, "seed": 3}, {"epochs": 16, "seed": 2}]}
    assert configuration.chosen_run(config, parser.parse_args([])) == (16, 3)
    assert configuration.chosen_run(config, parser.parse_args(["--epochs", "16", "--seed", "2"])) == (16, 2)


@pytest.mark.parametrize("config", FAMILY, ids=lambda config: config["name"])
def test_a_network_of_the_family_runs_and_stays_small(config):
    model = build(config["network"], 10, config["input"]["crop"])
    assert sum(p.numel() for p in model.parameters()) <= 2_000_000
    for side in {side for _, side in config["train"]["sizes"]}:
        assert model(torch.zeros(2, 3, side, side)).shape == (2, 10)

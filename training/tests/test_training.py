"""Resuming, exporting and the faster forward, on a few pictures; needs the data set for its class names only."""

import copy
import json
import tomllib
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import nn

from lambdascope_training import data, export
from lambdascope_training.network import build, train_faster
from lambdascope_training.train import learning_rate, train

CONFIG = tomllib.loads((Path(__file__).parents[1] / "configs" / "lambda_resnet_mini.toml").read_text())


@pytest.fixture
def config() -> dict:
    config = copy.deepcopy(CONFIG)
    config["train"].update(batch=8, epochs=2, warmup_epochs=1, sizes=[[0, 64]])
    return config


@pytest.fixture
def split() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    pictures = torch.randint(0, 256, (20, 3, data.SIDE, data.SIDE), generator=generator, dtype=torch.uint8)
    return pictures, torch.arange(20) % 10


def checkpoint(run: Path) -> dict:
    return torch.load(run / "checkpoint.pt")


def test_a_resumed_run_equals_an_uninterrupted_one(config, split, tmp_path):
    train(config, tmp_path / "whole", split, split, 10)
    train(config, tmp_path / "cut", split, split, 10, stop_after=0)
    interrupted = checkpoint(tmp_path / "cut")
    train(config, tmp_path / "cut", split, split, 10)
    whole, cut = checkpoint(tmp_path / "whole"), checkpoint(tmp_path / "cut")
    assert (interrupted["epoch"], cut["epoch"]) == (0, 1)
    for part in ("model", "average"):
        for name, tensor in whole[part].items():
            torch.testing.assert_close(cut[part][name], tensor, msg=lambda text, name=name: f"{name}: {text}")
    assert not torch.equal(interrupted["average"]["module.head.fc.weight"], cut["average"]["module.head.fc.weight"])


def test_an_exported_file_reads_back_as_the_network_it_describes(config, split, tmp_path):
    train(config, tmp_path / "run", split, split, 10)
    path, by_class = export.export(config, checkpoint(tmp_path / "run"), *split, folder=tmp_path / "weights")
    with safe_open(path, "pt") as file:
        for name in file.keys():
            tensor = file.get_tensor(name)
            assert tensor.dtype == (torch.float16 if tensor.ndim >= 2 else torch.float32), name
            assert not name.endswith("num_batches_tracked")
    model, description = export.read(path)
    found = export.logits(model, export.check_picture(128), description["input"])
    torch.testing.assert_close(found, torch.tensor(description["check"]["logits"]))
    assert json.loads((tmp_path / "weights" / "manifest.json").read_text())[0]["bytes"] == path.stat().st_size
    # Two pictures of each class: the classes' mean is the whole.
    assert sum(by_class.values()) / 10 == pytest.approx(description["accuracy"]["top1"], abs=1e-4)


def test_the_faster_forward_is_timm_s():
    torch.manual_seed(3)
    model = build(CONFIG["network"], 10).eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):  # the blocks' last norms start at 0, which would hide the lambda layers
            nn.init.uniform_(module.weight, 0.5, 1.5)
    x = torch.randn(2, 3, 128, 128)
    with torch.no_grad():
        expected = model(x)
        torch.testing.assert_close(train_faster(model)(x), expected, rtol=1e-4, atol=1e-4)


def test_the_learning_rate_warms_up_and_ends_at_zero():
    recipe = dict(epochs=4, warmup_epochs=1, learning_rate=0.1)
    rates = [learning_rate(step, 10, recipe) for step in range(40)]
    assert rates[9] == pytest.approx(0.1)
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] < 0.001


def test_the_recipe_says_where_a_run_was_stopped():
    assert "stopped after 12 of 24 epochs" in export.recipe(CONFIG | {"train": CONFIG["train"] | {"epochs": 24}}, 12)
    assert "stopped" not in export.recipe(CONFIG, CONFIG["train"]["epochs"])

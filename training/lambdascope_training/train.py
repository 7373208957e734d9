"""Train a network from its configuration, resumably, then measure and export it.

    python -m lambdascope_training.train configs/lambda_resnet_mini.toml [--epochs 18 --seed 1]
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from timm.optim import create_optimizer_v2
from timm.utils import ModelEmaV3
from torch import nn
from tqdm import tqdm

from . import config as configuration
from . import data, export
from .evaluate import accuracy, rank
from .network import build, channels_last, parameter_count

Split = tuple[torch.Tensor, torch.Tensor]


def side_at(epoch: int, epochs: int, sizes: list[list[float]]) -> int:
    """The picture side of an epoch: that of the last entry that has begun."""
    return [side for share, side in sizes if round(share * epochs) <= epoch][-1]


def learning_rate(step: int, steps: int, recipe: dict) -> float:
    """Linear warm-up, then a cosine to zero at the last step."""
    warmup = round(recipe["warmup_share"] * steps)
    if step < warmup:
        return recipe["learning_rate"] * (step + 1) / warmup
    return recipe["learning_rate"] * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def seed_everything(seed: int, epoch: int) -> None:
    """An epoch's random numbers depend on nothing before it, so that a resumed run draws the same ones."""
    torch.manual_seed(seed * 1_000_003 + epoch)


def train(config: dict, run: Path, train_split: Split, val_split: Split, classes: int, epochs: int, seed: int,
          stop_after: int | None = None, device: torch.device = torch.device("cpu")) -> None:
    """Train to the end, or go on from the checkpoint in ``run`` as if there had been no interruption.

    A split is pictures ``[n, 3, 144, 144]`` uint8 with labels ``[n]``. ``stop_after`` ends the run after that epoch.
    """
    recipe, picture = config["train"], config["input"]
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.pt"
    (pictures, labels), held_out = ([part.to(device) for part in split] for split in (train_split, val_split))
    seed_everything(seed, -1)
    model = channels_last(build(config["network"], classes, picture["crop"], recipe["drop_path"])).to(device)
    average = ModelEmaV3(model, decay=recipe["ema_decay"], use_warmup=True)
    optimizer = create_optimizer_v2(model, opt=recipe["optimizer"], lr=recipe["learning_rate"], weight_decay=recipe["weight_decay"])
    batch, first = recipe["batch"], 0
    steps_an_epoch = len(pictures) // batch
    if checkpoint.is_file():
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        average.module.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["epoch"] + 1
    print(f"{run.name}: {parameter_count(model):,} parameters, epoch {first} of {epochs} on {device}", flush=True)

    whole = tqdm(total=epochs * steps_an_epoch, initial=first * steps_an_epoch, desc=run.name, mininterval=10, smoothing=0.01)
    for epoch in range(first, epochs):
        started, side, total = time.time(), side_at(epoch, epochs, recipe["sizes"]), 0.0
        augment = data.Augment(recipe, picture, classes, side)
        seed_everything(seed, epoch)
        model.train()
        order = torch.randperm(len(pictures)).to(device)
        for step in range(steps_an_epoch):
            done = epoch * steps_an_epoch + step
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(done, epochs * steps_an_epoch, recipe)
            chosen = order[step * batch : (step + 1) * batch]
            x, target = augment(pictures[chosen], labels[chosen])
            with torch.autocast(device.type, torch.bfloat16):
                logits = model(x.contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(logits.float(), target, label_smoothing=recipe["label_smoothing"])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe["clip"])
            optimizer.step()
            average.update(model, step=done + 1)
            total += loss.item()
            whole.update()
        top1, top5 = accuracy(rank(average.module, held_out[0], picture, autocast=True), held_out[1])
        line = dict(epoch=epoch, side=side, loss=round(total / steps_an_epoch, 4), top1=round(top1, 4), top5=round(top5, 4),
                    seconds=round(time.time() - started, 1))
        whole.write(json.dumps(line))
        with (run / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        partial = checkpoint.with_suffix(".partial")
        torch.save(dict(epoch=epoch, epochs=epochs, seed=seed, device=str(device), model=model.state_dict(),
                        average=average.module.state_dict(), optimizer=optimizer.state_dict()), partial)
        partial.replace(checkpoint)
        if stop_after == epoch:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    configuration.add_run(parser)
    parser.add_argument("--stop-after", type=int, help="stop after this epoch, as an interruption would")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    config = configuration.load(arguments.config)
    run, (epochs, seed) = configuration.run_folder(config, arguments), configuration.chosen_run(config, arguments)
    val_split = data.load("val")
    train(config, run, data.load("train"), val_split, len(data.labels()), epochs, seed, arguments.stop_after, torch.device(arguments.device))
    if arguments.stop_after is None:
        export.finish(config, run, val_split)


if __name__ == "__main__":
    main()

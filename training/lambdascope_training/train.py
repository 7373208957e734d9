"""Train one network from one configuration file, resumably.

    python -m lambdascope_training.train configs/lambda_resnet_mini.toml
"""

from __future__ import annotations

import argparse
import json
import math
import time
import tomllib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from . import data
from .network import build, channels_last, parameter_count, train_faster

RUNS = Path(__file__).resolve().parents[1] / "runs"


def side_at(epoch: int, sizes: list[list[int]]) -> int:
    """The picture side of an epoch: that of the last entry that has begun."""
    return [side for first, side in sizes if first <= epoch][-1]


def learning_rate(step: int, steps_an_epoch: int, config: dict) -> float:
    """Linear warm-up, then a cosine to zero at the last step."""
    total, warmup = config["epochs"] * steps_an_epoch, config["warmup_epochs"] * steps_an_epoch
    if step < warmup:
        return config["learning_rate"] * (step + 1) / warmup
    return config["learning_rate"] * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Weight decay for matrices and kernels only, not for norms and biases."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]


@torch.no_grad()
def rank(model: nn.Module, pictures: torch.Tensor, config: dict, autocast: bool) -> torch.Tensor:
    """The five likeliest classes ``[n, 5]`` of every picture's centre crop, likeliest first."""
    model.eval()
    margin = (data.SIDE - config["crop"]) // 2
    crops = pictures[:, :, margin : margin + config["crop"], margin : margin + config["crop"]]
    ranked = []
    for batch in crops.split(128):
        x = data.normalise(batch, config).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            ranked.append(model(x).float().topk(5).indices)
    return torch.cat(ranked)


def accuracy(ranked: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Top-1 and top-5 accuracy, fractions of 1."""
    hits = ranked == labels[:, None]
    return hits[:, 0].float().mean().item(), hits.any(1).float().mean().item()


Split = tuple[torch.Tensor, torch.Tensor]


def train(config: dict, run: Path, train_split: Split, val_split: Split, classes: int, stop_after: int | None = None) -> None:
    """Train to the end, or go on from the checkpoint in ``run`` as if there had been no interruption.

    A split is pictures ``[n, 3, 144, 144]`` uint8 with labels ``[n]``. ``stop_after`` ends the run after that epoch.
    """
    recipe = config["train"]
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.pt"
    pictures, labels = train_split
    torch.manual_seed(config["seed"])
    model = channels_last(build(config["network"], classes, recipe["drop_path"]))
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(recipe["ema_decay"]), use_buffers=True)
    train_faster(model)
    train_faster(average.module)  # its copied `forward` would still be bound to the model's own layers
    optimizer = torch.optim.AdamW(parameter_groups(model, recipe["weight_decay"]), lr=1.0, betas=(0.9, 0.99))
    generator = torch.Generator().manual_seed(config["seed"])
    batch, steps_an_epoch, first = recipe["batch"], len(pictures) // recipe["batch"], 0
    if checkpoint.is_file():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        generator.set_state(state["generator"])
        torch.set_rng_state(state["rng"])
        first = state["epoch"] + 1
    print(f"{config['name']}: {parameter_count(model):,} parameters, epoch {first} of {recipe['epochs']}", flush=True)

    for epoch in range(first, recipe["epochs"]):
        started, side, total = time.time(), side_at(epoch, recipe["sizes"]), 0.0
        model.train()
        order = torch.randperm(len(pictures), generator=generator)
        progress = tqdm(range(steps_an_epoch), desc=f"epoch {epoch} at {side} px", mininterval=5)
        for step in progress:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps_an_epoch + step, steps_an_epoch, recipe)
            chosen = order[step * batch : (step + 1) * batch]
            x = data.augment(pictures[chosen], side, recipe["random_erasing"], config["input"], generator)
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(x.contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(logits.float(), labels[chosen], label_smoothing=recipe["label_smoothing"])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            average.update_parameters(model)
            total += loss.item()
            progress.set_postfix(loss=f"{total / (step + 1):.3f}")
        top1, top5 = accuracy(rank(average.module, val_split[0], config["input"], autocast=True), val_split[1])
        line = dict(epoch=epoch, side=side, loss=round(total / steps_an_epoch, 4), top1=round(top1, 4), top5=round(top5, 4),
                    seconds=round(time.time() - started, 1))
        print(json.dumps(line), flush=True)
        with (run / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        partial = checkpoint.with_suffix(".partial")
        torch.save(dict(epoch=epoch, model=model.state_dict(), average=average.state_dict(), optimizer=optimizer.state_dict(),
                        generator=generator.get_state(), rng=torch.get_rng_state()), partial)
        partial.replace(checkpoint)
        if stop_after == epoch:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--stop-after", type=int, help="stop after this epoch, as an interruption would")
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    train(config, RUNS / config["name"], data.load("train"), data.load("val"), len(data.labels()), arguments.stop_after)


if __name__ == "__main__":
    main()

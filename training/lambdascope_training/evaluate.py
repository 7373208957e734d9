"""How often a network is right."""

from __future__ import annotations

import torch
from torch import nn

from . import data


@torch.no_grad()
def rank(model: nn.Module, pictures: torch.Tensor, config: dict, autocast: bool) -> torch.Tensor:
    """The five likeliest classes ``[n, 5]`` of every picture's centre crop, likeliest first."""
    model.eval()
    margin = (data.SIDE - config["crop"]) // 2
    crops = pictures[:, :, margin : margin + config["crop"], margin : margin + config["crop"]]
    ranked = []
    for batch in crops.split(128):
        x = data.normalise(batch, config).contiguous(memory_format=torch.channels_last)
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=autocast):
            ranked.append(model(x).float().topk(5).indices)
    return torch.cat(ranked)


def accuracy(ranked: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Top-1 and top-5 accuracy, fractions of 1."""
    hits = ranked == labels[:, None]
    return hits[:, 0].float().mean().item(), hits.any(1).float().mean().item()

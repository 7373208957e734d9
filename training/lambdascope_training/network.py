"""The network: timm's ByobNet built from a configuration, with the layers of `layers.py`.

The configuration's ``network`` table has the same words as the description stored in the
exported weights file (``activation``, ``stem``, ``stages``), so that both say the same thing.
"""

from __future__ import annotations

import torch
from timm.models.byobnet import ByoBlockCfg, ByobNet, ByoModelCfg
from torch import nn

from .layers import BottleneckAttn, IntraDepthLambdaLayer, LambdaLayer


def block_cfg(block: dict, common: dict) -> ByoBlockCfg:
    """One block of a stage."""
    match block["kind"]:
        case "conv":
            return ByoBlockCfg(type="bottle", **common)
        case "lambda":
            position = block["position"]
            if position["kind"] not in ("local", "none"):
                raise ValueError(f"position kind {position['kind']!r}, expected 'local' or 'none'")
            if block.get("u", 1) > 1:
                if position["kind"] != "local" or not block.get("content", True):
                    raise ValueError(f"intra-depth {block['u']} in {block}, expected both lambdas with a local window")
                kwargs = dict(num_heads=block["heads"], dim_head=block["k"], r=position["r"], intra=block["u"])
                return ByoBlockCfg(type="self_attn", self_attn_layer=IntraDepthLambdaLayer, self_attn_kwargs=kwargs, **common)
            kwargs = dict(num_heads=block["heads"], dim_head=block["k"], r=position.get("r", 1), position=position["kind"] == "local",
                          content=block.get("content", True))
            return ByoBlockCfg(type="self_attn", self_attn_layer=LambdaLayer, self_attn_kwargs=kwargs, **common)
        case "attention":
            kwargs = dict(num_heads=block["heads"], dim_head=block["k"])
            return ByoBlockCfg(type="self_attn", self_attn_layer=BottleneckAttn, self_attn_kwargs=kwargs, **common)
        case kind:
            raise ValueError(f"block kind {kind!r}, expected 'conv', 'lambda' or 'attention'")


def model_cfg(network: dict) -> ByoModelCfg:
    """Turn the ``network`` table of a configuration into timm's model configuration."""
    stages = []
    for stage in network["stages"]:
        blocks = []
        for index, block in enumerate(stage["blocks"]):
            stride = block["stride"]
            if index > 0 and stride != 1:
                raise ValueError(f"stage block {index} has stride {stride}, only a stage's first block may stride")
            blocks.append(block_cfg(block, dict(d=1, c=stage["out"], s=stride, gs=0, br=stage["mid"] / stage["out"])))
        stages.append(tuple(blocks))
    stem = network["stem"]
    strides = [conv["stride"] for conv in stem["convs"]]
    between, last = [1] * (len(strides) - 2), 1 if stem["pool"] else 2
    if len(strides) < 2 or strides != [2, *between, last]:
        raise ValueError(f"stem strides {strides} with pool {stem['pool']}, expected {[2, *between, last]}")
    return ByoModelCfg(
        blocks=tuple(stages),
        stem_type="3x3",
        stem_chs=tuple(conv["out"] for conv in stem["convs"]),
        stem_pool="maxpool" if stem["pool"] else "",
        act_layer=network["activation"],
        fixed_input_size=any(block["kind"] == "attention" for stage in network["stages"] for block in stage["blocks"]),
    )


def build(network: dict, num_classes: int, side: int, drop_path: float = 0.0) -> ByobNet:
    """Build the network for pictures of ``side``² with fresh weights (the last BatchNorm of every block starts at zero)."""
    config = model_cfg(network)
    size = side if config.fixed_input_size else None
    return ByobNet(config, num_classes=num_classes, img_size=size, drop_path_rate=drop_path, zero_init_last=True)


def parameter_count(model: nn.Module) -> int:
    """The number of learned values."""
    return sum(p.numel() for p in model.parameters())


def channels_last(model: nn.Module) -> nn.Module:
    """Lay the 2-D convolutions' weights out channels-last (timm's 3-D lambda convolution stays as it is)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.to(memory_format=torch.channels_last)
    return model

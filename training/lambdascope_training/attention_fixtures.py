"""Write golden values of timm's BottleneckAttn, alone on maps of several sizes and inside a small ByobNet.

    python -m lambdascope_training.attention_fixtures

timm's own forward is the output; the parts are the layer's definition in float64, offset by offset, and must give it.
"""

from __future__ import annotations

import torch
from timm.layers.bottleneck_attn import BottleneckAttn
from timm.models.byobnet import ByoBlockCfg, ByobNet, ByoModelCfg
from torch import nn

from .fixture_file import FIXTURES, write
from .intermediates import Weights, close, offsets, pooled, project
from .layer_fixtures import forward, randomise, state

# Names say what is unusual about a case; `map` is [H, W]; `spread` is the largest logit where it is set. Maps of more
# than MAPS positions have no map of weights in their fixture.
CASES = {
    "default": dict(map=[8, 8], dim=32, heads=4, k=16),
    "wide": dict(map=[4, 9], dim=16, heads=4, k=16),
    "tall": dict(map=[11, 9], dim=16, heads=4, k=8),
    "many_tiles": dict(map=[16, 16], dim=16, heads=4, k=8),
    "one_head": dict(map=[5, 6], dim=16, heads=1, k=32),
    "two_heads": dict(map=[6, 5], dim=24, heads=2, k=8),
    "eight_heads": dict(map=[7, 7], dim=32, heads=8, k=8),
    "deep_values": dict(map=[3, 7], dim=16, dim_out=80, heads=2, k=16),
    "narrower_output": dict(map=[6, 6], dim=24, dim_out=8, heads=4, k=8),
    "odd_depths": dict(map=[5, 4], dim=10, dim_out=9, heads=3, k=5),
    "pooled": dict(map=[8, 6], dim=16, heads=4, k=8, stride=2),
    "pooled_odd": dict(map=[7, 5], dim=16, dim_out=32, heads=4, k=16, stride=2),
    "spread": dict(map=[10, 10], dim=16, heads=2, k=8, spread=80),
    "qkv_bias": dict(map=[4, 5], dim=16, heads=4, k=8, qkv_bias=True),
    "scarce_keys": dict(map=[4, 4], dim=8, heads=8, k=1),
    "point_map": dict(map=[1, 1], dim=16, heads=4, k=8),
    "row": dict(map=[1, 23], dim=8, heads=2, k=8),
}
MAPS = 30

# A network with both strides of the layer, as ByobNet builds it; the description is what its weights file would hold.
SIDE = 48
BLOCKS = [
    {"out": 32, "mid": 16, "blocks": [{"kind": "conv", "stride": 1}, {"kind": "attention", "stride": 1, "heads": 4, "k": 8}]},
    {"out": 64, "mid": 32, "blocks": [{"kind": "attention", "stride": 2, "heads": 2, "k": 16},
                                      {"kind": "attention", "stride": 1, "heads": 8, "k": 4}]},
]
STEM = [8, 16]
CLASSES = 6


def definition(layer: BottleneckAttn, x: torch.Tensor) -> Weights:
    """Every intermediate of ``layer`` on a map ``x [H, W, C]``, in float64.

    ``content``, ``position`` (logits) and ``weights`` are ``[heads, n, m]``; q, k, v and the output ``layer`` are
    ``[n, heads · depth]``. The queries and keys are multiplied by k^−½ together; timm leaves the position embeddings unscaled.
    """
    heads, k, size = layer.num_heads, layer.dim_head_qk, list(x.shape[:2])
    rows = project(x, layer.qkv.weight, layer.qkv.bias)
    q, keys, v = rows.split([layer.dim_out_qk, layer.dim_out_qk, layer.dim_out_v], 1)
    by_head = [part.unflatten(1, (heads, -1)).transpose(0, 1) for part in (q, keys, v)]
    dy, dx = offsets(size, size)
    embeddings = layer.pos_embed.height_rel.double()[dy + size[0] - 1] + layer.pos_embed.width_rel.double()[dx + size[1] - 1]
    content = by_head[0] @ by_head[1].transpose(1, 2) * k ** -0.5
    position = torch.einsum("hnk,nmk->hnm", by_head[0], embeddings)
    weights = (content + position).softmax(-1)
    out = (weights @ by_head[2]).transpose(0, 1).flatten(1)
    return {"q": q, "k": keys, "v": v, "content": content, "position": position, "weights": weights, "layer": out}


def write_layer(name: str, case: dict) -> None:
    """One layer alone."""
    size, stride = case["map"], case.get("stride", 1)
    dim_out = case.get("dim_out", case["dim"])
    layer = BottleneckAttn(case["dim"], dim_out, feat_size=size, stride=stride, num_heads=case["heads"], dim_head=case["k"],
                           qkv_bias=case.get("qkv_bias", False)).eval()
    layer.qkv.weight.mul_(1.5)
    if layer.qkv.bias is not None:
        nn.init.normal_(layer.qkv.bias)
    x = torch.randn(*size, case["dim"])
    if "spread" in case:
        parts = definition(layer, x)
        layer.qkv.weight.mul_((case["spread"] / parts["content"].abs().max().item()) ** 0.5)
    parts, output = definition(layer, x), forward(layer, x)
    close(pooled(parts["layer"], size, stride), output, f"{name}: parts against timm's forward")
    if size[0] * size[1] > MAPS:
        for part in ("content", "position", "weights"):
            del parts[part]
    found = {f"weights.{key}": tensor for key, tensor in state(layer).items()} | {"input": x, "output": output}
    found |= {part: tensor.float() for part, tensor in parts.items()}
    write(f"attention_layer_{name}", found, {"name": name, "stride": 1, **case, "dim_out": dim_out})


def network() -> ByobNet:
    """The small network with random weights and BatchNorm statistics."""
    def block(stage: dict, block: dict) -> ByoBlockCfg:
        common = dict(d=1, c=stage["out"], s=block["stride"], gs=0, br=stage["mid"] / stage["out"])
        if block["kind"] == "conv":
            return ByoBlockCfg(type="bottle", **common)
        kwargs = dict(num_heads=block["heads"], dim_head=block["k"])
        return ByoBlockCfg(type="self_attn", self_attn_layer="bottleneck", self_attn_kwargs=kwargs, **common)

    blocks = tuple(tuple(block(stage, own) for own in stage["blocks"]) for stage in BLOCKS)
    config = ByoModelCfg(blocks=blocks, stem_type="3x3", stem_chs=tuple(STEM), stem_pool="maxpool", act_layer="relu",
                         fixed_input_size=True)
    model = ByobNet(config, num_classes=CLASSES, img_size=SIDE, zero_init_last=False).eval()
    randomise([module for module in model.modules() if isinstance(module, nn.BatchNorm2d)])
    return model


def write_network() -> None:
    """The network with the outputs of its blocks and attention layers."""
    model = network()
    tensors = {f"weights.{key}": tensor for key, tensor in state(model).items()}
    x = torch.randn(SIDE, SIDE, 3)
    found: Weights = {}
    for name, module in model.named_modules():
        if name.count(".") == 2 and name.startswith("stages."):
            module.register_forward_hook(lambda _, __, output, name=name: found.__setitem__(name, output[0].permute(1, 2, 0).clone()))
        if isinstance(module, BottleneckAttn):
            def keep(layer: BottleneckAttn, inputs: tuple, name: str = name) -> None:
                parts = definition(layer, inputs[0][0].permute(1, 2, 0))
                found.update({f"{name}.{part}": parts[part].float() for part in ("q", "k", "v", "layer")})
            module.register_forward_pre_hook(keep)
    found["logits"] = model(x.permute(2, 0, 1).unsqueeze(0))[0]
    description = {
        "format": 1, "name": "attention_resnet_small", "title": "AttentionResNet for tests",
        "input": {"resize": SIDE, "crop": SIDE, "interpolation": "bicubic", "mean": [0.5] * 3, "std": [0.25] * 3},
        "labels": [f"class {i}" for i in range(CLASSES)], "activation": "relu",
        "stem": {"convs": [{"out": out, "stride": 1 if i else 2} for i, out in enumerate(STEM)], "pool": True},
        "stages": BLOCKS,
    }
    write("network_attention", tensors | found | {"input": x}, description)


@torch.no_grad()
def write_all() -> None:
    """Every case; each has its own seed."""
    for seed, (name, case) in enumerate(CASES.items(), start=301):
        torch.manual_seed(seed)
        write_layer(name, {**case, "seed": seed})
    torch.manual_seed(300)
    write_network()
    paths = [*sorted(FIXTURES.glob("attention_layer_*.safetensors")), FIXTURES / "network_attention.safetensors"]
    print(f"{len(paths)} attention fixtures, {sum(path.stat().st_size for path in paths):,} bytes")


if __name__ == "__main__":
    write_all()

"""Write golden values of timm's three LambdaResNets with seeded weights, and what timm knows about them.

    python -m lambdascope_training.network_fixtures
"""

from __future__ import annotations

import json
import math

import timm
import torch
from timm.data import ImageNetInfo, resolve_data_config
from timm.layers.lambda_layer import LambdaLayer
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from . import seeded
from .fixture_file import FIXTURES, write
from .intermediates import close

# [H, W]: the first is traced, of the others the logits are kept.
SIZES = {
    "lambda_resnet26t": [[128, 128], [160, 96], [117, 250]],
    "lambda_resnet26rpt_256": [[256, 256], [241, 250]],
    "lambda_resnet50ts": [[160, 160], [112, 144], [75, 201]],
}
SAMPLES = 256
DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def stride(count: int) -> int:
    """Between two samples of a value of ``count`` numbers: odd, so that they fall on every channel."""
    return math.ceil(count / SAMPLES) | 1


def build(name: str) -> nn.Module:
    """timm's network in evaluation mode with seeded weights."""
    model = timm.create_model(name).eval()
    seeded.load(model)
    return model


def nchw(height: int, width: int) -> torch.Tensor:
    """The seeded input as PyTorch wants it, ``[1, 3, H, W]``."""
    return seeded.picture(height, width).permute(2, 0, 1).unsqueeze(0).contiguous()


def is_traced(name: str, module: nn.Module) -> bool:
    """The stem, every block, every lambda layer."""
    return name == "stem" or (name.startswith("stages.") and name.count(".") == 2) or isinstance(module, LambdaLayer)


def trace(model: nn.Module, size: list[int]) -> dict[str, torch.Tensor]:
    """Samples and largest magnitude of every traced module's output, channels-last, and the logits."""
    found: dict[str, torch.Tensor] = {}

    def keep(name: str):
        def hook(_: nn.Module, __: tuple, output: torch.Tensor) -> None:
            values = output[0].permute(1, 2, 0).flatten()
            found[f"{name}.sample"] = values[:: stride(values.numel())].clone()
            found[f"{name}.max_abs"] = values.abs().max()[None]
        return hook

    hooks = [module.register_forward_hook(keep(name)) for name, module in model.named_modules() if is_traced(name, module)]
    found["logits"] = model(nchw(*size))[0]
    for hook in hooks:
        hook.remove()
    return found


def check(name: str, model: nn.Module, logits: torch.Tensor, size: list[int]) -> None:
    """Stop if f32 has lost the logits, or if values explode or vanish."""
    exact = build(name).double()(nchw(*size).double())[0]
    close(logits, exact, f"{name}: f32 against f64")
    if not 0.5 < logits.std().item() < 10:
        raise ValueError(f"{name}: the logits' standard deviation is {logits.std().item():.3g}")


def write_network(name: str) -> None:
    """One network's golden values and its state dict's names, shapes and types in file order."""
    model = build(name)
    size, *others = SIZES[name]
    found = trace(model, size)
    check(name, model, found["logits"], size)
    for height, width in others:
        found[f"logits_{height}x{width}"] = model(nchw(height, width))[0]
    write(f"network_{name}", found, {"network": name, "map": size, "others": others, "samples": SAMPLES})
    entries = [{"name": key, "shape": list(tensor.shape), "dtype": DTYPES[tensor.dtype]} for key, tensor in model.state_dict().items()]
    lines = ",\n".join(map(json.dumps, entries))
    (FIXTURES / f"state_dict_{name}.json").write_text(f"[\n{lines}\n]\n")


def accepted(model: nn.Module, sides: range) -> tuple[list[int], list[int]]:
    """The sides of a square picture at which the network runs, and those at which it runs by accident.

    Where a lambda block's pool rounds down and its shortcut's stride rounds up, a branch of one position is broadcast over
    a shortcut of two.
    """
    shapes: dict[str, torch.Size] = {}
    hooks = [module.register_forward_hook(lambda _, __, output, name=name: shapes.__setitem__(name, output.shape))
             for name, module in model.named_modules() if name.endswith((".conv3_1x1", ".shortcut"))]
    found, by_accident = [], []
    for side in sides:
        try:
            model(torch.zeros(1, 3, side, side))
        except RuntimeError:
            continue
        blocks = [name.removesuffix(".shortcut") for name in shapes if name.endswith(".shortcut")]
        same = all(shapes[f"{block}.shortcut"] == shapes[f"{block}.conv3_1x1"] for block in blocks)
        (found if same else by_accident).append(side)
    for hook in hooks:
        hook.remove()
    return found, by_accident


def macs(model: nn.Module, side: int) -> int:
    """Multiplications with an addition each of convolutions, products of matrices and the linear layer."""
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, 3, side, side))
    return counter.get_total_flops() // 2


def facts(name: str) -> dict:
    """What timm says of a network, and what it does."""
    model = build(name)
    config = resolve_data_config({}, model=model)
    sides = range(225, 273) if name.endswith("_256") else range(1, 130)
    sizes, by_accident = accepted(model, sides)
    return {
        "name": name,
        "tag": model.default_cfg["tag"],
        "hub_id": model.default_cfg["hf_hub_id"],
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "macs_256": macs(model, 256),
        "input_size": list(config["input_size"]),
        "fixed_input_size": model.default_cfg.get("fixed_input_size", False),
        "crop_pct": config["crop_pct"],
        "resize": math.floor(config["input_size"][-1] / config["crop_pct"]),
        "crop_mode": config["crop_mode"],
        "interpolation": config["interpolation"],
        "mean": list(config["mean"]),
        "std": list(config["std"]),
        "tried_sides": [sides.start, sides.stop - 1],
        "accepted_sides": sizes,
        "broadcast_sides": by_accident,
    }


def recorded(name: str, shape: tuple[int, ...]) -> dict:
    """Enough of a seeded tensor to tell whether another program computes the same."""
    values = (seeded.picture(*shape[:2]).numpy() if name == seeded.INPUT else seeded.tensor(name, shape)).flatten()
    return {"shape": shape, "first": values[:4].tolist(), "last": values[-1].item(), "sum": abs(values.astype("float64")).sum()}


@torch.no_grad()
def main() -> None:
    for name in tqdm(SIZES, desc="networks"):
        write_network(name)
    info = ImageNetInfo()
    found = {"networks": [facts(name) for name in tqdm(SIZES, desc="facts")], "synsets": info.label_names(), "descriptions": info.label_descriptions()}
    lines = ",\n".join(f"{json.dumps(key)}: [\n" + ",\n".join(map(json.dumps, values)) + "\n]" for key, values in found.items())
    (FIXTURES / "timm_facts.json").write_text(f"{{\n{lines}\n}}\n")
    (FIXTURES / "seeded.json").write_text(json.dumps({name: recorded(name, shape) for name, shape in RECORDED.items()}, indent=1) + "\n")
    for path in sorted(FIXTURES.glob("*_lambda_resnet*")):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


# A tensor for every rule of `seeded`.
RECORDED: dict[str, tuple[int, ...]] = {
    "stem.conv1.conv.weight": (24, 3, 3, 3),
    "stem.conv1.bn.weight": (24,),
    "stem.conv1.bn.bias": (24,),
    "stem.conv1.bn.running_mean": (24,),
    "stem.conv1.bn.running_var": (24,),
    "stages.0.0.shortcut.conv.weight": (256, 64, 1, 1),
    "stages.0.0.conv3_1x1.conv.weight": (256, 64, 1, 1),
    "stages.2.1.self_attn.qkv.weight": (144, 256, 1, 1),
    "stages.2.1.self_attn.norm_q.running_var": (64,),
    "stages.2.1.self_attn.conv_lambda.weight": (16, 1, 9, 9, 1),
    "stages.2.1.self_attn.conv_lambda.bias": (16,),
    "stages.2.1.self_attn.pos_emb": (31, 31, 16),
    "stages.2.1.post_attn.weight": (256,),
    "head.fc.weight": (1000, 2048),
    "head.fc.bias": (1000,),
    seeded.INPUT: (128, 128, 3),
}


if __name__ == "__main__":
    main()

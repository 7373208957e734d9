"""Write a golden value for every kind of lambda layer: timm's, lambda-networks', and those that neither package has.

    python -m lambdascope_training.layer_fixtures

The package's own forward is the output; the parts come from the definition in ``intermediates`` and must compose to it. A case
of package ``definition`` has the definition as its output and lambda-networks' names for its weights.
"""

from __future__ import annotations

import lambda_networks
import torch
from timm.layers.lambda_layer import LambdaLayer
from torch import nn

from .fixture_file import FIXTURES, write
from .intermediates import BN_EPS, Weights, close, compose, lambda_networks_terms, pooled, timm_terms

# Names say what is unusual about a case; `map` is [H, W]; r is the window, None a table over the whole map.
TIMM = {
    "default": dict(map=[8, 8], dim=32, heads=4, k=16, r=9),
    "wide": dict(map=[5, 7], dim=32, heads=4, k=16, r=9),
    "tall": dict(map=[9, 3], dim=48, heads=4, k=16, r=5),
    "small_window": dict(map=[6, 6], dim=16, heads=2, k=8, r=3),
    "one_head": dict(map=[4, 6], dim=8, heads=1, k=16, r=3),
    "window_beyond_map": dict(map=[3, 4], dim=32, heads=4, k=16, r=9),
    "pooled": dict(map=[8, 6], dim=32, heads=4, k=16, r=9, stride=2),
    "point_window": dict(map=[4, 4], dim=16, heads=2, k=4, r=1),
    "global": dict(map=[6, 6], dim=16, heads=4, k=8, r=None),
    "global_wide": dict(map=[3, 8], dim=16, heads=2, k=8, r=None),
    "global_tall": dict(map=[7, 2], dim=12, heads=4, k=4, r=None),
    "global_point": dict(map=[1, 1], dim=8, heads=2, k=4, r=None),
    "global_pooled": dict(map=[6, 8], dim=16, heads=4, k=4, r=None, stride=2),
    "pooled_odd": dict(map=[5, 7], dim=16, heads=4, k=4, r=3, stride=2),
    "odd_depths": dict(map=[5, 4], dim=12, heads=4, k=5, r=3),
    "one_value": dict(map=[4, 5], dim=8, heads=8, k=3, r=3),
    "many_heads": dict(map=[6, 5], dim=32, heads=16, k=4, r=5),
    "window_23": dict(map=[6, 5], dim=8, heads=2, k=4, r=23),
    "qkv_bias": dict(map=[4, 6], dim=16, heads=4, k=4, r=5, qkv_bias=True),
    "point_map": dict(map=[1, 1], dim=16, heads=4, k=8, r=9),
}
LAMBDA_NETWORKS = {
    "local": dict(map=[6, 5], dim=16, heads=4, k=8, u=1, r=5),
    "local_u4": dict(map=[5, 6], dim=16, heads=4, k=8, u=4, r=3),
    "local_u3_odd": dict(map=[4, 5], dim=12, heads=4, k=5, u=3, r=5),
    "global": dict(map=[5, 5], dim=16, heads=4, k=8, u=1, r=None),
    "global_u2": dict(map=[4, 4], dim=16, heads=2, k=4, u=2, r=None),
    "one_head": dict(map=[4, 6], dim=8, heads=1, k=8, u=1, r=3),
    "eight_heads": dict(map=[5, 4], dim=32, heads=8, k=4, u=1, r=5),
    "wider_output": dict(map=[4, 4], dim=8, dim_out=24, heads=4, k=4, u=1, r=3),
    "odd_width": dict(map=[5, 3], dim=10, dim_out=6, heads=2, k=4, u=2, r=3),
    "window_23": dict(map=[6, 4], dim=8, heads=4, k=4, u=1, r=23),
    "point_map": dict(map=[1, 1], dim=8, heads=2, k=4, u=2, r=3),
}
# `mask`: random, blind (random, and one query sees nothing) or causal. `spread`: the largest key. `bias`: of the convolution.
DEFINITION = {
    "masked_local": dict(map=[5, 4], dim=12, heads=4, k=8, u=1, r=3, mask="random"),
    "masked_global_u2": dict(map=[4, 3], dim=8, heads=2, k=4, u=2, r=None, mask="random"),
    "masked_blind": dict(map=[4, 4], dim=8, heads=2, k=4, u=1, r=3, mask="blind"),
    "masked_blind_global": dict(map=[3, 4], dim=8, heads=4, k=4, u=1, r=None, mask="blind"),
    "masked_spread": dict(map=[4, 5], dim=12, heads=2, k=4, u=1, r=3, mask="random", spread=60),
    "causal_local": dict(map=[4, 5], dim=12, heads=4, k=8, u=1, r=5, mask="causal"),
    "causal_sequence": dict(map=[1, 24], dim=8, heads=2, k=8, u=1, r=None, mask="causal"),
    "causal_local_u2": dict(map=[5, 3], dim=8, heads=4, k=5, u=2, r=3, mask="causal"),
    "causal_spread": dict(map=[5, 5], dim=8, heads=2, k=4, u=1, r=3, mask="causal", spread=60),
    "content_only": dict(map=[5, 4], dim=12, heads=4, k=8, u=1),
    "content_only_u2": dict(map=[3, 4], dim=8, heads=2, k=4, u=2),
    "position_only": dict(map=[5, 4], dim=12, heads=4, k=8, u=1, r=5, content=False),
    "position_only_global": dict(map=[4, 3], dim=8, heads=2, k=4, u=2, r=None, content=False),
    "local_without_bias": dict(map=[4, 5], dim=8, heads=2, k=8, u=1, r=3, bias=False),
    "global_wide_u2": dict(map=[2, 6], dim=8, heads=2, k=4, u=2, r=None),
    "context_content": dict(map=[3, 4], context_map=[2, 5], dim=12, context_dim=7, heads=4, k=4, u=1),
    "context_global": dict(map=[3, 4], context_map=[5, 2], dim=12, context_dim=8, heads=2, k=4, u=1, r=None),
    "context_global_u2": dict(map=[4, 3], context_map=[4, 3], dim=8, context_dim=12, heads=4, k=5, u=2, r=None),
    "context_masked": dict(map=[3, 4], context_map=[2, 7], dim=8, context_dim=6, heads=2, k=4, u=1, r=None, mask="blind"),
}


def randomise(norms: list[nn.BatchNorm2d]) -> None:
    """BatchNorm statistics far from 0 and 1."""
    for batch_norm in norms:
        nn.init.uniform_(batch_norm.weight, 0.5, 1.5)
        nn.init.normal_(batch_norm.bias, std=0.3)
        nn.init.normal_(batch_norm.running_mean, std=0.3)
        nn.init.uniform_(batch_norm.running_var, 0.5, 2.0)


def state(layer: nn.Module) -> Weights:
    """The floating-point tensors of a layer by the package's own names."""
    return {name: tensor for name, tensor in layer.state_dict().items() if tensor.is_floating_point()}


def forward(layer: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The package's own forward, channels-last."""
    return layer(x.permute(2, 0, 1).unsqueeze(0))[0].permute(1, 2, 0)


def store(name: str, case: dict, weights: Weights, tensors: Weights, parts: Weights, output: torch.Tensor) -> None:
    """One fixture: weights, inputs, parts and output, with the case's facts."""
    facts = {"name": name, "bn_eps": BN_EPS, "stride": 1, "u": 1, "content": True, "mask": "none", **case}
    facts["v"] = parts["layer"].shape[1] // case["heads"]
    found = {f"weights.{key}": tensor for key, tensor in weights.items()} | tensors
    found |= {key: tensor.float() for key, tensor in parts.items()} | {"output": output.float()}
    write(f"lambda_layer_{name}", found, facts)


def write_timm(name: str, case: dict) -> None:
    """A layer of timm's."""
    size, stride = case["map"], case.get("stride", 1)
    layer = LambdaLayer(case["dim"], feat_size=size, stride=stride, num_heads=case["heads"], dim_head=case["k"], r=case["r"],
                        qkv_bias=case.get("qkv_bias", False)).eval()
    if case["r"] is None:
        nn.init.normal_(layer.pos_emb, std=0.5)
    randomise([layer.norm_q, layer.norm_v])
    x = torch.randn(*size, case["dim"])
    parts, output = compose(timm_terms(state(layer), x, case["heads"])), forward(layer, x)
    close(pooled(parts["layer"], size, stride), output, f"{name}: parts against timm's forward")
    store(name, {"package": "timm", **case}, state(layer), {"input": x}, parts, output)


def lambda_networks_layer(case: dict) -> lambda_networks.LambdaLayer:
    """A layer of lambda-networks' with random weights; its keys are far enough apart for the softmax to matter."""
    scope = dict(n=case["map"][0]) if case["r"] is None else dict(r=case["r"])
    dim_out = case.get("dim_out", case["dim"])
    layer = lambda_networks.LambdaLayer(case["dim"], dim_k=case["k"], heads=case["heads"], dim_out=dim_out, dim_u=case["u"], **scope)
    layer.to_k.weight.mul_(3)
    randomise([layer.norm_q, layer.norm_v])
    return layer.eval()


def write_lambda_networks(name: str, case: dict) -> None:
    """A layer of lambda-networks'."""
    layer = lambda_networks_layer(case)
    x = torch.randn(*case["map"], case["dim"])
    parts, output = compose(lambda_networks_terms(state(layer), x, x, case["heads"], case["u"])), forward(layer, x)
    close(pooled(parts["layer"], case["map"], 1), output, f"{name}: parts against lambda-networks' forward")
    store(f"networks_{name}", {"package": "lambda-networks", **case}, state(layer), {"input": x}, parts, output)


def definition_weights(case: dict) -> Weights:
    """Random weights under lambda-networks' names, for dimensions and scopes its constructor cannot have."""
    k, u, heads, dim = (case[key] for key in ("k", "u", "heads", "dim"))
    layer = lambda_networks_layer({**case, "r": case.get("r") or 1})
    weights = state(layer)
    if "r" not in case or case["r"] is None or not case.get("bias", True):
        del weights["pos_conv.bias"]
    if "r" not in case or case["r"] is None:
        del weights["pos_conv.weight"]
    if "r" in case and case["r"] is None:
        sides = [q + c - 1 for q, c in zip(case["map"], case.get("context_map", case["map"]))]
        weights["rel_pos_emb"] = torch.randn(*sides, k, u)
    if "context_dim" in case:
        weights["to_k.weight"] = torch.randn(u * k, case["context_dim"], 1, 1)
        weights["to_v.weight"] = torch.randn(u * dim // heads, case["context_dim"], 1, 1) / 2
    return weights


def mask_of(kind: str, n: int, m: int) -> torch.Tensor:
    """A mask ``[n, m]`` of 0 and 1."""
    if kind == "causal":
        return torch.ones(n, m, dtype=torch.uint8).tril()
    mask = (torch.rand(n, m) < 0.4).to(torch.uint8)
    mask[torch.arange(n), torch.randint(m, (n,))] = 1
    if kind == "blind":
        mask[n // 2] = 0
    return mask


def write_definition(name: str, case: dict) -> None:
    """A layer that neither package has."""
    size, context_size = case["map"], case.get("context_map", case["map"])
    weights = definition_weights(case)
    x = torch.randn(*size, case["dim"])
    tensors = {"input": x}
    context = x
    if "context_map" in case:
        context = tensors["context"] = torch.randn(*context_size, case["context_dim"])
    terms = lambda_networks_terms(weights, x, context, case["heads"], case["u"])
    if "spread" in case:
        weights["to_k.weight"].mul_(case["spread"] / terms.keys.abs().max().item())
        terms = lambda_networks_terms(weights, x, context, case["heads"], case["u"])
    mask = None
    if "mask" in case:
        mask = mask_of(case["mask"], size[0] * size[1], context_size[0] * context_size[1])
        if case["mask"] != "causal":
            tensors["mask"] = mask
            case = {**case, "mask": "given"}
    parts = compose(terms, mask, case.get("content", True))
    if not all(tensor.isfinite().all() for tensor in parts.values()):
        raise ValueError(f"{name}: a part is not finite")
    store(name, {"package": "definition", **case}, weights, tensors, parts, pooled(parts["layer"], size, 1))


@torch.no_grad()
def write_all() -> None:
    """Every case; each has its own seed."""
    for first_seed, cases, write_one in ((1, TIMM, write_timm), (101, LAMBDA_NETWORKS, write_lambda_networks), (201, DEFINITION, write_definition)):
        for seed, (name, case) in enumerate(cases.items(), start=first_seed):
            torch.manual_seed(seed)
            write_one(name, {**case, "seed": seed})
    paths = sorted(FIXTURES.glob("lambda_layer_*.safetensors"))
    print(f"{len(paths)} lambda layers, {sum(path.stat().st_size for path in paths):,} bytes")


if __name__ == "__main__":
    write_all()

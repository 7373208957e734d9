"""What a lambda layer computes on the way, by name, channels-last: the paper's sums written out, in float64.

One definition serves both packages' layers and the kinds that neither has (masks, another context, no position term, no
content term). The embeddings are an explicit E[n, m, k, u], so a layer needs n·m·k·u numbers: for small maps only.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from timm.layers.lambda_layer import LambdaLayer

BN_EPS = 1e-5
Weights = dict[str, torch.Tensor]


@dataclass
class Terms:
    """What goes into the sums, in float64: queries, keys and values after their norms, and the position embeddings."""

    q: torch.Tensor                  # [n, h, k]
    keys: torch.Tensor               # [m, u, k], before the softmax
    v: torch.Tensor                  # [m, u, v]
    embeddings: torch.Tensor | None  # [n, m, k, u]
    bias: torch.Tensor | None        # [k], of a lambda convolution


def close(found: torch.Tensor, expected: torch.Tensor, what: str, tolerance: float = 1e-5) -> None:
    """Raise ``ValueError`` if two tensors differ by more than ``tolerance`` of the largest expected value."""
    difference = (found.double() - expected.double()).abs().max().item()
    allowed = tolerance * expected.abs().max().item()
    if not difference <= allowed:
        raise ValueError(f"{what}: largest difference {difference:.3g}, allowed {allowed:.3g}")


def project(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """A 1×1 convolution of ``x [H, W, C]`` as a matrix product: ``[H·W, out]``."""
    out = x.double().flatten(0, 1) @ weight.double().flatten(1).T
    return out if bias is None else out + bias.double()


def norm(x: torch.Tensor, weights: Weights, name: str) -> torch.Tensor:
    """BatchNorm in evaluation mode over the last axis."""
    weight, bias, mean, var = (weights[f"{name}.{part}"].double() for part in ("weight", "bias", "running_mean", "running_var"))
    return (x - mean) / (var + BN_EPS).sqrt() * weight + bias


def offsets(query_map: list[int], context_map: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Context minus query, along y and along x, each ``[n, m]``."""
    query_y, query_x = torch.meshgrid(*map(torch.arange, query_map), indexing="ij")
    context_y, context_x = torch.meshgrid(*map(torch.arange, context_map), indexing="ij")
    return tuple(c.flatten()[None, :] - q.flatten()[:, None] for q, c in ((query_y, context_y), (query_x, context_x)))


def from_table(table: torch.Tensor, query_map: list[int], context_map: list[int]) -> torch.Tensor:
    """``E [n, m, k, u]`` of a table ``[Hq + Hc − 1, Wq + Wc − 1, k, u]``."""
    dy, dx = offsets(query_map, context_map)
    return table.double()[dy + query_map[0] - 1, dx + query_map[1] - 1]


def from_window(kernel: torch.Tensor, query_map: list[int]) -> torch.Tensor:
    """``E [n, m, k, u]`` of a lambda convolution's kernel ``[k, u, r, r]``: zero outside the window."""
    dy, dx = offsets(query_map, query_map)
    side = kernel.shape[-1]
    half = side // 2
    inside = (dy.abs() <= half) & (dx.abs() <= half)
    taps = kernel.double().permute(2, 3, 0, 1)
    return taps[(dy + half).clamp(0, side - 1), (dx + half).clamp(0, side - 1)] * inside[..., None, None]


def timm_terms(weights: Weights, x: torch.Tensor, heads: int) -> Terms:
    """The terms of timm's layer, from its state dict."""
    k = weights["norm_q.weight"].numel() // heads
    q, keys, v = project(x, weights["qkv.weight"], weights.get("qkv.bias")).split([heads * k, k, weights["norm_v.weight"].numel()], 1)
    size = list(x.shape[:2])
    if "pos_emb" in weights:
        embeddings = from_table(weights["pos_emb"].unsqueeze(-1), size, size)
    else:
        embeddings = from_window(weights["conv_lambda.weight"][..., 0], size)
    q, v = norm(q, weights, "norm_q"), norm(v, weights, "norm_v")
    return Terms(q.unflatten(1, (heads, k)), keys.unsqueeze(1), v.unsqueeze(1), embeddings, weights.get("conv_lambda.bias"))


def lambda_networks_terms(weights: Weights, x: torch.Tensor, context: torch.Tensor, heads: int, u: int) -> Terms:
    """The terms of lambda-networks' layer, from its state dict; without position tensors there is no position term."""
    q = norm(project(x, weights["to_q.weight"]), weights, "norm_q").unflatten(1, (heads, -1))
    keys = project(context, weights["to_k.weight"]).unflatten(1, (u, -1))
    v = norm(project(context, weights["to_v.weight"]), weights, "norm_v").unflatten(1, (u, -1))
    query_map, context_map = list(x.shape[:2]), list(context.shape[:2])
    embeddings = None
    if "rel_pos_emb" in weights:
        embeddings = from_table(weights["rel_pos_emb"], query_map, context_map)
    elif "pos_conv.weight" in weights:
        embeddings = from_window(weights["pos_conv.weight"][:, :, 0], query_map)
    return Terms(q, keys, v, embeddings, weights.get("pos_conv.bias"))


def masked_softmax(keys: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """k̄ ``[n, m, u, k]`` over what each query sees of ``keys [m, u, k]``; all zero for a query that sees nothing."""
    seen = mask.bool()[:, :, None, None]
    scores = torch.where(seen, keys[None], -torch.inf)
    largest = scores.amax(1, keepdim=True)
    powers = torch.where(seen, (scores - torch.where(largest.isinf(), 0.0, largest)).exp(), 0.0)
    total = powers.sum(1, keepdim=True)
    return powers / torch.where(total == 0, 1.0, total)


def compose(terms: Terms, mask: torch.Tensor | None = None, content: bool = True) -> dict[str, torch.Tensor]:
    """Every intermediate of a layer, in float64, from ``q [n, h·k]`` to ``layer [n, h·v]``, the sum of content and position.

    ``k_bar [m, u·k]`` and ``lambda_content [k, v]`` only where one of each serves all queries: without a mask, with content.
    """
    q, keys, v = terms.q, terms.keys, terms.v
    zero = q.new_zeros(q.shape[0], q.shape[1], v.shape[2])
    parts = {"q": q, "k": keys, "v": v, "content": zero, "position": zero}
    if content and mask is None:
        k_bar = keys.softmax(0)
        parts["k_bar"] = k_bar
        parts["lambda_content"] = torch.einsum("muk,muv->kv", k_bar, v)
        parts["content"] = torch.einsum("nhk,kv->nhv", q, parts["lambda_content"])
    elif content:
        lambdas = torch.einsum("nmuk,muv->nkv", masked_softmax(keys, mask), v)
        parts["content"] = torch.einsum("nhk,nkv->nhv", q, lambdas)
    if terms.embeddings is not None:
        embeddings = terms.embeddings if mask is None else terms.embeddings * mask.double()[:, :, None, None]
        lambdas = torch.einsum("nmku,muv->nkv", embeddings, v)
        if terms.bias is not None:
            lambdas = lambdas + terms.bias.double()[None, :, None]
        parts["position"] = torch.einsum("nhk,nkv->nhv", q, lambdas)
    parts["layer"] = parts["content"] + parts["position"]
    return {name: tensor if name == "lambda_content" else tensor.flatten(1) for name, tensor in parts.items()}


def pooled(layer: torch.Tensor, size: list[int], stride: int) -> torch.Tensor:
    """``layer [n, h·v]`` as a map ``[Ho, Wo, h·v]``, after the average pool of a layer with stride 2."""
    out = layer.unflatten(0, size)
    return F.avg_pool2d(out.permute(2, 0, 1), 2).permute(1, 2, 0) if stride == 2 else out


@torch.no_grad()
def lambda_layer(layer: LambdaLayer, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every intermediate of timm's ``layer`` (evaluation mode) for one map ``x [H, W, C]``, in f32, and its own ``output``."""
    parts = compose(timm_terms(layer.state_dict(), x, layer.num_heads))
    output = layer(x.permute(2, 0, 1).unsqueeze(0))[0].permute(1, 2, 0)
    stride = x.shape[0] // output.shape[0]
    close(pooled(parts["layer"], list(x.shape[:2]), stride), output, "the intermediates do not compose to timm's forward")
    return {name: tensor.float() for name, tensor in parts.items()} | {"output": output}

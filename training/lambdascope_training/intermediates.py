"""What a lambda layer computes on the way, by name, channels-last, and proof that it is what timm computes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from timm.layers.lambda_layer import LambdaLayer


def close(a: torch.Tensor, b: torch.Tensor, what: str) -> None:
    """Raise ``AssertionError`` unless ``a`` and ``b`` agree to f32 rounding."""
    torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4, msg=lambda text: f"{what}: {text}")


@torch.no_grad()
def lambda_layer(layer: LambdaLayer, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every intermediate of ``layer`` (evaluation mode, local window) for one map ``x`` of ``[H, W, C]``.

    ``q [M, h*k]``, ``k_bar [M, k]``, ``v [M, v]``, ``lambda_content [k, v]``, ``content [M, h*v]``, ``position [M, h*v]``,
    their sum ``layer [M, h*v]`` and, after the pool of a stride-2 layer, ``output [Ho, Wo, C]``, with M = H·W.
    """
    height, width, _ = x.shape
    m, h, k = height * width, layer.num_heads, layer.dim_qk
    nchw = x.permute(2, 0, 1).unsqueeze(0)
    q, key, v = torch.split(layer.qkv(nchw), [h * k, k, layer.dim_v], dim=1)
    q = layer.norm_q(q)[0].reshape(h * k, m).T
    v_map = layer.norm_v(v)
    v = v_map[0].reshape(layer.dim_v, m).T
    k_bar = F.softmax(key[0].reshape(k, m), dim=-1).T
    lambda_content = k_bar.T @ v
    heads = q.reshape(m, h, k)
    content = torch.einsum("mhk,kv->mhv", heads, lambda_content)
    kernel = layer.conv_lambda.weight[..., 0]
    position_lambdas = F.conv2d(v_map.transpose(0, 1), kernel, layer.conv_lambda.bias, padding=kernel.shape[-1] // 2)
    position_lambdas = position_lambdas.reshape(layer.dim_v, k, m)
    position = torch.einsum("mhk,vkm->mhv", heads, position_lambdas)
    total = content + position
    output = layer(nchw)[0].permute(1, 2, 0)
    unpooled = total.reshape(height, width, -1).permute(2, 0, 1).unsqueeze(0)
    close(layer.pool(unpooled)[0].permute(1, 2, 0), output, "the intermediates do not compose to timm's forward")
    parts = dict(q=q, k_bar=k_bar, v=v, lambda_content=lambda_content, content=content.flatten(1),
                 position=position.flatten(1), layer=total.flatten(1), output=output)
    return {name: tensor.contiguous() for name, tensor in parts.items()}

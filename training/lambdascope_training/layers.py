"""The middles of a bottleneck, under timm's tensor names, written so that a CPU trains them fast and at every size.

What each computes is timm's own (`tests/test_layers.py` holds them against timm's modules); what timm lacks is a lambda
layer without its content or its position lambdas. Nothing here knows a network.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from timm.layers import bottleneck_attn, lambda_layer
from torch import nn


def offsets(height: int, width: int, reach_y: int, reach_x: int) -> torch.Tensor:
    """For every query and context position ``[H·W, H·W]`` the cell of a ``(2·reach_y + 1)×(2·reach_x + 1)`` table that holds
    their offset, context minus query; one past the last cell for an offset outside the table."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    y, x = y.flatten(), x.flatten()
    dy, dx = y[None, :] - y[:, None] + reach_y, x[None, :] - x[:, None] + reach_x
    rows, columns = 2 * reach_y + 1, 2 * reach_x + 1
    inside = (dy >= 0) & (dy < rows) & (dx >= 0) & (dx < columns)
    return torch.where(inside, dy * columns + dx, rows * columns)


class LambdaLayer(lambda_layer.LambdaLayer):
    """timm's lambda layer with a local window, either of its lambdas left out at wish; without both its output is zero.

    The position lambdas are one matrix product E V, with E ``[n, k, m]`` gathered from the window: a lambda convolution of
    one input channel keeps a CPU waiting. Without content the keys' rows of ``qkv`` are zero and stay so.
    """

    def __init__(self, *args, content: bool = True, position: bool = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.with_content, self.with_position = content, position
        if not position:
            del self.conv_lambda
            self.conv_lambda = None
        self.indices: dict[tuple, torch.Tensor] = {}
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """timm's own, with the keys' rows at zero in a layer without content. timm's constructor and blocks call it too."""
        nn.init.trunc_normal_(self.qkv.weight, std=self.qkv.weight.shape[1] ** -0.5)
        if self.conv_lambda is not None:
            nn.init.trunc_normal_(self.conv_lambda.weight, std=self.dim_qk**-0.5)
        if not getattr(self, "with_content", True):
            first = self.num_heads * self.dim_qk
            nn.init.zeros_(self.qkv.weight[first : first + self.dim_qk])

    def embeddings(self, height: int, width: int) -> torch.Tensor:
        """E ``[n, k, m]`` of a map of this size."""
        kernel = self.conv_lambda.weight[:, 0, :, :, 0]
        reach = kernel.shape[-1] // 2
        key = (height, width, kernel.device)
        if key not in self.indices:
            self.indices[key] = offsets(height, width, reach, reach).flatten().to(kernel.device)
        cells = F.pad(kernel.flatten(1), (0, 1))  # [k, r·r + 1], the last cell zero
        n = height * width
        return cells[:, self.indices[key]].view(-1, n, n).transpose(0, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        n, heads, depth, values = h * w, self.num_heads, self.dim_qk, self.dim_v
        q, k, v = torch.split(self.qkv(x), [heads * depth, depth, values], dim=1)
        q = self.norm_q(q).reshape(b, heads, depth, n).permute(0, 3, 1, 2)  # [b, n, h, k]
        v = self.norm_v(v).reshape(b, values, n)
        output = 0
        if not (self.with_content or self.with_position):
            output = v.new_zeros(b, n, heads, values)
        if self.with_content:
            k = F.softmax(k.reshape(b, depth, n), dim=-1)
            output = q.reshape(b, n * heads, depth) @ (k @ v.transpose(1, 2))
            output = output.view(b, n, heads, values)
        if self.with_position:
            by_position = self.embeddings(h, w).reshape(n * depth, n) @ v.reshape(b * values, n).t()  # [n·k, b·v]
            lambdas = by_position.view(n, depth, b, values).permute(2, 0, 1, 3)
            # The bias is the same for every value, so its part of the output is one number a query and head.
            output = output + q @ lambdas + (q @ self.conv_lambda.bias)[..., None]
        return self.pool(output.permute(0, 2, 3, 1).reshape(b, c, h, w))


class BottleneckAttn(bottleneck_attn.BottleneckAttn):
    """timm's bottleneck attention, which may also meet maps smaller than its tables: they then use the tables' middle.

    Small pictures train first, so the tables are shared by all sizes.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, h, w = x.shape
        n, heads = h * w, self.num_heads
        q, k, v = torch.split(self.qkv(x), [self.dim_out_qk, self.dim_out_qk, self.dim_out_v], dim=1)
        q = q.reshape(b, heads, self.dim_head_qk, n).transpose(2, 3)
        k = k.reshape(b, heads, self.dim_head_qk, n)
        v = v.reshape(b, heads, self.dim_head_v, n).transpose(2, 3)
        table = self.pos_embed
        by_row = relative(table.height_rel, h, table.height)  # [h, h, k]
        by_column = relative(table.width_rel, w, table.width)
        grid = q.reshape(b * heads, h, w, -1)
        rows = torch.einsum("byxk,ytk->byxt", grid, by_row)[..., :, None]
        columns = torch.einsum("byxk,xsk->byxs", grid, by_column)[..., None, :]
        position = (rows + columns).reshape(b, heads, n, n)
        scale = self.scale if self.scale_pos_embed else 1.0
        weights = F.softmax((q @ k) * self.scale + position * scale, dim=-1)
        output = (weights @ v).transpose(2, 3).reshape(b, self.dim_out_v, h, w)
        return self.pool(output)


def relative(table: torch.Tensor, side: int, whole: int) -> torch.Tensor:
    """``[side, side, k]``: a relative table's cell for every query (first) and context position along one axis."""
    positions = torch.arange(side, device=table.device)
    return table[positions[None, :] - positions[:, None] + whole - 1]

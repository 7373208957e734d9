"""The middles of a bottleneck, under the tensor names of other people's modules, written so that a CPU trains them fast and
at every size.

What each computes is timm's own, or lambda-networks' where there is an intra-depth, which timm lacks
(`tests/test_layers.py` holds them against both); neither has a lambda layer without its content or its position lambdas.
Nothing here knows a network.
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


class IntraDepthLambdaLayer(nn.Module):
    """lambda-networks' layer with an intra-depth u and a local window, under its tensor names; pooled where the stride is 2.

    u keys and u values a context position: both lambdas sum over positions and over u. First weights as in `LambdaLayer`,
    so that a network with it differs from its sibling in u alone. ``factory`` is the device and the type, as timm's blocks
    pass them.
    """

    def __init__(self, channels: int, *, stride: int = 1, num_heads: int, dim_head: int, r: int, intra: int, **factory) -> None:
        super().__init__()
        self.heads, self.depth, self.intra, self.values = num_heads, dim_head, intra, channels // num_heads
        self.to_q = nn.Conv2d(channels, num_heads * dim_head, 1, bias=False, **factory)
        self.to_k = nn.Conv2d(channels, intra * dim_head, 1, bias=False, **factory)
        self.to_v = nn.Conv2d(channels, intra * self.values, 1, bias=False, **factory)
        self.norm_q = nn.BatchNorm2d(num_heads * dim_head, **factory)
        self.norm_v = nn.BatchNorm2d(intra * self.values, **factory)
        self.pos_conv = nn.Conv3d(intra, dim_head, (1, r, r), padding=(0, r // 2, r // 2), **factory)
        self.pool = nn.AvgPool2d(2, 2) if stride == 2 else nn.Identity()
        self.indices: dict[tuple, torch.Tensor] = {}
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """`LambdaLayer`'s own; timm's blocks call it."""
        for projection in (self.to_q, self.to_k, self.to_v):
            nn.init.trunc_normal_(projection.weight, std=projection.weight.shape[1] ** -0.5)
        nn.init.trunc_normal_(self.pos_conv.weight, std=self.depth**-0.5)

    def embeddings(self, height: int, width: int) -> torch.Tensor:
        """E ``[n, k, u, m]`` of a map of this size."""
        kernel = self.pos_conv.weight[:, :, 0]
        reach = kernel.shape[-1] // 2
        key = (height, width, kernel.device)
        if key not in self.indices:
            self.indices[key] = offsets(height, width, reach, reach).flatten().to(kernel.device)
        cells = F.pad(kernel.flatten(2), (0, 1))  # [k, u, r·r + 1], the last cell zero
        n = height * width
        return cells[:, :, self.indices[key]].view(self.depth, self.intra, n, n).permute(2, 0, 1, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        n, u, values = h * w, self.intra, self.values
        q = self.norm_q(self.to_q(x)).reshape(b, self.heads, self.depth, n).permute(0, 3, 1, 2)  # [b, n, h, k]
        k = F.softmax(self.to_k(x).reshape(b, u, self.depth, n), dim=-1)
        v = self.norm_v(self.to_v(x)).reshape(b, u, values, n).transpose(2, 3)  # [b, u, m, v]
        content = k.transpose(1, 2).reshape(b, self.depth, u * n) @ v.reshape(b, u * n, values)
        by_position = self.embeddings(h, w).reshape(n * self.depth, u * n) @ v.permute(1, 2, 0, 3).reshape(u * n, b * values)
        lambdas = by_position.view(n, self.depth, b, values).permute(2, 0, 1, 3) + content[:, None]
        output = q @ lambdas + (q @ self.pos_conv.bias)[..., None]
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

"""The layers against timm's own modules, and what timm has no module for against its definition."""

import lambda_networks
import pytest
import torch
from timm.layers import bottleneck_attn, lambda_layer
from torch import nn

from lambdascope_training.layers import BottleneckAttn, IntraDepthLambdaLayer, LambdaLayer, offsets


def uneven(module: nn.Module) -> nn.Module:
    """Biases, norms and statistics away from the zeros and ones that hide a mistake."""
    for name, tensor in module.state_dict().items():
        if tensor.ndim == 1:
            nn.init.uniform_(tensor, 0.5, 1.5) if "var" in name else nn.init.uniform_(tensor, -1, 1)
    return module.eval()


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(2)


@pytest.mark.parametrize(("height", "width", "r", "stride"), [(10, 7, 9, 1), (8, 8, 9, 2), (5, 9, 23, 1), (4, 4, 3, 2)])
def test_a_lambda_layer_is_timm_s(height, width, r, stride):
    arguments = dict(num_heads=4, dim_head=8, r=r, stride=stride)
    theirs = uneven(lambda_layer.LambdaLayer(32, **arguments))
    ours = LambdaLayer(32, **arguments)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 32, height, width)
    torch.testing.assert_close(ours.eval()(x), theirs(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("height", "width", "r", "u"), [(10, 7, 9, 4), (5, 9, 23, 2), (4, 4, 3, 1)])
def test_a_layer_with_an_intra_depth_is_lambda_networks(height, width, r, u):
    theirs = uneven(lambda_networks.LambdaLayer(dim=32, dim_out=32, dim_k=8, dim_u=u, r=r, heads=4))
    ours = IntraDepthLambdaLayer(32, num_heads=4, dim_head=8, r=r, intra=u)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 32, height, width)
    torch.testing.assert_close(ours.eval()(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_a_layer_with_an_intra_depth_pools_with_stride_2():
    arguments = dict(num_heads=4, dim_head=8, r=3, intra=4)
    whole, halved = (IntraDepthLambdaLayer(32, stride=stride, **arguments).eval() for stride in (1, 2))
    halved.load_state_dict(whole.state_dict())
    x = torch.randn(2, 32, 6, 8)
    torch.testing.assert_close(halved(x), nn.functional.avg_pool2d(whole(x), 2), rtol=1e-4, atol=1e-4)


def test_content_and_position_add_up_to_the_layer():
    whole = uneven(LambdaLayer(32, num_heads=2, dim_head=8, r=5))
    parts = [LambdaLayer(32, num_heads=2, dim_head=8, r=5, **{left_out: False}).eval() for left_out in ("content", "position")]
    for part in parts:
        part.load_state_dict(whole.state_dict(), strict=False)
    x = torch.randn(2, 32, 6, 6)
    torch.testing.assert_close(parts[0](x) + parts[1](x), whole(x), rtol=1e-4, atol=1e-4)


def test_what_is_left_out_has_no_weights_and_learns_nothing():
    content = LambdaLayer(32, num_heads=2, dim_head=8, r=5, position=False)
    assert not any("conv_lambda" in name for name in content.state_dict())
    position = LambdaLayer(32, num_heads=2, dim_head=8, r=5, content=False)
    position(torch.randn(2, 32, 6, 6)).square().sum().backward()
    keys = slice(16, 24)
    assert position.qkv.weight[keys].abs().max() == 0
    assert position.qkv.weight.grad[keys].abs().max() == 0
    assert position.qkv.weight.grad.abs().max() > 0


@pytest.mark.parametrize(("height", "width", "stride"), [(6, 9, 1), (8, 8, 2), (1, 5, 1)])
def test_attention_is_timm_s(height, width, stride):
    arguments = dict(feat_size=(height, width), num_heads=2, dim_head=8, stride=stride)
    theirs = uneven(bottleneck_attn.BottleneckAttn(32, **arguments))
    ours = BottleneckAttn(32, **arguments)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 32, height, width)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-5)


def test_attention_on_a_smaller_map_uses_the_middle_of_its_tables():
    large = BottleneckAttn(32, feat_size=(8, 10), num_heads=2, dim_head=8)
    small = bottleneck_attn.BottleneckAttn(32, feat_size=(5, 4), num_heads=2, dim_head=8)
    state = large.state_dict()
    for name, whole, side in (("height_rel", 8, 5), ("width_rel", 10, 4)):
        state[f"pos_embed.{name}"] = state[f"pos_embed.{name}"][whole - side : whole + side - 1]
    small.load_state_dict(state)
    x = torch.randn(2, 32, 5, 4)
    torch.testing.assert_close(large(x), small(x), rtol=1e-4, atol=1e-5)


def test_an_offset_is_context_minus_query():
    cells = offsets(2, 3, 1, 1)
    # Query (1, 2), context (0, 1): offset (−1, −1), the first cell of the 3×3 table.
    assert cells[1 * 3 + 2, 0 * 3 + 1] == 0
    # Query (0, 0), context (0, 2): two columns away, outside the table.
    assert cells[0, 2] == 9

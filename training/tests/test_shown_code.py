"""The PyTorch lines that the page shows beside its shaders are run on the golden layers, and must give their numbers."""

from math import prod

import pytest
import torch
from safetensors import safe_open
from torch.nn.functional import avg_pool2d

from lambdascope_training import data
from lambdascope_training.fixture_file import FIXTURES
from lambdascope_training.intermediates import offsets

SHOWN = data.PROJECT / "src" / "page" / "shader" / "pytorch"


def run(kernel: str, **given):
    """What the lines of a kernel leave behind."""
    names = {"einsum": torch.einsum, "avg_pool2d": avg_pool2d, **given}
    exec((SHOWN / f"{kernel}.py").read_text(), names)  # noqa: S102
    return names


def fixture(name: str) -> dict[str, torch.Tensor]:
    with safe_open(FIXTURES / f"{name}.safetensors", "pt") as file:
        return {key: file.get_tensor(key).double() for key in file.keys()}


@pytest.mark.parametrize(("name", "size", "h", "u", "conv"), [
    ("default", [8, 8], 4, 1, "conv_lambda"),
    ("networks_local_u4", [5, 6], 4, 4, "pos_conv"),
])
def test_lambda_layers_come_out_in_either_order(name, size, h, u, conv):
    found = fixture(f"lambda_layer_{name}")
    n = prod(size)
    q, keys, values = found["q"].view(n, h, -1), found["k"].view(n, u, -1), found["v"].view(n, u, -1)
    content = run("lambda_content", keys=keys, values=values)
    torch.testing.assert_close(content["k_bar"].flatten(1), found["k_bar"], rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(content["lambda_c"], found["lambda_content"], rtol=1e-4, atol=1e-5)

    weight = found[f"weights.{conv}.weight"]
    k = weight.shape[0]
    side = [extent for extent in weight.shape if extent > 1][-1]
    window = weight.reshape(k, u, side, side)
    dy, dx = (offset + side // 2 for offset in offsets(size, size))
    inside = (dy >= 0) & (dy < side) & (dx >= 0) & (dx < side)
    E = window[:, :, dy.clamp(0, side - 1), dx.clamp(0, side - 1)].permute(2, 3, 1, 0) * inside[:, :, None, None]
    given = dict(q=q, E=E, values=values, lambda_c=content["lambda_c"], b=found[f"weights.{conv}.bias"])
    for kernel in ("lambda_apply", "lambda_build"):
        torch.testing.assert_close(run(kernel, **given)["y"].flatten(1), found["layer"], rtol=1e-4, atol=1e-4)


def test_self_attention_comes_out():
    found = fixture("attention_layer_default")
    q, k, values = (found[part].view(64, 4, -1) for part in ("q", "k", "v"))
    dy, dx = offsets([8, 8], [8, 8])
    r = found["weights.pos_embed.height_rel"][dy + 7] + found["weights.pos_embed.width_rel"][dx + 7]
    torch.testing.assert_close(run("attention", q=q, k=k, values=values, r=r)["y"].flatten(1), found["layer"], rtol=1e-4, atol=1e-4)


def test_projections_and_norms_come_out():
    x, W, bias = torch.randn(6, 5), torch.randn(4, 5), torch.randn(4)
    theirs = torch.nn.functional.conv2d(x.T.reshape(1, 5, 2, 3), W[:, :, None, None], bias)
    torch.testing.assert_close(run("conv", x=x, W=W, bias=bias)["y"], theirs.reshape(4, 6).T)
    y, norm = torch.randn(4, 6, 8), torch.nn.BatchNorm2d(4).eval()
    for tensor in norm.state_dict().values():
        if tensor.ndim:
            torch.nn.init.uniform_(tensor, 0.5, 1.5)
    s = norm.weight / (norm.running_var + norm.eps).sqrt()
    t = norm.bias - norm.running_mean * s
    theirs = norm(avg_pool2d(y, 2)[None])[0].relu()
    torch.testing.assert_close(run("pool_affine", y=y, s=s, t=t, pool=2, activation=torch.relu)["z"], theirs, rtol=1e-5, atol=1e-5)

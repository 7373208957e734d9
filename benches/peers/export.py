"""Export timm's three LambdaResNets with seeded weights to ONNX, with the input and PyTorch's logits for it.

    python export.py <folder> <side> <network>...

Writes ``<network>.onnx``, ``<network>.json`` (logits) and ``input.f32`` (NCHW).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from lambdascope_training.network_fixtures import build, nchw

OPSET = 18


@torch.no_grad()
def main() -> None:
    folder, side, *names = sys.argv[1:]
    folder, side = Path(folder), int(side)
    folder.mkdir(parents=True, exist_ok=True)
    x = nchw(side, side)
    (folder / "input.f32").write_bytes(x.numpy().tobytes())
    for name in names:
        model = build(name)
        torch.onnx.export(model, (x,), folder / f"{name}.onnx", opset_version=OPSET, dynamo=True, external_data=False,
                          input_names=["input"], output_names=["logits"])
        (folder / f"{name}.json").write_text(json.dumps(model(x)[0].tolist()))


if __name__ == "__main__":
    main()

"""How a golden value is stored: one safetensors file whose metadata describes the case."""

from __future__ import annotations

import json

import torch
from safetensors.torch import save_file

from . import data

FIXTURES = data.PROJECT / "tests" / "fixtures"


def write(name: str, tensors: dict[str, torch.Tensor], case: dict) -> None:
    """Store one fixture with the description of its case."""
    FIXTURES.mkdir(parents=True, exist_ok=True)
    tensors = {key: tensor.detach().contiguous() for key, tensor in tensors.items()}
    save_file(tensors, FIXTURES / f"{name}.safetensors", metadata={"case": json.dumps(case)})

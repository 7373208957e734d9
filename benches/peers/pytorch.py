"""Time PyTorch on one network with seeded weights, batch 1, and print JSON.

    python pytorch.py <network> <side> <threads> <runs> eager|compiled
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import torch
from lambdascope_training.network_fixtures import build, nchw


@torch.inference_mode()
def main() -> None:
    name, (side, threads, runs), how = sys.argv[1], map(int, sys.argv[2:5]), sys.argv[5]
    torch.set_num_threads(threads)
    start = time.perf_counter()
    model, x = build(name), nchw(side, side)
    if how == "compiled":
        model = torch.compile(model)
    load = time.perf_counter() - start
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        model(x)
        times.append((time.perf_counter() - start) * 1e3)
    first, *rest = times
    print(json.dumps({"version": torch.__version__, "create_ms": load * 1e3, "first_ms": first, "median_ms": statistics.median(rest),
                      "fastest_ms": min(rest), "runs": runs}))


if __name__ == "__main__":
    main()

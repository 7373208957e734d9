"""The learning curve of a run as a picture, drawn from its log."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "lambdascope"
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first)


def draw(log: Path, picture: Path, title: str) -> None:
    """Validation top-1 and training loss over the epochs, with the picture size of each epoch as a band."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    epochs = [line["epoch"] + 1 for line in lines]
    figure, accuracy = plt.subplots(figsize=(7, 4))
    accuracy.plot(epochs, [100 * line["top1"] for line in lines], color="tab:blue", label="val top-1 (averaged weights)")
    accuracy.set(xlabel="epoch", ylabel="val top-1 in %", ylim=(0, 100), title=f"{title}: {100 * lines[-1]['top1']:.1f} % after {len(lines)} epochs")
    loss = accuracy.twinx()
    loss.plot(epochs, [line["loss"] for line in lines], color="tab:orange", label="train loss")
    loss.set(ylabel="train loss (label smoothing)")
    for before, line in zip([None, *lines], lines):
        if before is None or before["side"] != line["side"]:
            accuracy.axvline(line["epoch"] + 0.5, color="0.8", zorder=0)
            accuracy.text(line["epoch"] + 0.6, 2, f"{line['side']} px", color="0.4")
    figure.legend(loc="center right", bbox_to_anchor=(0.88, 0.5))
    figure.tight_layout()
    figure.savefig(picture, metadata={"Date": None})
    plt.close(figure)

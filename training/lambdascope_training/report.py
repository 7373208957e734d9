"""The comparison as text: `docs/results.md`. Nothing here measures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .config import shipped_run

Margin = Callable[[dict, dict], float]

ABLATIONS = "## What each part is worth"


def points(difference: float) -> str:
    """A difference of accuracies in percentage points, without a sign where it rounds to nothing."""
    text = f"{100 * difference:+.1f}".replace("-", "−")
    return text if text.strip("+−0.") else "0.0"


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def machine(row: dict) -> str:
    """Where the times were taken."""
    return f"{row['machine']}; WebGPU there means {row['devices']['webgpu']}"


def equals(rows: list[dict]) -> list[dict]:
    """The runs of one length, which may be compared."""
    return [row for row in rows if row["run"] == "equal"]


def spread(rows: list[dict]) -> float:
    """How far the equal runs of the network that is compared with lie apart, which differ in their seed or the machine alone."""
    base, *others = equals(rows)
    same = [base["top1"], *base["repeats"], *(row["top1"] for row in others if row["name"] == base["name"])]
    return max(same) - min(same)


def noise(rows: list[dict], margin: Margin) -> str:
    """How large a difference has to be to mean something."""
    compared = equals(rows)
    bar = max(margin(compared[0], row) for row in compared)
    return (
        f"Runs of the lambda network that differ only in their seed or the machine are up to {100 * spread(rows):.1f} points apart, and with "
        f"{compared[0]['images']:,} pictures chance alone can make a difference of up to {100 * bar:.1f} points: smaller differences "
        "are not meaningful."
    )


def verdict(row: dict, base: dict, bar: float) -> str:
    """A sibling's distance from the network that it is compared with."""
    if row is base:
        return "the one compared with"
    difference = row["top1"] - base["top1"]
    if row["name"] == base["name"]:
        return f"{points(difference)}: another seed"
    return f"{points(difference)}{'' if abs(difference) > bar else ', within the noise'}"


def ablations(config: dict, own: dict, engine: dict, apart: int) -> list[str]:
    """What each part is worth: PyTorch's counts of right pictures beside the engine's, which are up to ``apart`` apart."""
    pictures, whole = own["pictures"], own["unchanged"]["top1"]

    def cells(part: str, row: dict, other: dict) -> list[str]:
        if row[part] is None:
            return ["none"] * 3
        return [*(percent(found[part]["top1"] / pictures) for found in (row, other)), points((row[part]["top1"] - whole) / pictures)]

    parts = {"content_off": "content off", "position_off": "position off", "both_off": "both off"}
    header = ["switched off in", *(name for title in parts.values() for name in (f"{title}, PyTorch", "engine", "points"))]
    table = [f"| {' | '.join(header)} |", f"| {' | '.join(['---'] * len(header))} |"]
    for row, other in zip(own["rows"], engine["rows"], strict=True):
        title = f"`{row['layers'][0]}`" if len(row["layers"]) == 1 else "all lambda layers"
        table.append(f"| {' | '.join([title, *(cell for part in parts for cell in cells(part, row, other))])} |")
    agreement = "in every case the same" if apart == 0 else f"at most {apart} picture{'s' * (apart > 1)} apart"
    run = shipped_run(config)
    return [
        ABLATIONS,
        "",
        f"{config['title']}, {run['epochs']} epochs, seed {run['seed']}: top-1 over the {pictures:,} validation pictures with parts of its lambda layers",
        f"switched off and nothing trained again; {percent(whole / pictures)} with nothing off. Position means the position lambdas and their bias.",
        f"PyTorch and the engine count the right pictures independently: {agreement}, top-5 included.",
        "",
        *table,
        "",
        "This is what a network that was trained with both parts has come to rely on; the siblings above were trained without one of",
        "them from the start. Written by `python -m lambdascope_training.ablations`; the engine's counts are what the page shows:",
        "",
        f"    {engine['command']}",
        "",
    ]


def replace_section(path: Path, lines: list[str]) -> None:
    """Put a chapter, from its heading on, in the place of the one of the same heading; before the last one if there is none."""
    chapters = path.read_text().split("\n## ")
    own = "\n".join(lines).removeprefix("## ")
    heading = own.partition("\n")[0]
    at = next((i for i, chapter in enumerate(chapters) if chapter.partition("\n")[0] == heading), None)
    if at is None:
        chapters.insert(-1, own)
    else:
        chapters[at] = own
    path.write_text("\n## ".join(chapters))


def document(rows: list[dict], said: str, margin: Margin, ablated: list[str]) -> str:
    """The whole, with the chapter ``ablated`` in its place. The first of the equal runs is the one that others are compared with."""
    compared = equals(rows)
    base = compared[0]
    table = [
        "| network | seed | parameters | MACs | top-1, PyTorch | engine | top-5, PyTorch | engine | against the first |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in compared:
        bar = max(margin(base, row), spread(rows))
        table.append(accuracy_line(row, verdict(row, base, bar)))
    longer = [*table[:2]]
    longer += [accuracy_line(row, f"not compared: {row['epochs']} epochs") for row in rows if row["run"] == "long"]
    cost = [
        "| network | epochs | seed | attention maps | lambdas | CPU, 2 threads | WebGPU, software | shipped file | trained in |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        held = [f"{row['context_bytes'][name] / 1024:,.0f} KiB" for name in ("attention_maps", "lambdas")]
        size = f"{row['bytes'] / 1e6:.2f} MB" if row["ships"] else "none"
        cost.append(
            f"| {row['title']} | {row['epochs']} | {row['seed']} | {held[0]} | {held[1]} | {row['ms']['cpu']:.1f} ms | "
            f"{row['ms']['webgpu']:.0f} ms | {size} | {row['hours']:.1f} h |"
        )
    lines = [
        "# Measured here",
        "",
        "One network and six siblings that differ from it in their lambda layers alone: the same depth, widths, data, recipe, epochs",
        "and, where nothing else is said, seed. Written by `python -m lambdascope_training.compare` in `training/`.",
        "",
        f"## {base['epochs']} epochs each",
        "",
        *table,
        "",
        f"{said} The verdicts use the larger of the two.",
        "",
        "## The long run",
        "",
        *longer,
        "",
        "The page opens with this network, which is the first of the table above trained longer. Comparing it with the others would",
        "compare lengths of training.",
        "",
        *ablated,
        "## What it costs",
        "",
        *cost,
        "",
        f"One picture of 128×128 on {machine(base)}; medians of 30 runs of `lambdascope bench`. Attention maps and lambdas: what the",
        "layers' maps (heads × queries × context positions) and lambdas (key depth × value depth, one content lambda and one position",
        "lambda for every query) take in f32 where they are built; the engine builds neither maps nor, where the other order of the",
        "products is cheaper, position lambdas. `trained in` is wall-clock time on two cores, not of the same machine in every run,",
        "which did other work as well; one thread a run.",
        "",
        "Accuracy is over the validation pictures, with weights rounded to f16: PyTorch by `training/`, the engine by",
        "",
        "    lambdascope evaluate --model www/weights/NAME.safetensors --data training/cache/imagenette-144/val",
        "",
    ]
    return "\n".join(lines)


def accuracy_line(row: dict, last: str) -> str:
    engine = row["engine"]
    return (
        f"| {row['title']} | {row['seed']} | {row['parameters']:,} | {row['macs'] / 1e6:.0f} M | {percent(row['top1'])} | {percent(engine['top1'])} | "
        f"{percent(row['top5'])} | {percent(engine['top5'])} | {last} |"
    )

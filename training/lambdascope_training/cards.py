"""Model cards: `www/weights/<name>.md`, from a network's configuration and the figures of its run."""

from __future__ import annotations

from itertools import zip_longest

from .report import percent

LAYERS = {
    "lambda": "lambda layers (Bello, *LambdaNetworks: Modeling Long-Range Interactions Without Attention*, 2021)",
    "attention": "self-attention with relative positions (Srinivas et al., *Bottleneck Transformers for Visual Recognition*, 2021)",
    "convolution": "3×3 convolutions alone",
}

WORDS = {
    "conv": "a 3×3 convolution",
    "lambda": "a lambda layer",
    "attention": "self-attention over the whole map",
}


def middle(block: dict) -> str:
    """What stands in a bottleneck's middle."""
    if block["kind"] == "conv":
        return WORDS["conv"]
    shape = f"{block['heads']} heads, key depth {block['k']}"
    if block["kind"] == "attention":
        return f"{WORDS['attention']} ({shape}, relative positions)"
    position = block["position"]
    parts = [shape]
    if block.get("u", 1) > 1:
        parts.append(f"intra-depth {block['u']}")
    parts.append("no position lambdas" if position["kind"] == "none" else f"{position['r']}×{position['r']} window")
    if not block.get("content", True):
        parts.append("no content lambda")
    return f"{WORDS['lambda']} ({', '.join(parts)})"


def blocks(config: dict) -> list[str]:
    """The network from input to output, a line each."""
    side, stem = config["input"]["crop"], config["network"]["stem"]
    lines = []
    for conv in stem["convs"]:
        side //= conv["stride"]
        lines.append(f"| 3×3 convolution, stride {conv['stride']} | {side}×{side}×{conv['out']} |")
    if stem["pool"]:
        side //= 2
        lines.append(f"| 3×3 max pool, stride 2 | {side}×{side}×{stem['convs'][-1]['out']} |")
    for stage in config["network"]["stages"]:
        for block in stage["blocks"]:
            side //= block["stride"]
            pooled = f", stride {block['stride']}" if block["stride"] > 1 else ""
            lines.append(f"| bottleneck of {stage['mid']} channels around {middle(block)}{pooled} | {side}×{side}×{stage['out']} |")
    return [*lines, "| mean pool, linear layer | 10 logits |"]


def by_class(shares: dict[str, float]) -> list[str]:
    """Two columns of classes."""
    cells = [f"{name.replace('_', ' ')} | {100 * share:.1f} %" for name, share in shares.items()]
    half = (len(cells) + 1) // 2
    return [f"| {left} | | {right} |" for left, right in zip_longest(cells[:half], cells[half:], fillvalue=" | ")]


def card(config: dict, row: dict, base: str | None) -> str:
    """The card of one shipped network; ``base`` is the title of the network that it differs from in one thing, if there is one."""
    picture = config["input"]
    lines = [
        f"# {config['title']}",
        "",
        f"A small image classifier with {LAYERS[config['layer']]}, trained from scratch to be looked at in the browser."
        + (f" {config['changed']} Everything else is as in {base}." if base else ""),
        "",
        "| | |",
        "|---|---|",
        f"| File | `{config['name']}.safetensors`, {row['bytes']:,} bytes; kernels and matrices F16, BatchNorm and biases F32 |",
        f"| SHA-256 | `{row['sha256']}` |",
        f"| Parameters, multiplications | {row['parameters']:,}, {row['macs'] / 1e6:.0f} million a picture |",
        f"| Input | {picture['crop']}×{picture['crop']} RGB: shorter side resized to {picture['resize']}, centre crop {picture['crop']}, ImageNet's mean and deviation |",
        "| Output | logits of ten classes |",
        f"| Accuracy | **{percent(row['top1'])} top-1**, {percent(row['top5'])} top-5 on {row['images']:,} validation pictures, f16-rounded weights in f32 |",
        "",
        "## Network",
        "",
        "timm's `ByobNet`; the file's metadata describes it completely.",
        "",
        "| layer | output |",
        "|---|---|",
        *blocks(config),
        "",
        "## Data",
        "",
        "Imagenette 2 by fastai, ten classes of ImageNet, at a shorter side of 144 px: 9,469 training and 2,306 validation",
        "pictures. Validation pictures were never trained on; the optimiser was chosen by their accuracy in trials of six epochs.",
        "The last epoch was taken, none was picked.",
        "",
        "| Class | top-1 | | Class | top-1 |",
        "|---|---|---|---|---|",
        *by_class(row["by_class"]),
        "",
        "## Recipe",
        "",
        f"{row['epochs']} epochs, seed {row['seed']}, {row['hours']:.1f} hours of one thread: {row['recipe']}.",
        "",
        f"    python -m lambdascope_training.train configs/{config['name']}.toml --epochs {row['epochs']} --seed {row['seed']}",
        "",
        "## Limits",
        "",
        "* It knows ten classes and names one of them for any picture.",
        "* Label smoothing and mixed pictures make its probabilities modest; they are not calibrated.",
        f"* It is compared with networks trained for as many epochs only: `docs/results.md`.{' It is no measure of what its kind of layer can do at length.' if base else ''}",
        "* The page's sample pictures were chosen among validation pictures that the page's first network gets right.",
        "* ImageNet's photographs and labels carry known biases in places, people and things.",
        "",
        "## Licence",
        "",
        "The weights are published under this repository's licence. The photographs it learned from are ImageNet's and remain",
        "their photographers'; ImageNet grants them for research and education. Imagenette is under Apache-2.0.",
        "",
    ]
    return "\n".join(lines)

"""Writes the seed corpora: tiny networks as whole files and as header and data, single layers, small pictures, links.

    python3 fuzz/seeds.py
"""

import json
import pathlib
import shutil
import struct

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent / "tests" / "fixtures"
LARGEST = 16 * 1024  # bytes; small seeds are mutated faster

DESCRIPTION = {
    "format": 1,
    "name": "tiny",
    "title": "Tiny",
    "input": {"resize": 18, "crop": 16, "interpolation": "bicubic", "mean": [0.5] * 3, "std": [0.2] * 3},
    "labels": ["cat", "dog"],
    "activation": "relu",
    "stem": {"convs": [{"out": 4, "stride": 2}], "pool": True},
    "stages": [
        {
            "out": 8,
            "mid": 8,
            "blocks": [
                {"kind": "conv", "stride": 1},
                {"kind": "lambda", "stride": 1, "heads": 2, "k": 4, "position": {"kind": "local", "r": 3}},
            ],
        }
    ],
}


def norm(name, channels):
    """BatchNorm's four tensors."""
    return {f"{name}.{part}": [channels] for part in ("weight", "bias", "running_mean", "running_var")}


def conv(name, shape):
    """A convolution with its norm."""
    return {f"{name}.conv.weight": shape} | norm(f"{name}.bn", shape[0])


def network(table):
    """The shapes of a network like DESCRIPTION's, with a window or a table of positions."""
    block, layer = "stages.0.0", "stages.0.1.self_attn"
    position = (
        {f"{layer}.pos_emb": table + [4]}
        if table
        else {f"{layer}.conv_lambda.weight": [4, 1, 3, 3, 1], f"{layer}.conv_lambda.bias": [4]}
    )
    return (
        conv("stem.conv1", [4, 3, 3, 3])
        | conv(f"{block}.shortcut", [8, 4, 1, 1])
        | conv(f"{block}.conv1_1x1", [8, 4, 1, 1])
        | conv(f"{block}.conv2_kxk", [8, 8, 3, 3])
        | conv(f"{block}.conv3_1x1", [8, 8, 1, 1])
        | conv("stages.0.1.conv1_1x1", [8, 8, 1, 1])
        | {f"{layer}.qkv.weight": [16, 8, 1, 1]}
        | norm(f"{layer}.norm_q", 8)
        | norm(f"{layer}.norm_v", 4)
        | position
        | norm("stages.0.1.post_attn", 8)
        | conv("stages.0.1.conv3_1x1", [8, 8, 1, 1])
        | {"head.fc.weight": [2, 8], "head.fc.bias": [2]}
    )


def attention():
    """The shapes of that network with self-attention in place of its lambda layer."""
    layer = "stages.0.1.self_attn"
    tables = {f"{layer}.pos_embed.{axis}_rel": [7, 3] for axis in ("height", "width")}
    rest = {name: shape for name, shape in network(None).items() if not name.startswith(layer)}
    return rest | {f"{layer}.qkv.weight": [20, 8, 1, 1]} | tables


LAYER = {"to_q.weight": [8, 8, 1, 1], "to_k.weight": [4, 8, 1, 1], "to_v.weight": [4, 8, 1, 1]}


# How files of other kinds begin.
FOREIGN = {
    "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    "page": b"<!DOCTYPE html><html></html>",
    "json": b'{"error":"Repository not found"}',
    "zip": b"PK\x03\x04" + bytes(22) + struct.pack("<HH", 14, 0) + b"model/data.pkl\x80\x02}q\0.",
    "pickle": b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
    "onnx": b"\x08\x08\x12\x07pytorch",
}


# Queries of addresses, with every key.
LINKS = (
    "v=1&network=lambda_resnet26t&sample=church&view=anatomy&layer=local&head=1&u=1&y=2&x=3&pin=0.1&scale=fixed&limit=2.5",
    "v=1&show=contours&embed=1&hide=network.views&present=1&figure=total&backend=webgpu&sort=locality&t=17&by=rows&step=2",
    "v=1&layer=global&view=formula&cell=kbar.i2.j3.m5&view=position&shift=1.-2&part=qe&channel=3&kernel=conv",
    "v=1&view=what-if&edit=local_c_h1_eall*0.5*4.1~picture_s2.-3&mask=picture_17.4~global_0.2.1",
    "v=1&view=cost&sweep=gpu.16.4.64.8.8.15&layers=lambda-local~attention-stored&need=4096.16.12.1.2.16.32&run=AAAA",
    "v=9&utm_source=mail&fbclid=a&zoom=2",
)


def split(shapes, description):
    """Header and data of a file of F16 ones."""
    entries, data = {}, b""
    if description:
        entries["__metadata__"] = {"lambdascope": json.dumps(description, separators=(",", ":"))}
    for name, shape in shapes.items():
        count = 1
        for size in shape:
            count *= size
        tensor = struct.pack("<e", 1.0) * count
        entries[name] = {"dtype": "F16", "shape": shape, "data_offsets": [len(data), len(data) + len(tensor)]}
        data += tensor
    return json.dumps(entries, separators=(",", ":")).encode(), data


def main():
    """Writes the corpora anew, beside what fuzzing has added."""
    weights, pictures, links = (HERE / "corpus" / target for target in ("weights", "picture", "link"))
    weights.mkdir(parents=True, exist_ok=True)
    pictures.mkdir(parents=True, exist_ok=True)
    other = json.loads(json.dumps(DESCRIPTION))
    other["stages"][0]["blocks"][1]["position"] = {"kind": "global"}
    attending = json.loads(json.dumps(DESCRIPTION))
    attending["stages"][0]["blocks"][1] = {"kind": "attention", "stride": 1, "heads": 2, "k": 3}
    wrapped = {f"module.{name}": shape for name, shape in network(None).items()}
    saved = {f"state_dict{copy}.{name}": shape for copy in ("", "_ema") for name, shape in network(None).items()}
    for name, shapes, description in (
        ("described", network(None), DESCRIPTION),
        ("told", network(None), None),
        ("described_table", network([7, 7]), other),
        ("told_table", network([7, 7]), None),
        ("described_attention", attention(), attending),
        ("told_attention", attention(), None),
        ("layer", LAYER, None),
        ("wrapped", wrapped, None),
        ("averaged", saved | {"epoch": []}, None),
    ):
        header, data = split(shapes, description)
        (weights / f"{name}_file").write_bytes(b"\0" + struct.pack("<Q", len(header)) + header + data)
        (weights / f"{name}_parts").write_bytes(b"\1" + header + b"\n" + data)
    for name, start in FOREIGN.items():
        (weights / name).write_bytes(b"\0" + start)
    links.mkdir(parents=True, exist_ok=True)
    for at, query in enumerate(LINKS):
        (links / f"link_{at}").write_bytes(b"\0" + query.encode())
    answer = HERE.parent / "www" / "samples" / "church.answer"
    (links / "answer").write_bytes(b"\3" + answer.read_bytes()[:LARGEST])
    (links / "sweep").write_bytes(b"\4" + (FIXTURES / "sweep.json").read_bytes()[:LARGEST])
    for path in sorted((FIXTURES / "pictures").rglob("*.*")):
        if path.suffix != ".json" and path.stat().st_size <= LARGEST:
            shutil.copy(path, pictures / path.name)


if __name__ == "__main__":
    main()

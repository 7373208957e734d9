"""Writes tests/fixtures/pictures/unusual: files that decoders get wrong, and what Pillow makes of them, for tests/it/unusual.rs.

    python training/unusual_pictures.py          (needs the training project with [pictures], cjpeg and jpegtran)

JPEGs whose scans are split, ordered or sampled as few encoders do, arithmetic coding, files without their last marker or chunk,
and formats that only browsers decode. `cjpeg` and `jpegtran` are libjpeg-turbo's (Debian: libjpeg-turbo-progs).

unusual.json  a file, the PNG of its upright pixels, how far a decoder may be from them in grey levels, and whether the project's
              refuses it as one that it cannot do
strip.jpg     a row of MCUs of a picture of 12,000 pixels' width, which tests/common/large_photograph.rs and the page's tests
              repeat to 108 megapixels; large_144_128_bicubic.png is what torchvision's Resize and CenterCrop make of that
*.avif, *.svg what browsers decode and nothing else here does
"""

import io
import json
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

OUT = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "pictures" / "unusual"
CHELSEA = Path(skimage.__file__).parent / "data" / "chelsea.png"  # CC0

# Sides that are no multiple of any MCU, and more than one MCU of any of the samplings below in both directions.
WIDTH, HEIGHT = 83, 53

# Scan scripts for a baseline file: which components stand in which scan, in which order.
SPLITS = {
    "split": "0;1;2;",
    "split_reversed": "2;1;0;",
    "split_chroma_first": "1;0;2;",
}

# The same with two components interleaved, which the project's decoder leaves to the browser.
PAIRS = {
    "luma_then_chroma": "0;1 2;",
    "chroma_then_luma": "1 2;0;",
    "red_difference_last": "0 1;2;",
    "blue_difference_first": "1;0 2;",
}

# The components' sampling factors, as cjpeg takes them.
SAMPLINGS = {
    "444": "1x1,1x1,1x1",
    "422": "2x1,1x1,1x1",
    "440": "1x2,1x1,1x1",
    "420": "2x2,1x1,1x1",
    "411": "4x1,1x1,1x1",
    "441": "1x4,1x1,1x1",
    "410": "4x2,1x1,1x1",
    "311": "3x1,1x1,1x1",
    "131": "1x3,1x1,1x1",
    "mixed_chroma": "2x2,2x1,1x2",
    "one_chroma_full": "2x2,2x2,1x1",
    "chroma_finer_than_luma": "1x1,2x2,1x1",
    "luma_coarsest": "1x1,2x2,2x2",
    "luma_between": "2x1,1x2,1x1",
    "three_and_two": "3x2,1x1,1x1",
    "all_doubled": "2x1,2x1,2x1",
}

PROGRESSION = """
0 1 2: 0-0, 0, 1;
2: 1-63, 0, 0;
0: 1-5, 0, 2;
1: 1-63, 0, 0;
0: 6-63, 0, 2;
0: 1-63, 2, 1;
0: 1-63, 1, 0;
0: 0-0, 1, 0;
2: 0-0, 1, 0;
1: 0-0, 1, 0;
"""


def photo(width=WIDTH, height=HEIGHT):
    """A piece of a photograph, brought to strong colours so that a lost chroma component shows."""
    piece = Image.open(CHELSEA).convert("RGB").resize((451, 300)).crop((120, 60, 120 + width, 60 + height))
    rgb = np.asarray(piece).astype(float)
    mean = rgb.mean(axis=-1, keepdims=True)
    y, x = np.mgrid[:height, :width]
    tint = np.stack([90 * np.sin(x / 9), 70 * np.cos(y / 7), 80 * np.sin((x + y) / 12)], axis=-1)
    return Image.fromarray(np.clip(mean + 1.5 * (rgb - mean) + tint, 0, 255).astype(np.uint8))


def run(tool, *arguments, data):
    return subprocess.run([tool, *arguments], input=data, capture_output=True, check=True).stdout


def with_script(script, call):
    """What `call` gives for the name of a file that holds the scan script."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(script)
        file.flush()
        return call(file.name)


def ppm(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PPM")
    return buffer.getvalue()


def cjpeg(picture, *arguments):
    return run("cjpeg", "-quality", "88", *arguments, data=ppm(picture))


def chunk(kind, content):
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def chunks(png):
    """Kinds and whole bytes of a PNG's chunks."""
    at = 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at:end]
        at = end


class Cases:
    """Writes files and the pixels that they must give."""

    def __init__(self):
        self.entries, self.known = [], {}

    def add(self, file, content, tolerance, expected=None, is_refused=False):
        """`expected`: another file whose pixels these are, where Pillow wants an end that this one lacks."""
        (OUT / file).write_bytes(content)
        with Image.open(io.BytesIO(content) if expected is None else OUT / expected) as picture:
            picture = picture.convert("RGB")
        # Many files have the same pixels.
        pixels = (picture.size, picture.tobytes())
        if pixels not in self.known:
            self.known[pixels] = f"{Path(file).stem}.expected.png"
            picture.save(OUT / self.known[pixels], optimize=True)
        self.entries.append({"file": file, "expected": self.known[pixels], "tolerance": tolerance,
                             "is_refused": is_refused})


def jpegs(cases):
    picture = photo()
    whole = {name: cjpeg(picture, "-sample", sampling) for name, sampling in SAMPLINGS.items()}
    for name, content in whole.items():
        cases.add(f"sampling_{name}.jpg", content, 1)
    # Without any loss, so that the pixels stay those of the file that was split.
    for sampling in ("420", "422", "mixed_chroma"):
        for name, script in SPLITS.items():
            split = with_script(script, lambda file: run("jpegtran", "-scans", file, data=whole[sampling]))
            cases.add(f"{name}_{sampling}.jpg", split, 1)
        for name, script in PAIRS.items():
            split = with_script(script, lambda file: run("jpegtran", "-scans", file, data=whole[sampling]))
            cases.add(f"{name}_{sampling}.jpg", split, 1, is_refused=True)
    for sampling in ("444", "440", "411", "311"):
        split = with_script(SPLITS["split"], lambda file: run("jpegtran", "-scans", file, data=whole[sampling]))
        cases.add(f"split_{sampling}.jpg", split, 1)
    restarts = with_script(SPLITS["split"], lambda file: run("jpegtran", "-restart", "3B", "-scans", file, data=whole["420"]))
    cases.add("split_restarts.jpg", restarts, 1)
    cases.add("progression.jpg", with_script(PROGRESSION, lambda file: run("jpegtran", "-scans", file, data=whole["420"])), 1)
    cases.add("progression_311.jpg", run("jpegtran", "-progressive", data=whole["311"]), 1)
    cases.add("restarts.jpg", run("jpegtran", "-restart", "1B", data=whole["420"]), 1)
    cases.add("grey_2x2.jpg", cjpeg(picture.convert("L"), "-grayscale", "-sample", "2x2"), 1)
    cases.add("stored_as_rgb.jpg", cjpeg(picture, "-rgb"), 1)
    cases.add("arithmetic.jpg", run("jpegtran", "-arithmetic", data=whole["420"]), 1)
    cases.add("arithmetic_progressive.jpg", run("jpegtran", "-arithmetic", "-progressive", data=whole["420"]), 1)

    # What cameras and telephones put behind the picture, or in the place of its end.
    end = b"\xff\xd9"
    samsung = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1666666666666SEFHk\0\0\0\x01\0\0\0\0\0\x01\x0a\x24\0\0\0\x24\0\0\0\x18\0\0\0SEFT"
    assert whole["420"].endswith(end)
    cases.add("trailer_behind_end.jpg", whole["420"] + samsung, 1)
    cases.add("second_picture_behind_end.jpg", whole["420"] + whole["444"], 1)
    cases.add("trailer_for_end.jpg", whole["420"].removesuffix(end) + samsung, 1)
    cases.add("no_end.jpg", whole["420"].removesuffix(end), 1, expected="sampling_420.jpg")
    progressive = run("jpegtran", "-progressive", data=whole["420"])
    cases.add("no_end_progressive.jpg", progressive.removesuffix(end), 1, expected="sampling_420.jpg")
    split = with_script(SPLITS["split"], lambda file: run("jpegtran", "-scans", file, data=whole["420"]))
    cases.add("no_end_split.jpg", split.removesuffix(end), 1, expected="sampling_420.jpg")


def pngs(cases):
    buffer = io.BytesIO()
    photo(120, 60).save(buffer, "PNG")
    png = buffer.getvalue()
    # The pixels in several chunks, as encoders write large pictures.
    data = b"".join(content[8:-4] for kind, content in chunks(png) if kind == b"IDAT")
    parts = [chunk(b"IDAT", data[at : at + 4096]) for at in range(0, len(data), 4096)]
    assert len(parts) > 2
    rest = [content for kind, content in chunks(png) if kind == b"IHDR"]
    whole = png[:8] + b"".join(rest + parts)
    cases.add("chunks.png", whole + chunk(b"IEND", b""), 0)
    cases.add("no_end.png", whole, 0)
    cases.add("cut_behind_pixels.png", whole + chunk(b"tEXt", b"Comment\0cut")[:-7], 0, expected="chunks.png")


def large():
    """A photograph too large to be kept: one row of it, between whose copies restart markers make each start anew."""
    y, x = np.mgrid[:16, :12000]
    rgb = np.stack([120 + 100 * np.sin(x / 700), 128 + 90 * np.sin(x / 331 + 1), 110 + 100 * np.cos(x / 1201)], axis=-1)
    rgb += 20 * np.sin(x / 3.7)[..., None] * ((y % 2) * 2 - 1)[..., None]
    buffer = io.BytesIO()
    Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(
        buffer, "JPEG", quality=75, subsampling="4:2:0", restart_marker_rows=1, optimize=True
    )
    strip = buffer.getvalue()
    (OUT / "strip.jpg").write_bytes(strip)
    # Height, rows of MCUs, restart markers between them.
    frame, scan = strip.index(b"\xff\xc0"), strip.index(b"\xff\xda")
    data = scan + 2 + int.from_bytes(strip[scan + 2 : scan + 4])
    head = strip[: frame + 5] + (9000).to_bytes(2) + strip[frame + 7 : data]
    rows = [strip[data:-2] + bytes([0xFF, 0xD0 + row % 8]) for row in range(9000 // 16)] + [strip[data:]]
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(head + b"".join(rows))) as picture:
        assert picture.size == (12000, 9000)
        shorter = picture.convert("RGB").resize((192, 144), Image.Resampling.BICUBIC)
    shorter.crop((32, 8, 160, 136)).save(OUT / "large_144_128_bicubic.png", optimize=True)


def browsers():
    # Beside sampling_444.jpg, which is of the same picture.
    photo().save(OUT / "photo.avif", quality=90)
    comment = "<!-- " + "What drawing programs write before the drawing. " * 60 + "-->\n"
    (OUT / "late.svg").write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
{comment}<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
]>
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200">
  <rect width="150" height="200" fill="#c00"/><circle cx="220" cy="100" r="60" fill="#0a4"/>
</svg>
"""
    )


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = Cases()
    jpegs(cases)
    pngs(cases)
    large()
    browsers()
    lines = ",\n".join(json.dumps(entry) for entry in cases.entries)
    (OUT / "unusual.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()

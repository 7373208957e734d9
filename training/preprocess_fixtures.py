"""Writes tests/fixtures/pictures: what PIL and torchvision make of small pictures, for tests/picture.rs.

    python training/preprocess_fixtures.py          (needs the training project with [pictures])

golden.json   crops: a PNG, the settings, and the PNG that torchvision's Resize + CenterCrop give; those of a `model` by
              its own evaluation transform in timm
decoded.json  decoding: a file, its size, and its upright RGB values on white, row by row
"""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import skimage
import timm
from PIL import Image, ImageOps
from timm.data import create_transform, resolve_data_config
from torchvision import transforms
from torchvision.transforms import InterpolationMode

OUT = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "pictures"
PHOTOGRAPHS = Path(skimage.__file__).parent / "data"  # CC0 or public domain
CHELSEA = PHOTOGRAPHS / "chelsea.png"


def photo(width, height):
    """A piece of a photograph, not resampled: it has grain and soft edges."""
    return Image.open(CHELSEA).convert("RGB").crop((100, 40, 100 + width, 40 + height))


def pattern(width, height):
    """Hard edges between extremes, where a filter overshoots and clips."""
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([(x // 3 + y // 5) % 2 * 255, (x * y // 7) % 2 * 255, (7 * x + 13 * y) % 256], axis=-1)
    return Image.fromarray(rgb.astype(np.uint8))


def noise(width, height):
    """Every channel black or white at random, where each rounded weight of a filter counts in full."""
    values = np.random.default_rng(18).integers(0, 2, (height, width, 3), dtype=np.uint8) * 255
    return Image.fromarray(values).quantize(8)


def crops():
    cases = [
        # picture, resize, crop, interpolation
        ("photo_201x133", photo(201, 133), 48, 40, "bicubic"),
        ("photo_201x133", None, 48, 40, "bilinear"),
        ("photo_67x151", photo(67, 151), 50, 45, "bicubic"),
        ("pattern_61x47", pattern(61, 47), 80, 64, "bicubic"),  # enlarged
        ("pattern_61x47", None, 80, 64, "bilinear"),
        ("pattern_61x47", None, 37, 32, "bicubic"),  # margins 2.5 and 8
        ("pattern_61x47", None, 35, 32, "bilinear"),  # margins 1.5 and 6.5
        ("pattern_61x47", None, 47, 40, "bicubic"),  # no resampling; margins 3.5 and 10.5
        ("pattern_61x47", None, 47, 47, "bilinear"),
        ("pattern_40x40", pattern(40, 40), 25, 25, "bicubic"),
        ("pattern_1x300", pattern(1, 300), 24, 20, "bicubic"),
        ("pattern_300x2", pattern(300, 2), 24, 20, "bilinear"),
        ("photo_350x31", photo(350, 31), 16, 16, "bicubic"),
        ("noise_190x320", noise(190, 320), 96, 96, "bicubic"),
        ("noise_190x320", None, 40, 36, "bilinear"),
        ("noise_190x320", None, 181, 80, "bicubic"),
    ]
    entries = []
    for name, image, resize, crop, interpolation in cases:
        source = OUT / f"{name}.png"
        if image is not None:
            image.save(source, optimize=True)
        result = transforms.Compose([
            transforms.Resize(resize, InterpolationMode(interpolation)),
            transforms.CenterCrop(crop),
        ])(Image.open(source).convert("RGB"))
        expected = f"{name}_{resize}_{crop}_{interpolation}.png"
        result.save(OUT / expected, optimize=True)
        entries.append({"file": source.name, "expected": expected, "resize": resize, "crop": crop,
                        "interpolation": interpolation})
    return entries


def timm_crops():
    """What timm's networks see of pictures of odd sizes."""
    cases = [
        # model, picture: name, file, left, top, width, height
        ("lambda_resnet26t", ("odd_301x199", "chelsea.png", 75, 50, 301, 199)),
        ("lambda_resnet26t", ("odd_33x1000", "retina.jpg", 700, 200, 33, 1000)),
        ("lambda_resnet26rpt_256", ("odd_640x427", "rocket.jpg", 0, 0, 640, 427)),
        ("lambda_resnet26rpt_256", ("odd_256x257", "coffee.png", 200, 20, 256, 257)),
        ("lambda_resnet50ts", ("odd_301x199", "chelsea.png", 75, 50, 301, 199)),
        ("lambda_resnet50ts", ("odd_97x413", "retina.jpg", 500, 400, 97, 413)),
        ("lambda_resnet50ts", ("odd_640x427", "rocket.jpg", 0, 0, 640, 427)),
    ]
    entries = []
    for model, (name, file, left, top, width, height) in cases:
        source = OUT / f"{name}.png"
        picture = Image.open(PHOTOGRAPHS / file).convert("RGB").crop((left, top, left + width, top + height))
        picture.save(source, optimize=True)
        config = resolve_data_config({}, model=timm.create_model(model))
        transform = create_transform(**config, normalize=False)  # u8, [3, 256, 256]
        resize, crop = (step.size for step in transform.transforms[:2])
        crop = crop[0] if isinstance(crop, (tuple, list)) else crop
        expected = f"{name}_{resize}_{crop}_{config['interpolation']}.png"
        Image.fromarray(transform(Image.open(source)).permute(1, 2, 0).numpy()).save(OUT / expected, optimize=True)
        entries.append({"file": source.name, "expected": expected, "resize": resize, "crop": crop,
                        "interpolation": config["interpolation"], "model": model})
    return entries


def png(path, values, colour_type):
    """A 16-bit PNG, which PIL cannot write in colour. values: [H, W, channels] or [H, W], uint16."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def gradient(width=12, height=9):
    """Smooth and without any symmetry, so that no turn or flip leaves it alone and JPEG keeps it."""
    y, x = np.mgrid[:height, :width]
    return np.stack([20 + 18 * x, 30 + 20 * y, 200 - 6 * x - 10 * y], axis=-1).astype(np.uint8)


def on_white(image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def decoded():
    rgb = gradient()
    picture = Image.fromarray(rgb)
    height, width = rgb.shape[:2]
    alpha = np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))
    transparent = Image.fromarray(np.dstack([rgb, alpha]))
    second = Image.new("RGB", picture.size, (0, 0, 255))
    entries = []

    def add(file, expected, tolerance):
        expected = np.asarray(expected.convert("RGB"))
        entries.append({"file": file, "width": expected.shape[1], "height": expected.shape[0],
                        "tolerance": tolerance, "rgb": expected.flatten().tolist()})

    def save(file, image, expected=None, tolerance=0, **options):
        image.save(OUT / file, **options)
        add(file, on_white(Image.open(OUT / file)) if expected is None else expected, tolerance)

    save("rgb.png", picture)
    save("palette.png", picture.quantize(16))
    save("grey.png", picture.convert("L"))
    save("one_bit.png", picture.convert("1"))
    save("transparent.png", transparent, tolerance=1)
    save("grey_alpha.png", transparent.convert("LA"), tolerance=1)
    save("palette_transparent.png", picture.quantize(8), transparency=3)
    save("rgb.bmp", picture)
    save("palette.bmp", picture.quantize(16))
    save("lossless.webp", picture, lossless=True)
    save("transparent.webp", transparent, lossless=True, exact=True, tolerance=1)
    save("lossy.webp", picture, tolerance=4, quality=95)
    save("lossy_transparent.webp", transparent, tolerance=4, quality=95)
    save("still.gif", picture.quantize(32))
    save("rgb.jpg", picture, tolerance=3, quality=95, subsampling=0)
    save("subsampled.jpg", picture, tolerance=6, quality=95)
    save("progressive.jpg", picture, tolerance=3, quality=95, subsampling=0, progressive=True)
    save("grey.jpg", picture.convert("L"), tolerance=3, quality=95)
    save("cmyk.jpg", picture.convert("CMYK"), tolerance=4, quality=95)

    # 16 bits: the upper byte, give or take the rounding.
    wide = rgb.astype(np.uint16) * 257 + 100
    png(OUT / "rgb_16.png", wide, 2)
    add("rgb_16.png", picture, 1)
    png(OUT / "grey_16.png", wide[..., 0], 0)
    add("grey_16.png", Image.fromarray(rgb[..., 0]), 1)
    png(OUT / "transparent_16.png", np.dstack([wide, alpha.astype(np.uint16) * 257]), 6)
    add("transparent_16.png", on_white(transparent), 2)

    # Animations: the first frame counts.
    first = picture.quantize(32)
    first.save(OUT / "animated.gif", save_all=True, append_images=[second, second], duration=100, loop=0)
    add("animated.gif", first, 0)
    picture.save(OUT / "animated.webp", save_all=True, append_images=[second], duration=100, lossless=True)
    add("animated.webp", picture, 0)
    transparent.save(OUT / "animated_transparent.webp", save_all=True, append_images=[second.convert("RGBA")],
                     duration=100, quality=95)
    with Image.open(OUT / "animated_transparent.webp") as animation:
        add("animated_transparent.webp", on_white(animation), 4)
    picture.save(OUT / "animated.png", save_all=True, append_images=[second], duration=100)
    add("animated.png", picture, 0)

    # How a camera stores an upright picture, by the value of the EXIF tag.
    stored_as = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for value, transpose in stored_as.items():
        stored = picture if transpose is None else picture.transpose(transpose)
        exif = Image.Exif()
        exif[0x0112] = value
        for suffix, options in {"jpg": {"quality": 95, "subsampling": 0}, "webp": {"lossless": True}}.items():
            if suffix == "webp" and value != 6:
                continue
            file = f"orientation_{value}.{suffix}"
            stored.save(OUT / file, exif=exif, **options)
            upright = ImageOps.exif_transpose(Image.open(OUT / file))
            assert np.abs(np.asarray(upright).astype(int) - rgb).max() <= 8, value
            add(file, upright, 3)
    return entries


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "golden.json").write_text(json.dumps(crops() + timm_crops(), indent=1) + "\n")
    lines = ",\n".join(json.dumps(entry) for entry in decoded())
    (OUT / "decoded.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()

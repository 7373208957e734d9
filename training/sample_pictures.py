"""Writes the sample pictures that show none of the ten classes, and the list of all of them, into www/samples.

    python training/sample_pictures.py              (needs pillow, scikit-image)

The pictures come with scikit-image; only those in the public domain or under CC0 are taken. The one picture a class
(<class>.webp) is not written here; the list names it whether it is there or not, and says on the console if not.
"""

import json
from pathlib import Path

import skimage
from PIL import Image

OUT = Path(__file__).resolve().parent.parent / "www" / "samples"
DATA = Path(skimage.__file__).parent / "data"
SHORTER_SIDE = 256

# id, file in scikit-image, title, alternative text, source, licence
STRANGERS = [
    ("chelsea", "chelsea.png", "A cat", "A tabby cat's face, looking to the right",
     "Stéfan van der Walt: Chelsea the cat; scikit-image data", "CC0 1.0"),
    ("coffee", "coffee.png", "A cup of coffee", "A red cup of espresso with a spoon on its saucer, on a wooden table",
     "Rachel Michetti, Pikolo Espresso Bar; scikit-image data", "CC0 1.0"),
    ("astronaut", "astronaut.png", "An astronaut",
     "An astronaut in an orange suit in front of a US flag and a model of a space shuttle",
     "NASA: Eileen Collins; scikit-image data", "Public domain"),
    ("rocket", "rocket.jpg", "A rocket", "A rocket on its launch pad at dusk",
     "SpaceX: launch of DSCOVR on a Falcon 9; scikit-image data", "Public domain"),
    ("camera", "camera.png", "A photographer", "Black-and-white: a man looks through a camera on a tripod",
     "Lav Varshney; scikit-image data", "CC0 1.0"),
]

# Folder name in the data set, title, alternative text
CLASSES = [
    ("cassette_player", "A cassette player", "A cassette player"),
    ("chain_saw", "A chain saw", "A chain saw"),
    ("church", "A church", "A church"),
    ("english_springer", "An English springer", "A dog, an English springer spaniel"),
    ("french_horn", "A French horn", "A French horn"),
    ("garbage_truck", "A garbage truck", "A garbage truck"),
    ("gas_pump", "A gas pump", "A gas pump"),
    ("golf_ball", "A golf ball", "A golf ball"),
    ("parachute", "A parachute", "A parachute"),
    ("tench", "A tench", "A tench, a freshwater fish"),
]


def write_strangers():
    for name, file, *_ in STRANGERS:
        picture = Image.open(DATA / file).convert("RGB")
        scale = SHORTER_SIDE / min(picture.size)
        picture = picture.resize([round(side * scale) for side in picture.size], Image.Resampling.LANCZOS)
        path = OUT / f"{name}.webp"
        picture.save(path, quality=82, method=6)
        size = path.stat().st_size
        assert size < 40_000, f"{path} has {size} bytes"
        print(f"{path.name}: {picture.width}x{picture.height}, {size} bytes")


def entries():
    for name, title, alt in CLASSES:
        yield {"id": name, "file": f"{name}.webp", "title": title, "alt": alt, "label": name,
               "source": "Imagenette 2 (fastai), validation set; photograph from ImageNet", "licence": "research use"}
        if not (OUT / f"{name}.webp").exists():
            print(f"missing: {name}.webp")
    for name, _, title, alt, source, licence in STRANGERS:
        yield {"id": name, "file": f"{name}.webp", "title": title, "alt": alt, "label": None,
               "source": source, "licence": licence}


def with_answer(entry):
    """Names the answer that `lambdascope precompute` wrote beside the picture, where there is one."""
    answer = Path(entry["file"]).with_suffix(".answer")
    return {**entry, "precomputed": answer.name} if (OUT / answer).exists() else entry


def attribution(listed):
    rows = "\n".join(f"| `{e['file']}` | {e['title']} | {e['source']} | {e['licence']} |" for e in listed)
    return f"""# Where the sample pictures come from

The pictures of the ten classes are from the validation set of Imagenette 2 by fastai, a selection from ImageNet; their
rights remain with the photographers, and they are used here for research and education only. The others show none of
the classes; they come with [scikit-image](https://scikit-image.org) and are in the public domain or under
[CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/).

| File | Shows | Source | Licence |
|---|---|---|---|
{rows}
"""


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write_strangers()
    listed = [with_answer(entry) for entry in entries()]
    (OUT / "samples.json").write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n")
    (OUT / "ATTRIBUTION.md").write_text(attribution(listed))


if __name__ == "__main__":
    main()

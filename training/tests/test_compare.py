"""The comparison of the runs: what is written is what the kept figures make, each run once, like beside like."""

import json

import pytest

from lambdascope_training import compare, report
from lambdascope_training import config as configuration

FAMILY = configuration.family()
OPENING, LIKE, *_ = FAMILY


def no_engine(*_: object) -> dict:
    raise AssertionError("the engine was asked for what is kept")


@pytest.fixture
def rows(monkeypatch) -> list[dict]:
    monkeypatch.setattr(compare, "engine", no_engine)
    return compare.rows(FAMILY)


def test_every_file_says_what_the_kept_figures_make(rows):
    for path, said in compare.texts(FAMILY, rows).items():
        assert path.read_text() == said, f"{path.name}: run `python -m lambdascope_training.compare`"


def test_every_run_stands_once_and_is_compared_with_its_equals(rows):
    runs = [(row["name"], row["epochs"], row["seed"]) for row in rows]
    assert sorted(runs) == sorted((config["name"], *run.values()) for config in FAMILY for run in config["runs"])
    long = [row for row in rows if row["run"] == "long"]
    assert [row["name"] for row in long] == [OPENING["name"]]
    equal = report.equals(rows)
    assert {row["epochs"] for row in equal} == {configuration.shipped_run(LIKE)["epochs"]}
    assert (equal[0]["name"], equal[0]["ships"]) == (LIKE["name"], True)
    document = report.document(rows, "", compare.margin, [])
    assert document.count("the one compared with") == 1
    assert f"| {LIKE['title']} | 1 |" in next(line for line in document.splitlines() if "the one compared with" in line)


def invented(name: str, run: str, top1: float, seed: int = 1) -> dict:
    epochs = 16 if run == "equal" else 90
    return {"name": name, "run": run, "seed": seed, "epochs": epochs, "top1": top1, "images": 2000, "repeats": []}


def test_verdicts_and_noise_are_those_of_the_equal_runs():
    rows = [invented("a", "long", 0.95), invented("b", "equal", 0.85), invented("b", "equal", 0.84, 2), invented("c", "equal", 0.80)]
    base = rows[1]
    assert report.spread(rows) == pytest.approx(0.01)
    base["repeats"] = [0.86]
    assert report.spread(rows) == pytest.approx(0.02)
    said = report.noise(rows, lambda first, second: abs(first["top1"] - second["top1"]) / 2)
    assert "2.0 points apart, and with 2,000 pictures" in said and "up to 2.5 points: smaller differences are not meaningful." in said
    verdicts = [report.verdict(row, base, 0.02) for row in rows[1:]]
    assert verdicts == ["the one compared with", "−1.0: another seed", "−5.0"]
    assert report.verdict(rows[3], base, 0.06) == "−5.0, within the noise"


def test_another_file_of_the_same_network_is_judged_anew_and_keeps_its_times(monkeypatch):
    weights = compare.WEIGHTS / f"{OPENING['name']}.safetensors"
    folder = compare.RESULTS / configuration.run_name(OPENING, **configuration.shipped_run(OPENING))
    kept = json.loads((folder / "engine.json").read_text())
    asked = []

    def engine(command: str, *_: object) -> dict:
        asked.append(command)
        figures = {"device": "d", "median_ms": 1.0, "parameters": 2, "macs": 3, "context_bytes": {}}
        return {"images": 4, "top1": 0.5, "top5": 0.75} if command == "evaluate" else figures

    monkeypatch.setattr(compare, "engine", engine)
    assert compare.measured(weights, kept, again=False) == kept
    assert asked == []
    anew = compare.measured(weights, {**kept, "sha256": "another"}, again=False)
    assert anew == {**kept, "accuracy": {"images": 4, "top1": 0.5, "top5": 0.75}}
    assert asked == ["evaluate"]
    other = compare.measured(weights, {**kept, "sha256": "another", "parameters": 1}, again=False)
    assert (other["parameters"], other["ms"]) == (2, {"cpu": 1.0, "webgpu": 1.0})
    assert asked == ["evaluate", "evaluate", "bench", "bench"]
    assert compare.measured(weights, kept, again=True)["ms"] == other["ms"]

"""Parts of a trained network switched off, its counts beside the engine's, and their chapter in the document."""

import copy

import pytest
import torch

from lambdascope_training import ablations, data, export, report
from lambdascope_training import config as configuration

CONFIG = configuration.family()[0]
WEIGHTS = export.WEIGHTS / f"{CONFIG['name']}.safetensors"


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.randint(0, 256, (3, 3, 144, 144), generator=torch.Generator().manual_seed(3), dtype=torch.uint8)


def counted(top1: int = 9) -> dict:
    hits = {"top1": top1, "top5": 10}
    row = {"layers": ["stages.1.1"], "content_off": hits, "position_off": {"top1": 5, "top5": 9}, "both_off": None}
    return {
        "network": "n", "sha256": "ab", "dataset": "d", "pictures": 10, "command": "lambdascope ablate",
        "unchanged": {"top1": 9, "top5": 10}, "rows": [row, {**row, "layers": ["stages.1.1", "stages.2.1"]}],
    }


def test_parts_add_up_and_without_either_a_layer_gives_zero():
    model, _ = export.read(WEIGHTS)
    layer = next(iter(ablations.lambda_layers(model).values()))
    x = torch.randn(1, layer.qkv.weight.shape[1], 6, 6)
    with torch.no_grad():
        whole = layer(x)
        found = {}
        for part, keeps in ablations.PARTS.items():
            with ablations.only([layer], *keeps):
                found[part] = layer(x)
        torch.testing.assert_close(found["content_off"] + found["position_off"], whole, rtol=1e-4, atol=1e-4)
        assert found["both_off"].shape == whole.shape and not found["both_off"].any()
        torch.testing.assert_close(layer(x), whole, rtol=0, atol=0)


def test_every_layer_is_counted_alone_and_then_all(pictures):
    measured = ablations.measure(WEIGHTS, pictures, torch.arange(3))
    single, every = measured["rows"][:-1], measured["rows"][-1]
    assert [row["layers"] for row in single] == [[name] for name in every["layers"]]
    assert measured["pictures"] == 3 and len(ablations.counts(measured)) == 2 * (1 + 3 * len(measured["rows"]))


def test_only_like_counts_are_compared():
    own, other = counted(), counted(top1=7)
    assert (ablations.difference(own, counted()), ablations.difference(own, other)) == (0, 2)
    with pytest.raises(ValueError, match="sha256"):
        ablations.difference(own, {**other, "sha256": "cd"})
    fewer = copy.deepcopy(other)
    del fewer["rows"][0]
    with pytest.raises(ValueError, match="different parts"):
        ablations.difference(own, fewer)


def test_a_chapter_takes_the_place_of_its_older_self_and_leaves_the_rest_alone(tmp_path):
    path, document = tmp_path / "results.md", "# Title\n\nText.\n\n## One\n\nFirst.\n\n## Last\n\nEnd.\n"
    path.write_text(document)
    lines = report.ablations(CONFIG, counted(), counted(), 0)
    assert "| `stages.1.1` | 90.00 % | 90.00 % | 0.0 | 50.00 % | 50.00 % | −40.0 | none | none | none |" in lines
    report.replace_section(path, lines)
    once = path.read_text()
    assert once == document.replace("## Last", "\n".join(lines) + "\n## Last")
    report.replace_section(path, lines)
    assert path.read_text() == once


def test_the_document_says_what_was_counted():
    assert "\n".join(ablations.section()) in (data.PROJECT / "docs" / "results.md").read_text()

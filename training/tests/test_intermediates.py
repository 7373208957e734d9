"""The definition of a lambda layer where no package can vouch for it: masks and another context."""

import pytest
import torch

from lambdascope_training.intermediates import Terms, close, compose, from_table, masked_softmax


@pytest.fixture
def terms() -> Terms:
    torch.manual_seed(1)
    n, h, k, u, v = 12, 2, 3, 2, 4
    shapes = (n, h, k), (n, u, k), (n, u, v), (n, n, k, u), (k,)
    return Terms(*(torch.randn(shape, dtype=torch.float64) for shape in shapes))


def test_a_mask_that_hides_nothing_changes_nothing(terms):
    mask = torch.ones(12, 12, dtype=torch.uint8)
    close(compose(terms, mask)["layer"], compose(terms)["layer"], "layer", 1e-12)


def test_a_query_sees_what_a_layer_of_its_own_context_would(terms):
    mask = torch.ones(12, 12, dtype=torch.uint8).tril()
    masked = compose(terms, mask)
    for n in (0, 5, 11):
        own = Terms(terms.q[n : n + 1], terms.keys[: n + 1], terms.v[: n + 1], terms.embeddings[n : n + 1, : n + 1], terms.bias)
        for part in ("content", "position", "layer"):
            close(masked[part][n], compose(own)[part][0], f"{part} {n}", 1e-12)


def test_a_query_that_sees_nothing_keeps_the_bias(terms):
    mask = torch.ones(12, 12, dtype=torch.uint8)
    mask[3] = 0
    parts = compose(terms, mask)
    assert parts["content"][3].abs().max() == 0
    close(parts["position"][3].unflatten(0, (2, 4)), (terms.q[3] @ terms.bias)[:, None].expand(2, 4), "q·b", 1e-12)


def test_a_masked_softmax_survives_a_wide_spread():
    keys = torch.tensor([60.0, -60.0, -58.0], dtype=torch.float64)[:, None, None]
    seen = torch.tensor([[0, 1, 1]], dtype=torch.uint8)
    found = masked_softmax(keys, seen)[0, :, 0, 0]
    close(found, torch.tensor([0, 0.1192, 0.8808]), "softmax", 1e-4)


def test_a_table_is_indexed_by_context_minus_query():
    table = torch.arange(4 * 5.0).reshape(4, 5, 1, 1)
    embeddings = from_table(table, [2, 3], [3, 3])
    assert embeddings.shape == (6, 9, 1, 1)
    # Query (1, 2), context (0, 1): offset (−1, −1) from the table's centre (1, 2).
    assert embeddings[1 * 3 + 2, 0 * 3 + 1].item() == table[0, 1].item()

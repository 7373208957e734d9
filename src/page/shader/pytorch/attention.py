# q, k [n, h, k], values [n, h, v]
# r [n, m, k]: a row's embedding plus a column's
logits = einsum("nhk, mhk -> nhm", q, k)
logits /= q.shape[-1] ** 0.5
logits += einsum("nhk, nmk -> nhm", q, r)
w = logits.softmax(dim=-1)
y = einsum("nhm, mhv -> nhv", w, values)

# q [n, h, k], values [m, u, v]
# E [n, m, u, k], 0 outside the window
a = einsum("nhk, nmuk -> nhmu", q, E)
y = einsum("nhmu, muv -> nhv", a, values)
y += einsum("nhk, kv -> nhv", q, lambda_c + b[:, None])

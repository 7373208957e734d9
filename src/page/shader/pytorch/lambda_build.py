# q [n, h, k], values [m, u, v]
# E [n, m, u, k], 0 outside the window
lambda_p = einsum("nmuk, muv -> nkv", E, values)
lambda_n = lambda_c + lambda_p + b[:, None]
y = einsum("nhk, nkv -> nhv", q, lambda_n)

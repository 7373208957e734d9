# keys [m, u, k], values [m, u, v]
k_bar = keys.softmax(dim=0)  # over the positions
lambda_c = einsum("muk, muv -> kv", k_bar, values)

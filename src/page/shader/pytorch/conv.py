# x [p, c], W [o, c]: one matrix for all positions
y = einsum("pc, oc -> po", x, W) + bias

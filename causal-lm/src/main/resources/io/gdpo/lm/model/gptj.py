# GPT-J (Wang and Komatsuzaki, 2021, "GPT-J-6B: A 6 Billion Parameter Autoregressive Language Model"), computed as
# Hugging Face's GPTJForCausalLM computes it. Shapes and shared methods: decoder.py; embedding, turns: rotary.py.

  # Attention and feed-forward side by side, on one norm: x + attention(norm(x)) + mlp(norm(x)).
  # x [P, C] -> [P, C]
  def block(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "transformer.h." + str(layer)
    normed = (self).narrowed((self).layer_norm(x, h + ".ln_1", w))
    q = (self).turned_pairs((self).heads((self).linear(normed, h + ".attn.q_proj", w), turns), turns)
    k = (self).turned_pairs((self).heads((self).linear(normed, h + ".attn.k_proj", w), turns), turns)
    v = (self).heads((self).linear(normed, h + ".attn.v_proj", w), turns)
    y = (self).linear((self).attention(q, k, v, layer, mask, cache), h + ".attn.out_proj", w)
    inner = torch.gelu((self).linear(normed, h + ".mlp.fc_in", w), approximate="tanh")
    return x + y + (self).linear(inner, h + ".mlp.fc_out", w)

  # Rotary embedding of neighbours: (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin), where x1 and x2 stand at
  # 2i and 2i + 1. x [B, H, T, D]; turns [2, B, 1, T, R / 2], only the first R of D are turned -> [B, H, T, D]
  def turned_pairs(self, x: Tensor, turns: Tensor) -> Tensor:
    cos = turns[0]
    sin = turns[1]
    turning = 2 * turns.size(-1)
    x1 = torch.to(x[:, :, :, 0:turning:2], 6)
    x2 = torch.to(x[:, :, :, 1:turning:2], 6)
    turned = torch.flatten(torch.stack([x1 * cos - x2 * sin, x2 * cos + x1 * sin], -1), -2)
    return torch.cat([torch.to(turned, x.dtype), x[:, :, :, turning:]], -1)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).layer_norm(x, "transformer.ln_f", w)

# GPT-2 (Radford et al., 2019, "Language Models are Unsupervised Multitask Learners"), computed as
# Hugging Face's GPT2LMHeadModel computes it. Shapes and shared methods: decoder.py.

  # tokens, positions [B, T] -> [B, T, C]
  def embedded(self, tokens: Tensor, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.embedding(w["transformer.wte.weight"], tokens) + torch.embedding(w["transformer.wpe.weight"], positions)

  # Positions are embedded, nothing is turned; in the shape of other families' -> [1, B, 1, T, 1]
  def turns(self, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.reshape(positions, [1, positions.size(0), 1, positions.size(1), 1])

  # Pre-norm residual block: x + attention(norm(x)), then x + mlp(norm(x)). x [P, C] -> [P, C]
  def block(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "transformer.h." + str(layer)
    qkv = (self).conv1d((self).layer_norm(x, h + ".ln_1", w), h + ".attn.c_attn", w)
    heads = torch.view(qkv, [turns.size(1), -1, 3, qkv.size(-1) // (3 * self.head_width), self.head_width])
    of_heads = torch.unbind(torch.permute(heads, [2, 0, 3, 1, 4]))  # q, k, v, each [B, H, T, D]
    y = (self).attention(of_heads[0], of_heads[1], of_heads[2], layer, mask, cache)
    x = x + (self).conv1d(y, h + ".attn.c_proj", w)
    y = torch.gelu((self).conv1d((self).layer_norm(x, h + ".ln_2", w), h + ".mlp.c_fc", w), approximate="tanh")
    return x + (self).conv1d(y, h + ".mlp.c_proj", w)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).layer_norm(x, "transformer.ln_f", w)

# GPT-2 (Radford et al., 2019, "Language Models are Unsupervised Multitask Learners"), computed as
# Hugging Face's GPT2LMHeadModel computes it. Shapes and shared methods: decoder.py.

  # tokens, positions [B, T] -> [B, T, C]
  def embedded(self, tokens: Tensor, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.embedding(w["transformer.wte.weight"], tokens) + torch.embedding(w["transformer.wpe.weight"], positions)

  # Positions are embedded, nothing is turned.
  def angles(self, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return positions

  # Pre-norm residual block: x + attention(norm(x)), then x + mlp(norm(x)). x [B, T, C] -> [B, T, C]
  def block(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "transformer.h." + str(layer)
    qkv = (self).conv1d((self).layer_norm(x, h + ".ln_1", w), h + ".attn.c_attn", w)
    q, k, v = torch.chunk(qkv, 3, -1)
    y = (self).attention((self).heads(q), (self).heads(k), (self).heads(v), layer, mask, cache)
    x = x + (self).conv1d(y, h + ".attn.c_proj", w)
    y = torch.gelu((self).conv1d((self).layer_norm(x, h + ".ln_2", w), h + ".mlp.c_fc", w), approximate="tanh")
    return x + (self).conv1d(y, h + ".mlp.c_proj", w)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).layer_norm(x, "transformer.ln_f", w)


# -- what Llama and its kin share --------------------------------------------------------------------

  # tokens, positions [B, T] -> [B, T, C]; positions are in the turns of queries and keys
  def embedded(self, tokens: Tensor, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.embedding(w["model.embed_tokens.weight"], tokens)

  # down(silu(gate(x)) * up(x)) (Shazeer, 2020, "GLU Variants Improve Transformer"). [B, T, C] -> [B, T, C]
  def swiglu(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    gate = torch.silu((self).linear(x, name + ".gate_proj", w))
    return (self).linear(gate * (self).linear(x, name + ".up_proj", w), name + ".down_proj", w)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).rms_norm(x, "model.norm", w)

  # Pre-norm residual block: x + attention(norm(x)), then x + swiglu(norm(x)). x [B, T, C] -> [B, T, C]
  def block(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "model.layers." + str(layer)
    y = (self).self_attention((self).rms_norm(x, h + ".input_layernorm", w), layer, angles, mask, cache, w)
    x = x + y
    return x + (self).swiglu((self).rms_norm(x, h + ".post_attention_layernorm", w), h + ".mlp", w)

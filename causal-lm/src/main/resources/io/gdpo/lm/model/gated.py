
# -- what Llama and its kin share --------------------------------------------------------------------

  # Pre-norm residual block: x + attention(norm(x)), then x + swiglu(norm(x)). x [P, C] -> [P, C]
  def block(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "model.layers." + str(layer)
    y = (self).self_attention((self).narrowed((self).rms_norm(x, h + ".input_layernorm", w)), layer, turns, mask, cache, w)
    x = x + y
    return x + (self).swiglu((self).narrowed((self).rms_norm(x, h + ".post_attention_layernorm", w)), h + ".mlp", w)

  # Grouped-query attention; how a family's queries and keys are `turned` is its own. Biases are where weights
  # have them. x [P, C] -> [P, C]
  def self_attention(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "model.layers." + str(layer) + ".self_attn"
    q = (self).turned(x, a + ".q", turns, w)  # [B, H, T, D]
    k = (self).turned(x, a + ".k", turns, w)  # [B, G, T, D]
    v = (self).heads((self).linear(x, a + ".v_proj", w), turns)
    return (self).linear((self).attention(q, k, v, layer, mask, cache), a + ".o_proj", w)

  # down(silu(gate(x)) * up(x)) (Shazeer, 2020, "GLU Variants Improve Transformer"). [P, C] -> [P, C]
  def swiglu(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    gate = torch.silu((self).linear(x, name + ".gate_proj", w))
    return (self).linear(gate * (self).linear(x, name + ".up_proj", w), name + ".down_proj", w)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).rms_norm(x, "model.norm", w)

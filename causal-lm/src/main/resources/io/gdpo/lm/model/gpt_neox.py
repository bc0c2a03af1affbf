# GPT-NeoX (Black et al., 2022; Pythia: Biderman et al., 2023), computed as Hugging Face's GPTNeoXForCausalLM
# computes it. Shapes and shared methods: decoder.py; embedding, turns: rotary.py.

  # Parallel: x + attention(norm1(x)) + mlp(norm2(x)); else y = x + attention(norm1(x)), y + mlp(norm2(y)).
  # x [P, C] -> [P, C]
  def block(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    h = "gpt_neox.layers." + str(layer)
    y = x + (self).self_attention((self).layer_norm(x, h + ".input_layernorm", w), layer, turns, mask, cache, w)
    read = y
    if self.use_parallel_residual:
      read = x
    return y + (self).mlp((self).layer_norm(read, h + ".post_attention_layernorm", w), h + ".mlp", w)

  # One product gives each head its query, key and value; the first R of D of query and key are turned.
  def self_attention(self, x: Tensor, layer: int, turns: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "gpt_neox.layers." + str(layer) + ".attention"
    qkv = (self).linear(x, a + ".query_key_value", w)
    heads = qkv.size(-1) // (3 * self.head_width)
    of_heads = torch.transpose(torch.view(qkv, [turns.size(1), -1, heads, 3 * self.head_width]), 1, 2)
    q, k, v = torch.chunk(of_heads, 3, -1)  # each [B, H, T, D]
    y = (self).attention((self).rotated(q, turns), (self).rotated(k, turns), v, layer, mask, cache)
    return (self).linear(y, a + ".dense", w)

  def mlp(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    y = (self).linear(x, name + ".dense_h_to_4h", w)
    if self.tanh_gelu:
      y = torch.gelu(y, approximate="tanh")
    else:
      y = torch.gelu(y)
    return (self).linear(y, name + ".dense_4h_to_h", w)

  def normalized(self, x: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).layer_norm(x, "gpt_neox.final_layer_norm", w)

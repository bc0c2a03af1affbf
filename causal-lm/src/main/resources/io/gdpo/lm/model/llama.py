# Llama (Touvron et al., 2023; "The Llama 3 Herd of Models", 2024), computed as Hugging Face's LlamaForCausalLM
# computes it. Shapes and shared methods: decoder.py; embedding, norms, feed-forward: gated.py; angles: rotary.py.

  # Grouped-query attention of turned queries and keys; biases only where the config asks for them.
  def self_attention(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "model.layers." + str(layer) + ".self_attn"
    q = (self).rotated((self).heads((self).linear(x, a + ".q_proj", w)), angles)  # [B, H, T, D]
    k = (self).rotated((self).heads((self).linear(x, a + ".k_proj", w)), angles)  # [B, G, T, D]
    v = (self).heads((self).linear(x, a + ".v_proj", w))
    return (self).linear((self).attention(q, k, v, layer, mask, cache), a + ".o_proj", w)

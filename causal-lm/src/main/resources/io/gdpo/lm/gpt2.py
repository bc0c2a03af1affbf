# GPT-2 (Radford et al., 2019, "Language Models are Unsupervised Multitask Learners"), computed as
# Hugging Face's GPT2LMHeadModel computes it. TorchScript, packed and loaded from Java; never run by
# Python. The module owns no weights: each method takes them, in Hugging Face's order:
#
#   0 wte [V, C]   1 wpe [P, C]
#   per block: ln_1 w, b [C]   c_attn w [C, 3C], b   c_proj w [C, C], b
#              ln_2 w, b [C]   c_fc   w [C, 4C], b   c_proj w [4C, C], b
#   ln_f w, b [C]   (an untied lm_head [V, C] may follow; only the projection reads it)
#
# B batch rows, T tokens of a row, C embedding width, H heads, D = C / H, V vocabulary, P positions.

class Gpt2(Module):
  training : bool
  n_layer : int
  n_head : int
  layer_norm_epsilon : float
  tie_word_embeddings : bool

  # -- hidden states -------------------------------------------------------------------------------

  # Rows that are one plain sequence each, padded on the right. tokens, positions [B, T] -> [B, T, C]
  def causal_hidden(self, tokens: Tensor, positions: Tensor, weights: List[Tensor]) -> Tensor:
    return self.transformer(tokens, positions, None, None, weights)

  # Rows that hold a prompt and several branches that continue it. branch [B, T] -> [B, T, C]
  def tree_hidden(self, tokens: Tensor, positions: Tensor, branch: Tensor, weights: List[Tensor]) -> Tensor:
    mask = self.tree_mask(branch, branch, weights[0])
    return self.transformer(tokens, positions, mask, None, weights)

  # Continues sequences whose first K - T tokens are in the cache already, and adds T to it.
  # tokens, positions [B, T]; branch [B, K]; cache [n_layer, 2, B, H, slots, D] -> last position's [B, 1, C]
  def cached_hidden(self, tokens: Tensor, positions: Tensor, branch: Tensor, cache: Tensor, weights: List[Tensor]) -> Tensor:
    past = branch.size(1) - tokens.size(1)
    mask = self.tree_mask(branch[:, past:], branch, weights[0])
    hidden = self.transformer(tokens, positions, mask, cache, weights)
    return hidden[:, -1:]

  # An empty cache for sequences of up to slots[] tokens, one for each of rows [B] -> [n_layer, 2, B, H, slots, D]
  def empty_cache(self, rows: Tensor, slots: Tensor, weights: List[Tensor]) -> Tensor:
    wte = weights[0]
    shape = [self.n_layer, 2, rows.size(0), self.n_head, int(slots), wte.size(1) // self.n_head]
    return torch.zeros(shape, dtype=wte.dtype, device=wte.device)

  # A cache whose row b continues row rows[b] of this one (repeats and omissions are welcome).
  def chosen_cache(self, cache: Tensor, rows: Tensor) -> Tensor:
    return torch.index_select(cache, 2, rows)

  # -- the vocabulary, only where asked ------------------------------------------------------------

  # hidden [B, T, C]; rows [N] index the flattened [B * T] -> [N, V]
  def logits(self, hidden: Tensor, rows: Tensor, weights: List[Tensor]) -> Tensor:
    projection = weights[0]
    if not self.tie_word_embeddings:
      projection = weights[-1]
    asked = torch.index_select(torch.flatten(hidden, 0, 1), 0, rows)
    return torch.matmul(asked, torch.t(projection))

  # log p(targets[n] | everything up to rows[n]), natural logarithm -> [N]
  def selected_log_probs(self, hidden: Tensor, rows: Tensor, targets: Tensor, weights: List[Tensor]) -> Tensor:
    logits = self.logits(hidden, rows, weights)
    return torch.neg(torch.cross_entropy_loss(logits, targets, None, 0))

  # -- the architecture ----------------------------------------------------------------------------

  def transformer(self, tokens: Tensor, positions: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], weights: List[Tensor]) -> Tensor:
    x = torch.embedding(weights[0], tokens) + torch.embedding(weights[1], positions)  # [B, T, C]
    for layer in range(self.n_layer):
      first = 2 + 12 * layer
      x = self.block(x, layer, mask, cache, weights[first:first + 12])
    last = 2 + 12 * self.n_layer
    return self.layer_norm(x, weights[last], weights[last + 1])

  # Pre-norm residual block: x + attention(norm(x)), then x + mlp(norm(x)). x [B, T, C] -> [B, T, C]
  def block(self, x: Tensor, layer: int, mask: Optional[Tensor], cache: Optional[Tensor], weights: List[Tensor]) -> Tensor:
    ln_1_w, ln_1_b, c_attn_w, c_attn_b, attn_proj_w, attn_proj_b, ln_2_w, ln_2_b, c_fc_w, c_fc_b, mlp_proj_w, mlp_proj_b = weights
    qkv = self.linear(self.layer_norm(x, ln_1_w, ln_1_b), c_attn_w, c_attn_b)
    x = x + self.linear(self.attention(qkv, layer, mask, cache), attn_proj_w, attn_proj_b)
    h = self.linear(self.layer_norm(x, ln_2_w, ln_2_b), c_fc_w, c_fc_b)
    return x + self.linear(torch.gelu(h, approximate="tanh"), mlp_proj_w, mlp_proj_b)

  # softmax(q k' / sqrt(D) + mask) v for each head. qkv [B, T, 3C] -> [B, T, C]
  def attention(self, qkv: Tensor, layer: int, mask: Optional[Tensor], cache: Optional[Tensor]) -> Tensor:
    heads = torch.view(qkv, [qkv.size(0), qkv.size(1), 3, self.n_head, -1])
    q, k, v = torch.unbind(torch.permute(heads, [2, 0, 3, 1, 4]))  # each [B, H, T, D]
    if cache is not None and mask is not None:
      slots = mask.size(-1)
      past = slots - qkv.size(1)
      torch.copy_(cache[layer, 0, :, :, past:slots], k)
      torch.copy_(cache[layer, 1, :, :, past:slots], v)
      k = cache[layer, 0, :, :, :slots]
      v = cache[layer, 1, :, :, :slots]
    y = torch.scaled_dot_product_attention(q, k, v, mask, 0., mask is None)  # [B, H, T, D]
    return torch.flatten(torch.transpose(y, 1, 2), 2)

  # Query i may see key j if j stands no later, and in its own branch or in the prompt (branch 0).
  # Padding (branch -1) sees only padding, so no row of the softmax is empty.
  # queries [B, T] are the last T of keys [B, K] -> additive mask [B, 1, T, K], 0 or -inf
  def tree_mask(self, queries: Tensor, keys: Tensor, like: Tensor) -> Tensor:
    slot = torch.arange(keys.size(1), device=keys.device)
    q_slot = torch.unsqueeze(slot[keys.size(1) - queries.size(1):], 1)  # [T, 1]
    q = torch.unsqueeze(queries, 2)  # [B, T, 1]
    k = torch.unsqueeze(keys, 1)  # [B, 1, K]
    seen = (slot <= q_slot) & ((k == q) | ((k == 0) & (q >= 0)))  # [B, T, K]
    open = torch.zeros(seen.size(), dtype=like.dtype, device=like.device)
    return torch.unsqueeze(torch.masked_fill(open, ~seen, -inf), 1)

  def layer_norm(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w, b, self.layer_norm_epsilon)

  # x w + b, as one product of matrices (GPT-2 stores its weights [in, out]). x [B, T, I] -> [B, T, O]
  def linear(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    y = torch.addmm(b, torch.flatten(x, 0, 1), w)
    return torch.view(y, [x.size(0), x.size(1), w.size(1)])

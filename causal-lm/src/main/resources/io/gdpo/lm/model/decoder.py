# What every decoder family shares: who sees whom, the cache, products with weights, the vocabulary.
# TorchScript; Java appends a family's own methods (`embedded`, `turns`, `block`, `normalized`) and the
# names of its weights, and packs them as one class. The module owns no weights: each method takes
# them, and looks them up by their Hugging Face names.
#
# B batch rows, T tokens of a row, P = B T places, row after row, K keys (tokens in the cache, then T), C width, H heads, G heads of
# keys and values, D width of a head, L layers, V vocabulary, N chosen places.

  # -- hidden states -------------------------------------------------------------------------------

  # Rows that are one plain sequence each, padded on the right. tokens, positions [B, T] -> [P, C]
  def causal_hidden(self, tokens: Tensor, positions: Tensor, weights: List[Tensor]) -> Tensor:
    w = (self).named(weights)
    return (self).hidden(tokens, positions, (self).causal_mask(tokens, positions, w), None, w)

  # Rows that hold trees of tokens. end [B, T] -> [P, C]
  def tree_hidden(self, tokens: Tensor, positions: Tensor, end: Tensor, weights: List[Tensor]) -> Tensor:
    w = (self).named(weights)
    return (self).hidden(tokens, positions, (self).mask(end, positions, tokens.size(1), w), None, w)

  # Continues sequences whose first K - T tokens are in the cache's columns already, and adds T to it.
  # tokens, positions [B, T]; end [B, K]; cache [L, 2, at least B, G, columns, D] -> [P, C]
  def cached_hidden(self, tokens: Tensor, positions: Tensor, end: Tensor, cache: Tensor, w: Dict[str, Tensor]) -> Tensor:
    column = torch.expand_as(torch.arange(end.size(1), device=end.device), end)
    return (self).hidden(tokens, positions, (self).mask(end, column, tokens.size(1), w), cache, w)

  # Computes prompts for the sake of their keys and values.
  def fill_cache(self, tokens: Tensor, positions: Tensor, end: Tensor, cache: Tensor, weights: List[Tensor]) -> List[Tensor]:
    hidden = (self).cached_hidden(tokens, positions, end, cache, (self).named(weights))
    return []

  # What may come after one more token of each sequence, which is the last of the cache's columns that place [start, K]
  # on the host speaks of; a sequence begins at first [B] of these. tokens, positions [B, 1] -> [B, V] float32
  def next_logits(self, tokens: Tensor, positions: Tensor, first: Tensor, place: Tensor, cache: Tensor, weights: List[Tensor]) -> Tensor:
    w = (self).named(weights)
    start = int(place[0])
    columns = int(place[1])
    key = torch.arange(columns, device=first.device)
    seen = key >= torch.unsqueeze(first, 1)  # [B, K]
    if self.sliding_window > 0:
      seen = seen & (key >= columns - self.sliding_window)
    open = torch.zeros(seen.size(), dtype=self.compute_dtype, device=first.device)
    mask = torch.unsqueeze(torch.unsqueeze(torch.masked_fill(open, ~seen, -inf), 1), 1)
    hidden = (self).hidden(tokens, positions, mask, cache[:, :, :, :, start:start + columns], w)
    return (self).projected(hidden, w)

  def hidden(self, tokens: Tensor, positions: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    turns = (self).turns(positions, w)
    x = torch.flatten((self).embedded(tokens, positions, w), 0, 1)
    for layer in range(self.n_layer):
      x = (self).block(x, layer, turns, mask, cache, w)
    return (self).normalized(x, w)

  # -- activation recomputation (Chen et al., 2016, "Training Deep Nets with Sublinear Memory Cost") --

  # The hidden states, computed with gradient mode off, and what each block was given:
  # L + 1 tensors [P, C], the last goes into the final norm -> [those..., hidden]
  def recorded_hidden(self, tokens: Tensor, positions: Tensor, end: Tensor, weights: List[Tensor]) -> List[Tensor]:
    w = (self).named(weights)
    mask = (self).mask(end, positions, tokens.size(1), w)
    turns = (self).turns(positions, w)
    given = [torch.flatten((self).embedded(tokens, positions, w), 0, 1)]
    for layer in range(self.n_layer):
      given.append((self).block(given[layer], layer, turns, mask, None, w))
    given.append((self).normalized(given[self.n_layer], w))
    return given

  # Adds the gradients that follow from hidden's to the weights', one block's graph at a time. Gradient mode on.
  def recomputed_backward(self, tokens: Tensor, positions: Tensor, end: Tensor, given: List[Tensor], gradient: Tensor, weights: List[Tensor]) -> List[Tensor]:
    w = (self).named(weights)
    mask = (self).mask(end, positions, tokens.size(1), w)
    turns = (self).turns(positions, w)
    x = torch.requires_grad_(torch.detach(given[self.n_layer]))
    torch.backward((self).normalized(x, w), gradient)
    for i in range(self.n_layer):
      layer = self.n_layer - 1 - i
      upper = x.grad
      x = torch.requires_grad_(torch.detach(given[layer]))
      torch.backward((self).block(x, layer, turns, mask, None, w), upper)
    first = torch.flatten((self).embedded(tokens, positions, w), 0, 1)
    if first.requires_grad:  # not where the embedding is frozen
      torch.backward(first, x.grad)
    return []

  # -- the vocabulary, only where asked ------------------------------------------------------------

  # hidden [P, C]; rows [N] are places -> [N, V] float32
  def logits(self, hidden: Tensor, rows: Tensor, weights: List[Tensor]) -> Tensor:
    asked = torch.index_select(hidden, 0, rows)
    return (self).projected(asked, (self).named(weights))

  # [N, C] -> [N, V] float32; a projection may have been padded
  def projected(self, hidden: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.to((self).linear(hidden, (self).head(), w)[:, :self.vocabulary], 6)

  # log p(targets[n] | everything up to rows[n]), natural logarithm -> [N] float32
  def selected_log_probs(self, hidden: Tensor, rows: Tensor, targets: Tensor, weights: List[Tensor]) -> Tensor:
    return torch.neg(torch.cross_entropy_loss((self).logits(hidden, rows, weights), targets, None, 0))

  # The same without a graph, for chunk places at a time: the memory of [chunk, V] instead of [N, V].
  def chunked_log_probs(self, hidden: Tensor, rows: Tensor, targets: Tensor, chunk: Tensor, weights: List[Tensor]) -> Tensor:
    parts : List[Tensor] = []
    for start in range(0, rows.size(0), int(chunk)):
      stop = min(start + int(chunk), rows.size(0))
      parts.append((self).selected_log_probs(hidden, rows[start:stop], targets[start:stop], weights))
    return torch.cat(parts)

  # Adds the gradients that follow from those log-probabilities' [N] to hidden's and the weights', each
  # chunk computed again. hidden is a leaf; gradient mode on.
  def chunked_backward(self, hidden: Tensor, rows: Tensor, targets: Tensor, chunk: Tensor, gradient: Tensor, weights: List[Tensor]) -> List[Tensor]:
    for start in range(0, rows.size(0), int(chunk)):
      stop = min(start + int(chunk), rows.size(0))
      log_probs = (self).selected_log_probs(hidden, rows[start:stop], targets[start:stop], weights)
      torch.backward(log_probs, gradient[start:stop])
    return []

  # A leaf with the same values, whose gradient can be asked for.
  def leaf(self, x: Tensor) -> Tensor:
    return torch.requires_grad_(torch.detach(x))

  # Adds the gradients that follow from those that x's leaf has got. Gradient mode on.
  def backward_from(self, x: Tensor, leaf: Tensor) -> List[Tensor]:
    if x.requires_grad:  # not where all below is frozen
      torch.backward(x, (self).gradient(leaf))
    return []

  # Zeros where the loss does not hang on the leaf.
  def gradient(self, leaf: Tensor) -> Tensor:
    gradient = leaf.grad
    if gradient.numel() == 0:  # undefined, which libtorch does not show as None
      gradient = torch.zeros_like(leaf)
    return gradient

  # -- attention -----------------------------------------------------------------------------------

  # An empty cache for size[0] sequences of size[1] tokens, size on the host -> [L, 2, rows, G, columns, D]
  def empty_cache(self, weight: Tensor, size: Tensor) -> Tensor:
    shape = [self.n_layer, 2, int(size[0]), self.n_key_value_head, int(size[1]), self.head_width]
    return torch.zeros(shape, dtype=self.compute_dtype, device=weight.device)

  # Puts from_rows [N] of one cache into to_rows [N] of another or the same, a layer at a time:
  # columns [first, first + count) into [to, to + count). place is [first, to, count], on the host.
  def copy_cache(self, source: Tensor, from_rows: Tensor, target: Tensor, to_rows: Tensor, place: Tensor) -> List[Tensor]:
    first = int(place[0])
    to = int(place[1])
    count = int(place[2])
    for layer in range(self.n_layer):
      copied = torch.index_select(source[layer, :, :, :, first:first + count], 1, from_rows)
      torch.index_copy_(target[layer, :, :, :, to:to + count], 1, to_rows, copied)
    return []

  # softmax(q k' / sqrt(D) + mask) v for each head; H / G heads share keys and values. Without a mask
  # every token sees those before it. q [B, H, T, D]; k, v [B, G, T, D] -> [P, H D]
  def attention(self, q: Tensor, k: Tensor, v: Tensor, layer: int, mask: Optional[Tensor], cache: Optional[Tensor]) -> Tensor:
    if cache is not None and mask is not None:
      columns = mask.size(-1)
      rows = cache[layer, :, :q.size(0)]
      torch.copy_(rows[0, :, :, columns - q.size(2):columns], k)
      torch.copy_(rows[1, :, :, columns - q.size(2):columns], v)
      k = rows[0, :, :, :columns]
      v = rows[1, :, :, :columns]
    heads = q.size(1)
    shared = heads // k.size(1)
    if shared > 1 and q.size(2) == 1:  # heads that share keys are as good as tokens that do: nothing is repeated
      q = torch.reshape(q, [q.size(0), k.size(1), shared, q.size(3)])
    elif shared > 1:
      k = torch.repeat_interleave(k, shared, 1)
      v = torch.repeat_interleave(v, shared, 1)
    y = torch.scaled_dot_product_attention(q, k, v, mask, 0., mask is None)
    if y.size(1) != heads:
      y = torch.reshape(y, [y.size(0), heads, 1, y.size(3)])
    return torch.reshape(torch.transpose(y, 1, 2), [-1, heads * y.size(3)])

  # Token i sees token j if j <= i < end[j], and, where there is a sliding window, if it is less than
  # that many positions back. Every token sees itself, so that no softmax is empty; padding has end 0.
  # The T queries are the last of the K keys. end, positions [B, K] -> additive [B, 1, T, K], 0 or -inf
  def mask(self, end: Tensor, positions: Tensor, queries: int, w: Dict[str, Tensor]) -> Tensor:
    past = end.size(1) - queries
    key = torch.arange(end.size(1), device=end.device)
    query = torch.unsqueeze(key[past:], 1)  # [T, 1]
    seen = ((key <= query) & (query < torch.unsqueeze(end, 1))) | (key == query)  # [B, T, K]
    if self.sliding_window > 0:
      back = torch.unsqueeze(positions[:, past:], 2) - torch.unsqueeze(positions, 1)
      seen = seen & (back < self.sliding_window)
    open = torch.zeros(seen.size(), dtype=self.compute_dtype, device=end.device)
    return torch.unsqueeze(torch.masked_fill(open, ~seen, -inf), 1)

  # None where plain causal attention is all.
  def causal_mask(self, tokens: Tensor, positions: Tensor, w: Dict[str, Tensor]) -> Optional[Tensor]:
    mask : Optional[Tensor] = None
    if self.sliding_window > 0 and tokens.size(1) > self.sliding_window:
      mask = (self).mask(torch.full_like(tokens, tokens.size(1)), positions, tokens.size(1), w)
    return mask

  # x [P, heads D] of the B rows that `turns` is of -> [B, heads, T, D]
  def heads(self, x: Tensor, turns: Tensor) -> Tensor:
    heads = x.size(-1) // self.head_width
    return torch.transpose(torch.view(x, [turns.size(1), -1, heads, self.head_width]), 1, 2)

  # Rotary embedding (Su et al., 2021) of halves: (x1, x2) -> (x1 cos - x2 sin, x2 cos + x1 sin).
  # x [B, H, T, D]; turns [2, B, 1, T, R / 2], only the first R of D are turned -> [B, H, T, D]
  def rotated(self, x: Tensor, turns: Tensor) -> Tensor:
    cos = turns[0]
    sin = turns[1]
    half = turns.size(-1)
    x1 = torch.to(x[:, :, :, :half], 6)
    x2 = torch.to(x[:, :, :, half:2 * half], 6)
    turned = [x1 * cos - x2 * sin, x2 * cos + x1 * sin]
    if 2 * half < x.size(-1):
      turned.append(torch.to(x[:, :, :, 2 * half:], 6))
    return torch.to(torch.cat(turned, -1), x.dtype)

  # -- weights -------------------------------------------------------------------------------------

  # x W' + b in the dtype of computation, with a low-rank update (Hu et al., 2021) where there is one:
  # x W' + b + (alpha / r) (x A') B'. W [O, I], A [r, I], B [O, r]; x [..., I] -> [..., O]
  # `product` is x W' + b; which of four it is, Java chooses: product.py, narrow_product.py, packed_product.py,
  # cast_product.py.
  def linear(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    return (self).adapted(x, (self).product(x, name, False, w), name, w)

  # The same for a weight that is stored [I, O], as GPT-2's are.
  def conv1d(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    return (self).adapted(x, (self).product(x, name, True, w), name, w)

  # x W' + b, all in one dtype. transposed: W is stored [I, O]
  def multiplied(self, x: Tensor, weight: Tensor, transposed: bool, bias: Optional[Tensor]) -> Tensor:
    if transposed and x.dim() == 2 and bias is not None:
      y = torch.addmm(bias, x, weight)
    elif transposed:
      y = torch.linear(x, torch.t(weight), bias)
    else:
      y = torch.linear(x, weight, bias)
    return y

  def bias(self, name: str, w: Dict[str, Tensor]) -> Optional[Tensor]:
    bias : Optional[Tensor] = None
    if name + ".bias" in w:
      bias = torch.to(w[name + ".bias"], self.compute_dtype)
    return bias

  def adapted(self, x: Tensor, y: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    if name + ".lora_A.weight" in w:
      low = torch.linear(torch.to(x, self.compute_dtype), torch.to(w[name + ".lora_A.weight"], self.compute_dtype))
      y = y + self.lora_scale * torch.linear(low, torch.to(w[name + ".lora_B.weight"], self.compute_dtype))
    return y

  # W + (alpha / r) B A, for a weight that is stored [O, I], and for one that is stored [I, O].
  def merged_linear(self, weight: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return weight + self.lora_scale * torch.matmul(b, a)

  def merged_conv1d(self, weight: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return weight + self.lora_scale * torch.t(torch.matmul(b, a))

  # Puts values in the place of a weight's.
  def assign(self, weight: Tensor, values: Tensor) -> List[Tensor]:
    torch.copy_(weight, values)
    return []

  # (x - mean) / sqrt(variance + epsilon) * weight + bias, in float32
  def layer_norm(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    return torch.layer_norm(torch.to(x, 6), [x.size(-1)], w[name + ".weight"], w[name + ".bias"], self.norm_epsilon)

  # x / sqrt(mean(x^2) + epsilon) * weight, in float32 (Zhang and Sennrich, 2019)
  def rms_norm(self, x: Tensor, name: str, w: Dict[str, Tensor]) -> Tensor:
    return torch.rms_norm(torch.to(x, 6), [x.size(-1)], w[name + ".weight"], self.norm_epsilon)

  # What products read, once for all of those that read it.
  def narrowed(self, x: Tensor) -> Tensor:
    return torch.to(x, self.compute_dtype)

  def named(self, weights: List[Tensor]) -> Dict[str, Tensor]:
    names = (self).names()
    w : Dict[str, Tensor] = {}
    for i in range(len(weights)):
      w[names[i]] = weights[i]
    return w

  # values [U, ...]; number [N] -> [N, ...]
  def each(self, values: Tensor, number: Tensor) -> Tensor:
    return torch.index_select(values, 0, number)

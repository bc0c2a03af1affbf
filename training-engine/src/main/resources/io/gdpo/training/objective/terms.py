# The quantities that every loss is made of, one value for each example of a micro-batch; TorchScript,
# differentiated by autograd. The loss itself is the method `losses`, which the objective's class appends.
#
# B examples, N labelled tokens, V vocabulary entries, C belief classes. Sequence i < B is example i's
# chosen response, sequence B + i its rejected one.
#
#   log_probs      [N] float32  log pi(token | what stands before it)
#   belief_logits  [B, V]       logits at the prompt's last position, where the belief digit comes next
#   sequence       [N] int64    the sequence that a token belongs to
#   in_response    [N] 0 or 1   tokens that count for log pi(y | x) in the preference term
#   in_belief      [N] 0 or 1   tokens of the chosen side's belief segment, for the imitation term
#   belief_tokens  [C] int64    token id of each belief digit
#   target         [B, C]       the group's distribution p*(b | x)
#   reference      [2 B] float64  log ref(y | x) of every sequence; [0] for losses that compare with none
#   kl             []           KTO's reference point, an estimate of KL(pi || ref); 0 for other losses
#   examples       []           examples of the whole optimizer step, micro-batches together

  def evaluate(self, log_probs: Tensor, belief_logits: Tensor, sequence: Tensor, in_response: Tensor, in_belief: Tensor, belief_tokens: Tensor, target: Tensor, reference: Tensor, kl: Tensor, examples: Tensor) -> List[Tensor]:
    B = target.size(0)
    S = max(B, reference.size(0))
    tokens = torch.ones_like(log_probs)

    # log pi(y | x): sums of token log-probabilities, by sequence, in float64: what counts is the small difference of
    # four large sums.
    logp = (self).sum_by_sequence(log_probs * in_response, sequence, S)
    chosen = logp[:B]
    rejected = logp[B:]
    reference_chosen = reference[:B]
    reference_rejected = reference[B:]

    # Mean negative log-probability of the chosen response's tokens, and of its belief segment's.
    nll = -(self).sum_by_sequence(log_probs, sequence, S)[:B] / (self).count_by_sequence(tokens, sequence, S)[:B]
    imitation = -(self).sum_by_sequence(log_probs * in_belief, sequence, S)[:B] / (self).count_by_sequence(in_belief, sequence, S)[:B]

    # KL(p* || pi(b | x)), over the vocabulary or renormalised over the belief tokens.
    belief_log_probs = torch.index_select(torch.log_softmax(belief_logits, -1, 6), -1, belief_tokens)
    restricted = torch.log_softmax(torch.index_select(belief_logits, -1, belief_tokens), -1, 6)
    calibrated = restricted if self.calibrates_belief_tokens_only else belief_log_probs
    calibration = (torch.xlogy(target, target) - target * calibrated).sum(-1)

    losses = (self).losses(nll, calibration, imitation, chosen, rejected, reference_chosen, reference_rejected, kl)

    jsd = (self).jensen_shannon_distance(torch.to(target, 7), torch.exp(torch.to(restricted, 7)))
    belief_mass = torch.exp(belief_log_probs).sum(-1)
    columns = [torch.detach(torch.to(c, 7)) for c in [losses, nll, calibration, imitation, jsd, belief_mass]]
    if S > B:
      columns += [torch.detach(c) for c in [chosen, rejected, reference_chosen, reference_rejected]]
    return [torch.to(losses.sum() / examples, 6), torch.stack(columns, -1)]

  # evaluate, with the gradients of its loss added to those of the parameters.
  def differentiate(self, log_probs: Tensor, belief_logits: Tensor, sequence: Tensor, in_response: Tensor, in_belief: Tensor, belief_tokens: Tensor, target: Tensor, reference: Tensor, kl: Tensor, examples: Tensor) -> List[Tensor]:
    outcome = (self).evaluate(log_probs, belief_logits, sequence, in_response, in_belief, belief_tokens, target, reference, kl, examples)
    torch.backward(outcome[0])
    return [torch.detach(outcome[0]), outcome[1]]

  # Two passes' log-probabilities as one: element i of the result is element order[i] of both -> [N]
  def in_order(self, first: Tensor, second: Tensor, order: Tensor) -> Tensor:
    return torch.index_select(torch.cat([first, second]), 0, order)

  def sum_by_sequence(self, values: Tensor, sequence: Tensor, sequences: int) -> Tensor:
    return torch.index_add(torch.zeros([sequences], dtype=7, device=values.device), 0, sequence, torch.to(values, 7))

  # Never below 1: a response that was cut before its belief segment imitates nothing.
  def count_by_sequence(self, mask: Tensor, sequence: Tensor, sequences: int) -> Tensor:
    return torch.clamp((self).sum_by_sequence(mask, sequence, sequences), 1.0)

  # Square root of the Jensen-Shannon divergence, natural logarithm; at most sqrt(ln 2). The bound of m, the
  # least normal float64, is met only where p is 0 and q has underflown: 0 log(0 / 0) is 0 there, not NaN.
  def jensen_shannon_distance(self, p: Tensor, q: Tensor) -> Tensor:
    m = torch.clamp((p + q) / 2.0, 2.2250738585072014e-308)
    divergence = (torch.xlogy(p, p / m) + torch.xlogy(q, q / m)).sum(-1) / 2.0
    return torch.sqrt(torch.clamp(divergence, 0.0))

  # Rafailov et al. 2023, equation 7; with label smoothing, "conservative" DPO.
  def dpo(self, h: Tensor, beta: float, label_smoothing: float) -> Tensor:
    return -torch.log_sigmoid(beta * h) * (1.0 - label_smoothing) - torch.log_sigmoid(-beta * h) * label_smoothing

  # Ethayarajh et al. 2024, equations 7 and 8, mean of a pair's two responses. r = log pi - log ref;
  # 1 - sigma(z) is written as sigma(-z), which keeps its digits where it is small.
  def kto(self, r_chosen: Tensor, r_rejected: Tensor, kl: Tensor, beta: float, desirable_weight: float, undesirable_weight: float) -> Tensor:
    desirable = torch.sigmoid(beta * (kl - r_chosen))
    undesirable = torch.sigmoid(beta * (r_rejected - kl))
    return (desirable_weight * desirable + undesirable_weight * undesirable) / 2.0

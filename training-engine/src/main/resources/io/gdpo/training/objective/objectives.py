# Every training loss, one method each, and below them the terms that losses are made of. TorchScript,
# differentiated by autograd.
#
# A loss is a method here, named by its label with `_` for `-`, and a constant of contracts' Loss, which says what
# the loss needs. The method takes the terms of a micro-batch and gives each example's loss, [B]. What it reads of
# `self` are settings, under the names that experiment files use; NaN where the job's loss has no such setting.
#
# x prompt, y_c and y_r chosen and rejected response, b belief, pi the policy, ref the frozen reference model, sigma
# the logistic function, p*(b|x) the group's distribution of beliefs.

class Terms(NamedTuple):
  nll : Tensor  # [B]: - 1/|y_c| sum_t log pi(y_c,t | x, y_c,<t)
  calibration : Tensor  # [B]: KL(p*(b|x) || pi(b|x)), over what calibration_support names
  target : Tensor  # [B, C]: p*(b|x)
  beliefs : Tensor  # [B, C]: log pi(b|x), renormalised over the belief tokens
  imitation : Tensor  # [B]: - 1/|b| sum_t log pi(b_t | x, b_<t), over the chosen response's belief segment
  chosen : Tensor  # [B]: log pi(y_c|x); for losses that need beliefs log pi(y_c|x,b), from the belief's closing mark on
  rejected : Tensor  # [B]: the same of y_r; [0] where no rejected response is read
  reference_chosen : Tensor  # [B]: log ref(y_c|x), likewise
  reference_rejected : Tensor  # [B]: log ref(y_r|x), likewise
  chosen_tokens : Tensor  # [B]: tokens that count for log pi(y_c|x), at least 1
  rejected_tokens : Tensor  # [B]: the same of y_r; [0] where no rejected response is read
  share : Tensor  # [B]: q, the share of people who prefer y_c to y_r; NaN where nobody was counted
  kl : Tensor  # []: KTO's reference point; 0 for losses that need none
  has_chosen : Tensor  # [B]: 1, or 0 where a response is judged by itself, and bad: its terms of y_c mean nothing
  has_rejected : Tensor  # [B]: the same of y_r, where it is good; [0] where no rejected response is read

class Objective(Module):
  training : bool
  beta : float
  label_smoothing : float
  reference_free : bool
  desirable_weight : float
  undesirable_weight : float
  sft_weight : float
  length_normalized : bool
  reference_beta : float
  target_margin : float
  calibration_weight : float
  calibration_support : str
  imitation_weight : float
  preference_weight : float

  # Supervised fine-tuning.
  #   L = - 1/|y_c| sum_t log pi(y_c,t | x, y_c,<t)
  def sft(self, t: __torch__.Terms) -> Tensor:
    return t.nll

  # Beside a preference loss: keeps the chosen response likely, whose probability such losses alone let fall (RPO: Pang et
  # al. 2024, arXiv 2404.19733). Weight 0 unless it is set.
  #   L = L_preference - w_s 1/|y_c| sum_t log pi(y_c,t | x, y_c,<t)
  def sft_term(self, t: __torch__.Terms) -> Tensor:
    return self.sft_weight * t.nll

  # How much likelier the chosen response is than the other one; length-normalised (Lambert et al. 2024, arXiv
  # 2411.15124) by the means of their tokens instead of their sums.
  #   d = log pi(y_c|x) - log pi(y_r|x); normalised 1/|y_c| log pi(y_c|x) - 1/|y_r| log pi(y_r|x)
  def d(self, t: __torch__.Terms) -> Tensor:
    return t.chosen / t.chosen_tokens - t.rejected / t.rejected_tokens if self.length_normalized else t.chosen - t.rejected

  # The same under the reference model.
  def d_reference(self, t: __torch__.Terms) -> Tensor:
    return t.reference_chosen / t.chosen_tokens - t.reference_rejected / t.rejected_tokens if self.length_normalized else t.reference_chosen - t.reference_rejected

  # How much more the chosen response is preferred than by the reference model: what preference losses drive up.
  #   h = d - d_ref; reference-free: d
  def h(self, t: __torch__.Terms) -> Tensor:
    return (self).d(t) if self.reference_free else (self).d(t) - (self).d_reference(t)

  # Direct preference optimization: Rafailov et al. 2023, arXiv 2305.18290, equation 7; with the probability eps that a
  # label is flipped ("conservative" DPO, Mitchell 2023).
  #   L = - (1 - eps) log sigma(beta h) - eps log sigma(-beta h)
  def dpo(self, t: __torch__.Terms) -> Tensor:
    h = (self).h(t)
    return -torch.log_sigmoid(self.beta * h) * (1.0 - self.label_smoothing) - torch.log_sigmoid(-self.beta * h) * self.label_smoothing

  # Identity preference optimization: Azar et al. 2023, arXiv 2310.12036, equation 17. A regression, so that
  # deterministic preferences do not drive h without bound.
  #   L = (h - 1 / (2 beta))^2
  def ipo(self, t: __torch__.Terms) -> Tensor:
    return torch.pow((self).h(t) - 1.0 / (2.0 * self.beta), 2)

  # DPO on soft labels: the share q of people who prefer y_c takes the place of certainty; conservative DPO with the
  # smoothing of each example. q = 1 is DPO; q = 1/2 drives h to 0.
  #   L = - q log sigma(beta h) - (1 - q) log sigma(-beta h)
  def soft_dpo(self, t: __torch__.Terms) -> Tensor:
    h = (self).h(t)
    return -torch.log_sigmoid(self.beta * h) * t.share - torch.log_sigmoid(-self.beta * h) * (1.0 - t.share)

  # Geometric-averaged DPO: Furuta et al. 2024, arXiv 2409.06691. The share of people weighs the margin instead of the
  # label. q = 1 is DPO; q = 1/2 gives no gradient.
  #   L = - log sigma(beta (2 q - 1) h)
  def geometric_dpo(self, t: __torch__.Terms) -> Tensor:
    return -torch.log_sigmoid(self.beta * (2.0 * t.share - 1.0) * (self).h(t))

  # Soft preference learning: Slocum et al. 2025, arXiv 2511.08594; before it Omura et al. 2024, arXiv 2411.07595. The
  # reference has a temperature of its own: beta_ref = beta is DPO, a larger one keeps the policy more diverse; beta = 1
  # and beta_ref = 0 is preference matching (Xiao et al. 2024, arXiv 2405.16455).
  #   L = - log sigma(beta d - beta_ref d_ref)
  def spl(self, t: __torch__.Terms) -> Tensor:
    return -torch.log_sigmoid(self.beta * (self).d(t) - self.reference_beta * (self).d_reference(t))

  # SimPO: Meng et al. 2024, arXiv 2405.14734. Rewards are means of token log-probabilities, and there is no
  # reference model.
  #   L = - log sigma(beta (1/|y_c| log pi(y_c|x) - 1/|y_r| log pi(y_r|x)) - gamma)
  def simpo(self, t: __torch__.Terms) -> Tensor:
    return -torch.log_sigmoid(self.beta * (t.chosen / t.chosen_tokens - t.rejected / t.rejected_tokens) - self.target_margin)

  # Odds ratio preference optimization: Hong et al. 2024, arXiv 2403.07691. SFT and preference in one,
  # without a reference model; beta is the paper's lambda.
  #   P(y) = exp(1/|y| log pi(y|x)), odds(y) = P(y) / (1 - P(y));  L = L_sft - beta log sigma(log odds(y_c) - log odds(y_r))
  def orpo(self, t: __torch__.Terms) -> Tensor:
    return t.nll - self.beta * torch.log_sigmoid((self).log_odds(t.chosen / t.chosen_tokens) - (self).log_odds(t.rejected / t.rejected_tokens))

  # Of a probability's logarithm; log(1 - P) is log(-expm1(log P)), kept away from log 0 where a response is certain.
  def log_odds(self, log_p: Tensor) -> Tensor:
    return log_p - torch.log(torch.clamp(-torch.expm1(log_p), 1.0000000000000001e-30))

  # Matching the group's distribution and nothing else: the training objective of SubPOP (Suh et al. 2025, arXiv
  # 2502.16761), forward KL over the answer options.
  #   L = KL(p*(b|x) || pi(b|x)), pi renormalised over the belief tokens
  def calibration(self, t: __torch__.Terms) -> Tensor:
    return (torch.xlogy(t.target, t.target) - t.target * t.beliefs).sum(-1)

  # The same by Wasserstein distance (the authors' other objective): how far probability must be carried along the ordered
  # beliefs, as a part of the way from one end to the other. Class 0, no opinion, has no place in the order: both sides
  # are renormalised without it, and a group of which nobody has an opinion teaches nothing.
  #   L = 1/(C-2) sum_k |F*(k) - F(k)|, F cumulative over the classes 1 to C-1
  def calibration_wasserstein(self, t: __torch__.Terms) -> Tensor:
    held = t.target[:, 1:]
    some = held.sum(-1, True)
    group = held / torch.clamp(some, 9.9999999999999995e-21)
    policy = torch.softmax(t.beliefs[:, 1:], -1)
    carried = torch.abs(torch.cumsum(group - policy, -1)).sum(-1) / float(held.size(1) - 1)
    return carried * torch.squeeze(torch.gt(some, 0.0), -1)

  # Kahneman-Tversky optimization: Ethayarajh et al. 2024, arXiv 2402.01306, equations 7 and 8. Each response is a gain or
  # a loss by itself against the reference point, through which no gradient goes.
  #   r = log pi(y|x) - log ref(y|x);  KL = max(0, mean of r over mismatched responses)
  #   L = the mean of w_d (1 - sigma(beta (r_c - KL))) and w_u (1 - sigma(beta (KL - r_r))), of those that there are
  # 1 - sigma(z) is written as sigma(-z), which keeps its digits where it is small.
  def kto(self, t: __torch__.Terms) -> Tensor:
    desirable = torch.sigmoid(self.beta * (t.kl - (t.chosen - t.reference_chosen)))
    undesirable = torch.sigmoid(self.beta * ((t.rejected - t.reference_rejected) - t.kl))
    judged = self.desirable_weight * desirable * t.has_chosen + self.undesirable_weight * undesirable * t.has_rejected
    return judged / (t.has_chosen + t.has_rejected)

  # DPO within a belief: Yao et al. 2025, arXiv 2412.20299, the preference term of GDPO. Both sides begin with the chosen
  # side's belief, which is not counted: what is learnt is pi(y|x,b).
  #   L = L_dpo(y_c, y_r | x, b)
  def belief_dpo(self, t: __torch__.Terms) -> Tensor:
    return (self).dpo(t)

  # The belief terms of GDPO alone: match the group's distribution, and write out the belief. The KL is the batch's mean
  # in every example's loss, as in the authors' implementation.
  #   L = w_c KL(p*(b|x) || pi(b|x)) - w_i 1/|b| sum_t log pi(b_t | x, b_<t)
  def belief_sft(self, t: __torch__.Terms) -> Tensor:
    return self.calibration_weight * t.calibration.mean() + self.imitation_weight * t.imitation

  # Group Distributional Preference Optimization: Yao et al. 2025, arXiv 2412.20299.
  #   L = L_belief-sft + w_p L_belief-dpo(y_c, y_r | x, b)
  def gdpo(self, t: __torch__.Terms) -> Tensor:
    return (self).belief_sft(t) + self.preference_weight * (self).belief_dpo(t)

  # GDPO with KTO within a belief as its preference term (the authors' implementation calls it kto).
  #   L = L_belief-sft + w_p L_kto(y_c, y_r | x, b)
  def gdpo_kto(self, t: __torch__.Terms) -> Tensor:
    return (self).belief_sft(t) + self.preference_weight * (self).kto(t)

  # ---- Terms -----------------------------------------------------------------------------------------------------

  # The losses' mean over a step's examples as far as they are these, and a row [columns] of each example: its loss and
  # what is logged beside it, as ObjectiveOutcome.Column numbers it. `loss` is the method of the job's loss, which
  # Objective.java appends.
  #
  # B examples, N labelled tokens, V vocabulary entries, C belief classes. Sequence i < B is example i's chosen response,
  # sequence B + i its rejected one; one that there is not has no labelled token.
  #
  #   log_probs      [N] float32  log pi(token | what stands before it)
  #   belief_logits  [B, V]       logits at the prompt's last position, where the belief digit comes next
  #   sequence       [N] int64    the sequence that a token belongs to
  #   in_response    [N] 0 or 1   tokens that count for log pi(y | x)
  #   in_belief      [N] 0 or 1   tokens of the chosen side's belief segment
  #   belief_tokens  [C] int64    token id of each belief digit
  #   target         [B, C]       the group's distribution p*(b | x)
  #   share          [B]          q, the share of people who prefer y_c; NaN where nobody was counted
  #   reference      [2 B] float64  log ref(y | x) of every sequence; [0] where no rejected response is read
  #   kl             []           KTO's reference point; 0 for losses that need none. On the host
  #   examples       []           examples of the whole optimizer step, micro-batches together. On the host
  def evaluate(self, log_probs: Tensor, belief_logits: Tensor, sequence: Tensor, in_response: Tensor, in_belief: Tensor, belief_tokens: Tensor, target: Tensor, share: Tensor, reference: Tensor, kl: Tensor, examples: Tensor) -> List[Tensor]:
    B = target.size(0)
    S = max(B, reference.size(0))
    tokens = torch.ones_like(log_probs)

    # Sums of token log-probabilities in float64: what counts is the small difference of four large sums.
    logp = (self).sum_by_sequence(log_probs * in_response, sequence, S)
    nll = -(self).sum_by_sequence(log_probs, sequence, S)[:B] / (self).count_by_sequence(tokens, sequence, S)[:B]
    imitation = -(self).sum_by_sequence(log_probs * in_belief, sequence, S)[:B] / (self).count_by_sequence(in_belief, sequence, S)[:B]

    # pi(b | x) over the vocabulary, where mass off the belief digits is penalised, and renormalised over these.
    belief_log_probs = torch.index_select(torch.log_softmax(belief_logits, -1, 6), -1, belief_tokens)
    restricted = torch.log_softmax(torch.index_select(belief_logits, -1, belief_tokens), -1, 6)
    calibrated = restricted if self.calibration_support == "beliefs" else belief_log_probs
    calibration = (torch.xlogy(target, target) - target * calibrated).sum(-1)

    counted = (self).count_by_sequence(in_response, sequence, S)
    has = torch.clamp((self).sum_by_sequence(tokens, sequence, S), None, 1.0)

    t = __torch__.Terms(nll, calibration, target, restricted, imitation, logp[:B], logp[B:], reference[:B], reference[B:], counted[:B], counted[B:], torch.to(share, 7), kl, has[:B], has[B:])
    losses = (self).loss(t)

    jsd = (self).jensen_shannon_distance(torch.to(target, 7), torch.exp(torch.to(restricted, 7)))
    belief_mass = torch.exp(belief_log_probs).sum(-1)
    columns = [torch.detach(torch.to(c, 7)) for c in [losses, nll, calibration, imitation, jsd, belief_mass]]
    if S > B:
      columns += [torch.detach(c) for c in [t.chosen, t.rejected, t.reference_chosen, t.reference_rejected]]
    return [torch.to(losses.sum() / examples, 6), torch.stack(columns, -1)]

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

  # The tables of a step's passes and its norm [], one after the other, so that they are read at one time -> [N] float64
  def joined(self, tables: List[Tensor], norm: Tensor) -> Tensor:
    parts = [torch.flatten(table) for table in tables]
    parts.append(torch.to(torch.reshape(norm, [1]), 7))
    return torch.cat(parts)

  # Two passes' log-probabilities as one: element i of the result is element order[i] of both -> [N]
  def in_order(self, first: Tensor, second: Tensor, order: Tensor) -> Tensor:
    return torch.index_select(torch.cat([first, second]), 0, order)

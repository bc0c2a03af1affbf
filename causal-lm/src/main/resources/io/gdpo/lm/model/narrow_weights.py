# Copies of weights in the number format of products, made once for all passes of a step and not at each use.

class NarrowWeights(Module):
  training : bool
  compute_dtype : int

  def made(self, weights: List[Tensor]) -> List[Tensor]:
    return [torch.detach(torch.to(weight, self.compute_dtype)) for weight in weights]

  # Copies again those that are trained; the others are as they were. Gradient mode off.
  def copied(self, copies: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    to : List[Tensor] = []
    trained : List[Tensor] = []
    for i in range(len(copies)):
      if weights[i].requires_grad:
        to.append(copies[i])
        trained.append(weights[i])
    if len(to) > 0:
      torch._foreach_copy_(to, trained)
    return []

  # The copies as leaves of one pass, which have no gradients yet.
  def leaves(self, copies: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    leaves : List[Tensor] = []
    for i in range(len(copies)):
      leaves.append(torch.requires_grad_(torch.detach(copies[i]), weights[i].requires_grad))
    return leaves

  # Adds the leaves' gradients to the weights', which are float32. Gradient mode off.
  def handed_over(self, leaves: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    for i in range(len(leaves)):
      gradient = leaves[i].grad
      if gradient.numel() > 0:  # 0: undefined, no backward came by
        torch.add_(weights[i].grad, gradient)
    return []

  # Gives weights that have none a gradient of zeros. Gradient mode on.
  def allocated(self, weights: List[Tensor]) -> List[Tensor]:
    for weight in weights:
      if weight.requires_grad and weight.grad.numel() == 0:
        torch.backward(torch.sum(weight * 0.))
    return []

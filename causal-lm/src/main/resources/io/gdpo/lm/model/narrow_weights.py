# Copies of weights in the number format of products, made once for all passes of a step and not at each use.

class NarrowWeights(Module):
  training : bool
  compute_dtype : int
  vocabulary : int
  multiple : int

  def made(self, weights: List[Tensor]) -> List[Tensor]:
    return [torch.detach((self).padded(torch.to(weight, self.compute_dtype))) for weight in weights]

  # Rows of zeros below the vocabulary's, up to a number that products of a GPU are quick with: with GPT-2's 50,257
  # they take another, slower way.
  def padded(self, weight: Tensor) -> Tensor:
    missing = (self.multiple - weight.size(0) % self.multiple) % self.multiple
    if weight.size(0) == self.vocabulary and missing > 0:
      rows = [0, missing]
      if weight.dim() == 2:
        rows = [0, 0, 0, missing]
      weight = torch.constant_pad_nd(weight, rows)
    return weight

  # What a weight is copied into: its copy without the padding.
  def unpadded(self, copies: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    return [copies[i][:weights[i].size(0)] for i in range(len(copies))]

  # Both lists are arguments as they are: written to tensors of a list that it made itself, TorchScript takes the
  # copying for work without effect, and drops it. Gradient mode off.
  def copied(self, to: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
    torch._foreach_copy_(to, weights)
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
        torch.add_(weights[i].grad, gradient[:weights[i].size(0)])
    return []

  # Gives weights that have none a gradient of zeros. Gradient mode on.
  def allocated(self, weights: List[Tensor]) -> List[Tensor]:
    for weight in weights:
      if weight.requires_grad and weight.grad.numel() == 0:
        torch.backward(torch.sum(weight * 0.))
    return []

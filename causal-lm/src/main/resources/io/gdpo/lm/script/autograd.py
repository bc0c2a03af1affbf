# Reverse-mode differentiation, from within TorchScript: DJL's own collector serves one graph at a
# time in a JVM, and its getGradient() makes a new handle at each call.

class Autograd(Module):
  training : bool

  # Adds d loss / d w to w.grad of each leaf w that requires it; returns the loss without its graph.
  def backward(self, loss: Tensor) -> Tensor:
    torch.backward(loss)
    return torch.detach(loss)

  # The leaves' gradients; zeros where backward never came by.
  def gradients(self, leaves: List[Tensor]) -> List[Tensor]:
    found : List[Tensor] = []
    for leaf in leaves:
      grad = leaf.grad
      if grad.numel() == 0:  # undefined, which libtorch does not show as None
        found.append(torch.zeros_like(leaf))
      else:
        found.append(grad)
    return found

  def zero_gradients(self, leaves: List[Tensor]) -> List[Tensor]:
    for leaf in leaves:
      grad = leaf.grad
      if grad.numel() > 0:
        torch.zero_(grad)
    return []

  def detach(self, x: Tensor) -> Tensor:
    return torch.detach(x)

  # Gives each parameter a gradient of zeros. Gradient mode on.
  def allocate_gradients(self, parameters: List[Tensor]) -> List[Tensor]:
    for parameter in parameters:
      torch.backward(torch.sum(parameter * 0.))
    return []

  # The parameters' gradients, and their global L2 norm before clipping. Gradients whose norm exceeds
  # the bound are scaled down to it, as torch.nn.utils.clip_grad_norm_ does: on a GPU always, by 1 if they need
  # it not, since asking would wait for all that is computed.
  def clipped_gradients(self, parameters: List[Tensor]) -> Tuple[List[Tensor], Tensor]:
    gradients = annotate(List[Tensor], [])
    for parameter in parameters:
      gradient = parameter.grad
      if gradient.numel() == 0:  # undefined: no backward came by
        gradients.append(torch.zeros_like(parameter))
      else:
        gradients.append(gradient)
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
    scale = self.max_norm / (norm + 1e-06)
    if norm.is_cuda:
      torch._foreach_mul_(gradients, torch.clamp(scale, max=1.))
    elif bool(scale < 1.0):
      torch._foreach_mul_(gradients, scale)
    return (gradients, norm)


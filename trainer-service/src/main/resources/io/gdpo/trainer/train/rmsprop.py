  # One step of RMSprop (Hinton 2012, lecture 6e), epsilon outside the root as in PyTorch, with
  # decoupled weight decay:
  #   v = alpha v + (1 - alpha) g^2        p = p - lr wd p - lr g / (sqrt(v) + eps)
  # A step whose gradient norm is not finite changes nothing.
  def step(self, parameters: List[Tensor], squares: List[Tensor], steps: Tensor, learning_rate: Tensor) -> Tensor:
    gradients, norm = (self).clipped_gradients(parameters)
    if bool(torch.isfinite(norm)):
      torch.add_(steps, 1)
      lr = float(learning_rate)
      if self.weight_decay > 0.0:
        torch._foreach_mul_(parameters, 1.0 - lr * self.weight_decay)
      torch._foreach_mul_(squares, self.alpha)
      torch._foreach_addcmul_(squares, gradients, gradients, 1.0 - self.alpha)
      roots = torch._foreach_sqrt(squares)
      torch._foreach_add_(roots, self.epsilon)
      torch._foreach_addcdiv_(parameters, gradients, roots, -lr)
    torch._foreach_zero_(gradients)
    return norm

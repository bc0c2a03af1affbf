
  # rmsprop.py's step as it is written, one parameter after the other.
  def step(self, parameters: List[Tensor], squares: List[Tensor], steps: Tensor, learning_rate: Tensor) -> Tensor:
    gradients, norm = (self).clipped_gradients(parameters)
    if bool(torch.isfinite(norm)):
      torch.add_(steps, 1)
      lr = float(learning_rate)
      for i in range(len(parameters)):
        p = parameters[i]
        g = gradients[i]
        v = torch.addcmul_(torch.mul_(squares[i], self.alpha), g, g, value=1.0 - self.alpha)
        torch.mul_(p, 1.0 - lr * self.weight_decay)
        torch.addcdiv_(p, g, torch.sqrt(v) + self.epsilon, value=-lr)
    torch._foreach_zero_(gradients)
    return norm


  # adamw.py's step as it is written, one operation after the other.
  def step(self, parameters: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: Tensor, learning_rate: Tensor) -> Tensor:
    gradients, norm = (self).clipped_gradients(parameters)
    if bool(torch.isfinite(norm)):
      torch.add_(steps, 1)
      t = float(steps)
      lr = float(learning_rate)
      for i in range(len(parameters)):
        p = parameters[i]
        g = gradients[i]
        m = torch.add_(torch.mul_(means[i], self.beta1), g, alpha=1.0 - self.beta1)
        v = torch.addcmul_(torch.mul_(squares[i], self.beta2), g, g, value=1.0 - self.beta2)
        root = torch.sqrt(v / (1.0 - self.beta2 ** t)) + self.epsilon
        torch.mul_(p, 1.0 - lr * self.weight_decay)
        torch.addcdiv_(p, m, root, value=-lr / (1.0 - self.beta1 ** t))
    torch._foreach_zero_(gradients)
    return norm

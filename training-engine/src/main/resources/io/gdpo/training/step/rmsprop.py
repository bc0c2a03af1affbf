  # One step of RMSprop (Hinton 2012, lecture 6e), epsilon outside the root as in PyTorch, with
  # decoupled weight decay:
  #   v = alpha v + (1 - alpha) g^2        p = p - lr wd p - lr g / (sqrt(v) + eps)
  # in one fused pass over the memory: it is adamw.py's step where beta1 is 0, so that the mean is the
  # gradient itself, and so late that nothing is left of the bias corrections.
  # A step whose gradient norm is not finite changes nothing.
  def step(self, parameters: List[Tensor], squares: List[Tensor], steps: Tensor, learning_rate: Tensor) -> Tensor:
    gradients, norm = (self).clipped_gradients(parameters)
    finite = torch.to(torch.isfinite(norm), 6)
    torch.add_(steps, finite)
    late = torch.full_like(steps, 1000000000.)
    unused = annotate(List[Tensor], [])
    torch._fused_adamw_(parameters, gradients, gradients, squares, unused, [late for p in parameters], lr=float(learning_rate), beta1=0., beta2=self.alpha, weight_decay=self.weight_decay, eps=self.epsilon, amsgrad=False, maximize=False, found_inf=1. - finite)
    torch._foreach_zero_(gradients)
    return norm

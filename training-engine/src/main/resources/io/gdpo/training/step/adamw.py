  # One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2):
  #   m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
  #   p = p - lr wd p - lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
  # in one fused pass over the memory. A step whose gradient norm is not finite changes nothing.
  def step(self, parameters: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: Tensor, learning_rate: Tensor) -> Tensor:
    gradients, norm = (self).clipped_gradients(parameters)
    finite = torch.to(torch.isfinite(norm), 6)
    torch.add_(steps, finite)
    unused = annotate(List[Tensor], [])
    torch._fused_adamw_(parameters, gradients, means, squares, unused, [steps for p in parameters], lr=float(learning_rate), beta1=self.beta1, beta2=self.beta2, weight_decay=self.weight_decay, eps=self.epsilon, amsgrad=False, maximize=False, found_inf=1. - finite)
    torch._foreach_zero_(gradients)
    return norm

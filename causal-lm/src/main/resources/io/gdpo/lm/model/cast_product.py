
  # x W' + b from weights that were put into the dtype of computation once: without gradients.
  def product(self, x: Tensor, name: str, transposed: bool, w: Dict[str, Tensor]) -> Tensor:
    return torch.linear(torch.to(x, self.compute_dtype), w[name + ".prepared"], (self).bias(name, w))

  def prepared_linear(self, weight: Tensor) -> Tensor:
    return torch.to(weight, self.compute_dtype)

  def prepared_conv1d(self, weight: Tensor) -> Tensor:
    return torch.t((self).prepared_linear(weight))

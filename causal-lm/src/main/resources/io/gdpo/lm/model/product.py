
  # x W' + b from the weights as they are, differentiable. transposed: W is stored [I, O]
  def product(self, x: Tensor, name: str, transposed: bool, w: Dict[str, Tensor]) -> Tensor:
    weight = torch.to(w[name + ".weight"], self.compute_dtype)
    if transposed:
      weight = torch.t(weight)
    return torch.linear(torch.to(x, self.compute_dtype), weight, (self).bias(name, w))


  # x W' + b from the weights as they are, differentiable. transposed: W is stored [I, O]
  def product(self, x: Tensor, name: str, transposed: bool, w: Dict[str, Tensor]) -> Tensor:
    return (self).multiplied(x, w[name + ".weight"], transposed, (self).bias(name, w))

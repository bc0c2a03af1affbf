
  # x W' + b from copies of weight and bias in the dtype of computation (narrow_weights.py), differentiable.
  def product(self, x: Tensor, name: str, transposed: bool, w: Dict[str, Tensor]) -> Tensor:
    bias : Optional[Tensor] = None
    if name + ".bias.narrow" in w:
      bias = w[name + ".bias.narrow"]
    return (self).multiplied(torch.to(x, self.compute_dtype), w[name + ".weight.narrow"], transposed, bias)

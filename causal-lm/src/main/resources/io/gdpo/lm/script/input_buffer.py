# What a computation reads, cut out of the one buffer that it came to the device in.

class InputBuffer(Module):
  training : bool

  # buffer [N] float64; plan [P, 4] on the host, a row for each piece: its format (0 int64, 1 float64, 2 float32),
  # how many dimensions (1 or 2), and how many elements each of them.
  def pieces(self, buffer: Tensor, plan: Tensor) -> List[Tensor]:
    formats = [torch.to(buffer, 4), buffer, torch.to(buffer, 6)]
    cut : List[Tensor] = []
    at = 0
    for i in range(plan.size(0)):
      rows = int(plan[i][2])
      columns = int(plan[i][3])
      piece = formats[int(plan[i][0])][at:at + rows * columns]
      if int(plan[i][1]) == 2:
        piece = torch.view(piece, [rows, columns])
      cut.append(piece)
      at = at + rows * columns
    return cut

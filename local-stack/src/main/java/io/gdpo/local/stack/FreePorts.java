package io.gdpo.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports that nobody listens on, chosen by the operating system. */
final class FreePorts {
  private FreePorts() {}

  /** {@code count} different ports, all held at once before they are let go. */
  static List<Integer> choose(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("No free port could be found", e);
    } finally {
      held.forEach(FreePorts::letGo);
    }
  }

  private static void letGo(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Port " + socket.getLocalPort() + " cannot be let go", e);
    }
  }
}

package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Servers that must be told their own port before they start need a free one chosen for them. */
public final class FreePort {
  private FreePort() {}

  /** {@code count} different free ports of the loopback address, all different from one another. */
  public static List<Integer> choose(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("No free port can be had", e);
    } finally {
      for (ServerSocket socket : held) {
        release(socket);
      }
    }
  }

  /** Whether nothing listens on {@code port} now. */
  public static boolean isFree(int port) {
    try {
      require(port, "a test of it");
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** Fails at once, and in words, when something else listens on {@code port}. */
  static void require(int port, String purpose) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
    } catch (IOException e) {
      throw new IllegalStateException(
          "Port "
              + port
              + " for "
              + purpose
              + " is in use; stop what listens there or choose another port (0 takes a free one)",
          e);
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Port " + socket.getLocalPort() + " cannot be released", e);
    }
  }
}

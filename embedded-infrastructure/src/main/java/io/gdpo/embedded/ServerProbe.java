package io.gdpo.embedded;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Whether a server answers the first question of its protocol. A connection alone tells nothing:
 * the kernel makes it for a server that is stopped, too. Nothing is changed and no password needed.
 */
public final class ServerProbe {
  /** Length, then the number that asks for encryption; the answer is one letter. */
  private static final byte[] SSL_REQUEST =
      ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();

  /** Length, ApiVersions, version 0, correlation 7, no client id. */
  private static final byte[] API_VERSIONS =
      ByteBuffer.allocate(14)
          .putInt(10)
          .putShort((short) 18)
          .putShort((short) 0)
          .putInt(7)
          .putShort((short) -1)
          .array();

  private ServerProbe() {}

  /**
   * Whether a PostgreSQL server answers, also one that takes no more connections.
   *
   * @param jdbcUrl {@code jdbc:postgresql://host:port/...}
   */
  public static boolean postgres(String jdbcUrl, Duration limit) {
    URI address = URI.create(jdbcUrl.substring("jdbc:".length()));
    return answers(address.getHost(), address.getPort(), limit, SSL_REQUEST, 1);
  }

  /**
   * Whether a Kafka broker answers.
   *
   * @param bootstrapServer {@code host:port}
   */
  public static boolean kafka(String bootstrapServer, Duration limit) {
    URI address = URI.create("kafka://" + bootstrapServer);
    return answers(address.getHost(), address.getPort(), limit, API_VERSIONS, 8);
  }

  private static boolean answers(
      String host, int port, Duration limit, byte[] question, int answer) {
    int millis = Math.toIntExact(limit.toMillis());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis);
      socket.setSoTimeout(millis);
      OutputStream out = socket.getOutputStream();
      out.write(question);
      out.flush();
      new DataInputStream(socket.getInputStream()).readFully(new byte[answer]);
      return true;
    } catch (IOException e) {
      return false; // nobody listens, or nobody answers in time: that is what is asked
    }
  }
}

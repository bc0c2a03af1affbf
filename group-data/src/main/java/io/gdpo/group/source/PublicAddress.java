package io.gdpo.group.source;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses belong to the public internet: not this machine, its link, a private or a
 * carrier's network, many at once, or what is set apart (the IANA's special-purpose registries).
 */
final class PublicAddress {
  private static final List<Block> NOT_IN_V4 =
      List.of(
          block("0.0.0.0", 8),
          block("10.0.0.0", 8),
          block("100.64.0.0", 10),
          block("127.0.0.0", 8),
          block("169.254.0.0", 16),
          block("172.16.0.0", 12),
          block("192.0.0.0", 24),
          block("192.0.2.0", 24),
          block("192.88.99.0", 24),
          block("192.168.0.0", 16),
          block("198.18.0.0", 15),
          block("198.51.100.0", 24),
          block("203.0.113.0", 24),
          block("224.0.0.0", 3));

  /** Global unicast, which all the others are outside of. */
  private static final Block V6 = block("2000::", 3);

  private static final List<Block> NOT_IN_V6 =
      List.of(block("2001::", 23), block("2001:db8::", 32), block("2002::", 16));

  /** IPv4 addresses as a network without IPv4 writes them (RFC 6052). */
  private static final Block TRANSLATED = block("64:ff9b::", 96);

  private PublicAddress() {}

  static boolean is(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return NOT_IN_V4.stream().noneMatch(block -> block.holds(bytes));
    }
    return TRANSLATED.holds(bytes)
        ? is(of(Arrays.copyOfRange(bytes, 12, 16)))
        : V6.holds(bytes) && NOT_IN_V6.stream().noneMatch(block -> block.holds(bytes));
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static Block block(String first, int bits) {
    try {
      return new Block(InetAddress.getByName(first).getAddress(), bits);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(first + " is an address", e);
    }
  }

  private record Block(byte[] first, int bits) {
    boolean holds(byte[] address) {
      boolean within = address.length == first.length;
      for (int bit = 0; within && bit < bits; bit++) {
        int mask = 0x80 >> bit % 8;
        within = (address[bit / 8] & mask) == (first[bit / 8] & mask);
      }
      return within;
    }
  }
}

package io.gdpo.chat;

import java.util.Optional;

/** Where calls are kept. */
public interface Transcripts {
  /** The call that was kept under this name, if one was. */
  Optional<byte[]> find(String name);

  /** Keeps a call; it is there whole or not at all. */
  void keep(String name, byte[] transcript);
}

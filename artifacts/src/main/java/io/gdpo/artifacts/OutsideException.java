package io.gdpo.artifacts;

import java.net.URI;

/** Somebody named an address that may not be read here, be it there or not: {@link Boundary}. */
public class OutsideException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  OutsideException(URI address, String readable) {
    super(
        "'"
            + address
            + "' is outside of what may be read here ("
            + readable
            + "); put it there, or have its folder named in gdpo.artifacts.readable");
  }
}

package io.gdpo.platform.problem;

import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * No body is read beyond {@value #LARGEST} bytes; a longer one is a problem (413). Only who takes
 * an {@link InputStream} reads as much as it likes, and says itself what is too large.
 */
@Provider
public class BodyLimit implements ReaderInterceptor {
  /** Largest body, in bytes; what is larger could not be sent on as an event either. */
  static final long LARGEST = 1_000_000;

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    if (context.getType() == InputStream.class) {
      return context.proceed();
    }
    Bounded body = new Bounded(context.getInputStream());
    context.setInputStream(body);
    try {
      return context.proceed();
    } catch (IOException | RuntimeException e) {
      if (body.isTooLarge()) { // parsers wrap what a stream throws, each in its own way
        ProblemException tooLarge =
            ProblemException.tooLarge(
                "The body has more than "
                    + LARGEST
                    + " bytes; let it name long things by a path or URI");
        tooLarge.addSuppressed(e);
        throw tooLarge;
      }
      throw e;
    }
  }

  private static final class Bounded extends FilterInputStream {
    private long read;

    Bounded(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      count(next < 0 ? 0 : 1);
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int got = super.read(bytes, offset, length);
      count(Math.max(got, 0));
      return got;
    }

    private void count(int bytes) throws IOException {
      read += bytes;
      if (isTooLarge()) {
        throw new IOException("more than " + LARGEST + " bytes");
      }
    }

    private boolean isTooLarge() {
      return read > LARGEST;
    }
  }
}

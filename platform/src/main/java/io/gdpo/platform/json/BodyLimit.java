package io.gdpo.platform.json;

import io.gdpo.platform.problem.ProblemException;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** No body is read beyond {@value #LARGEST} bytes, whatever it is; a longer one is a problem (413). */
@Provider
public class BodyLimit implements ReaderInterceptor {
  /** Largest body, in bytes; what is larger could not be sent on as an event either. */
  static final long LARGEST = 1_000_000;

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    context.setInputStream(new Bounded(context.getInputStream()));
    return context.proceed();
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

    private void count(int bytes) {
      read += bytes;
      if (read > LARGEST) {
        throw ProblemException.tooLarge(
            "The body has more than "
                + LARGEST
                + " bytes; let it name long things by a path or URI");
      }
    }
  }
}

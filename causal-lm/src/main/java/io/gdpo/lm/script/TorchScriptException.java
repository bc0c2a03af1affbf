package io.gdpo.lm.script;

/** A TorchScript method failed inside libtorch; the message holds libtorch's own account. */
public final class TorchScriptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TorchScriptException(String message, Throwable cause) {
    super(message, cause);
  }
}

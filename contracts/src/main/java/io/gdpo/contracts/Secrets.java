package io.gdpo.contracts;

import java.util.regex.Pattern;

/**
 * Texts that look like secrets: a token of the Hugging Face Hub, of OpenAI, GitHub or AWS, a JSON
 * Web Token, a private key, a password within an address, a signed address. They have no place in
 * what is kept, logged, shown or told by event.
 */
public final class Secrets {
  private static final Pattern SECRET =
      Pattern.compile(
          "\\bhf_[A-Za-z0-9]{30,}|\\bsk-[A-Za-z0-9_-]{20,}|\\bgh[pousr]_[A-Za-z0-9]{30,}"
              + "|\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b|\\beyJ[\\w-]{10,}\\.eyJ[\\w.-]*"
              + "|-----BEGIN [A-Z ]*PRIVATE KEY-----|(?<=://)[^/@\\s:]+:[^/@\\s]+(?=@)"
              + "|(?<=[?&](?:X-Amz-Signature|X-Amz-Security-Token|access_token|token|sig)=)[^&\\s]+");

  private Secrets() {}

  /** Whether there is something in a text that looks like one. */
  public static boolean areIn(String text) {
    return SECRET.matcher(text).find();
  }

  /** A text with {@code (secret)} in the place of each. */
  public static String masked(String text) {
    return SECRET.matcher(text).replaceAll("(secret)");
  }
}

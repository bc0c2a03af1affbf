package io.gdpo.training.batch;

import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import java.util.Locale;

/**
 * How long texts may be, in tokens; what is longer is cut.
 *
 * @param whole longest prompt and response together
 * @param prompt longest prompt
 */
public record LengthLimits(int whole, int prompt) {
  private static final int LEAST_RESPONSE_ROOM = 64;

  /**
   * What a job asks for, or what its model has room for.
   *
   * @throws TrainingFailedException if it asks for more than that
   */
  public static LengthLimits of(TrainingSpec spec, ModelConfig config) {
    int positions = config.positions();
    if (spec.maxLength() == null) {
      return of(spec, positions);
    }
    if (spec.maxLength() > positions) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "max_length %d is more than the model's %d positions; lower it or take a longer model",
              spec.maxLength(),
              positions));
    }
    return of(spec, spec.maxLength());
  }

  /** The same for texts of at most {@code whole} tokens, whatever the job asks for. */
  public static LengthLimits of(TrainingSpec spec, int whole) {
    return new LengthLimits(
        whole,
        spec.maxPromptLength() == null
            ? Math.max(whole - LEAST_RESPONSE_ROOM, whole / 2)
            : spec.maxPromptLength());
  }

  /** Encodes examples so long. */
  public ExampleEncoder encoder(Tokenizer tokenizer) {
    return new ExampleEncoder(tokenizer, whole, prompt);
  }
}

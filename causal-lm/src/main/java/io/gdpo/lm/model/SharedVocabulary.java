package io.gdpo.lm.model;

import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.folder.EndOfText;
import io.gdpo.lm.folder.SideFiles;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Whether a tokenizer, a model and its reference mean the same tokens by the same ids. */
public final class SharedVocabulary {
  private SharedVocabulary() {}

  /**
   * Refuses a tokenizer that can give tokens which the model has no embedding for, or that cannot
   * give the one which ends the model's texts, and an end which the model does not embed. Fewer
   * tokens alone are fine: embeddings are often padded to a round number.
   *
   * @throws InvalidModelException naming both sizes
   */
  public static void require(ModelConfig model, Tokenizer tokenizer) {
    int given = tokenizer.vocabularySize();
    if (given > model.vocabSize()) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "%s gives tokens up to %d, but the model embeds %d (vocab_size); use the model's own tokenizer",
              tokenizer.file(),
              given - 1,
              model.vocabSize()));
    }
    for (long end : EndOfText.ids(model.json())) {
      if (end < 0 || end >= model.vocabSize()) {
        throw new InvalidModelException(
            String.format(
                Locale.ROOT,
                "config.json's eos_token_id %d is not one of the %d tokens that the model embeds (vocab_size); set it to the token that ends a text, for %s %d",
                end,
                model.vocabSize(),
                tokenizer.file(),
                tokenizer.eosTokenId()));
      }
    }
    long end = model.eosTokenId().orElse(0);
    if (end >= given) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "%s gives tokens up to %d of the %d that the model embeds (vocab_size), and lacks the one that ends its texts, %d (eos_token_id); use the model's own tokenizer",
              tokenizer.file(),
              given - 1,
              model.vocabSize(),
              end));
    }
  }

  /**
   * Refuses a reference model whose tokens are not the policy's: its log-probabilities would be of
   * other texts.
   *
   * @param reference its folder; a tokenizer in it is compared too
   * @param policy the policy's tokenizer
   * @throws InvalidModelException naming both, and the sizes or the first token that differs
   */
  public static void requireOfReference(Path reference, Tokenizer policy) throws IOException {
    Path whole = AdapterFolder.baseOf(reference).orElse(reference);
    int embedded = ModelConfig.load(whole).vocabSize();
    if (policy.vocabularySize() > embedded) {
      throw differ(
          reference,
          policy,
          String.format(
              Locale.ROOT,
              "it embeds %d tokens (vocab_size), and the policy's tokenizer gives tokens up to %d",
              embedded,
              policy.vocabularySize() - 1));
    }
    Path tokenizer = reference.resolve(SideFiles.TOKENIZER);
    if (!Files.isRegularFile(tokenizer) || Files.mismatch(tokenizer, policy.file()) < 0) {
      return;
    }
    try (Tokenizer others = Tokenizer.load(reference)) {
      Map<String, Long> ids = others.vocabulary();
      Optional<Map.Entry<String, Long>> other =
          policy.vocabulary().entrySet().stream()
              .filter(
                  token ->
                      !ids.getOrDefault(token.getKey(), token.getValue()).equals(token.getValue()))
              .findFirst();
      if (other.isPresent()) {
        String token = other.get().getKey();
        throw differ(
            reference,
            policy,
            String.format(
                Locale.ROOT,
                "token %s is %d for it (of %d) and %d for the policy (of %d)",
                token,
                ids.get(token),
                ids.size(),
                other.get().getValue(),
                policy.vocabulary().size()));
      }
    }
  }

  private static InvalidModelException differ(Path reference, Tokenizer policy, String how) {
    return new InvalidModelException(
        "the reference model %s and the policy's tokenizer %s do not share their vocabulary: %s; take the model that training starts from as the reference, or one with the same tokenizer"
            .formatted(reference, policy.file(), how));
  }
}

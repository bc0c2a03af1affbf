package io.gdpo.lm.lora;

import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * Which weights of a frozen model get a low-rank update, and how large it is (Hu et al., 2021,
 * "LoRA: Low-Rank Adaptation of Large Language Models"): W acts as W + alpha / rank * B A.
 *
 * @param rank r: A is [r, in], B is [out, r]
 * @param alpha scale of the update, over the rank
 * @param targetModules each the end of a module's name ({@code c_attn}, {@code self_attn.q_proj})
 *     or a regular expression for the whole of it; empty for all linear modules of the blocks
 */
public record LoraConfig(int rank, double alpha, Optional<List<String>> targetModules) {
  private static final String WEIGHT = ".weight";

  public LoraConfig {
    if (rank < 1) {
      throw new InvalidModelException("LoRA's rank must be at least 1, is " + rank);
    }
    if (!(alpha > 0)) {
      throw new InvalidModelException("LoRA's alpha must be above 0, is " + alpha);
    }
    targetModules = targetModules.map(List::copyOf);
  }

  /** What B A is multiplied by. */
  public double scale() {
    return alpha / rank;
  }

  /**
   * The modules of a model that are adapted, by their full names.
   *
   * @throws InvalidModelException if a target matches none
   */
  public List<String> modules(ModelConfig model) {
    List<String> linear =
        model.products().stream()
            .filter(name -> !model.tokenEmbedding().equals(name + WEIGHT))
            .toList();
    if (targetModules.isEmpty()) {
      return linear.stream().filter(name -> !model.untiedHead().equals(name + WEIGHT)).toList();
    }
    for (String target : targetModules.get()) {
      if (linear.stream().noneMatch(name -> matches(target, name))) {
        throw new InvalidModelException(
            "LoRA's target module \"%s\" matches nothing; this %s has %s"
                .formatted(target, model.family(), endings(linear)));
      }
    }
    return linear.stream()
        .filter(name -> targetModules.get().stream().anyMatch(target -> matches(target, name)))
        .toList();
  }

  private static boolean matches(String target, String module) {
    try {
      return module.equals(target) || module.endsWith("." + target) || module.matches(target);
    } catch (PatternSyntaxException e) {
      throw new InvalidModelException(
          "LoRA's target module \"%s\" is neither the end of a module's name nor a regular expression: %s"
              .formatted(target, e.getDescription()),
          e);
    }
  }

  /** Names of modules without the block's number. */
  private static TreeSet<String> endings(List<String> modules) {
    TreeSet<String> endings = new TreeSet<>();
    modules.forEach(name -> endings.add(name.replaceFirst(".*\\.\\d+\\.", "")));
    return endings;
  }
}

package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Choice;
import io.gdpo.contracts.Reason;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The model that root stages start from. Exactly one of {@code hub}, {@code path} and {@code init}
 * is given. A plain text in its place is a path if it begins with {@code .}, {@code /} or a scheme,
 * and otherwise the name of a model on the Hub.
 *
 * @param hub model of the Hugging Face Hub: {@code owner/name} or {@code owner/name@revision}
 * @param path URI or path of a folder in Hugging Face layout ({@code config.json}, {@code
 *     tokenizer.json}, {@code model.safetensors})
 * @param init a fresh model with random weights
 * @param bos {@code never}: no token is put in front of a prompt, and what is saved puts none
 *     there; null or {@code auto}, which is left out: what the model's tokenizer itself puts in
 *     front of a text
 * @param template what pairs, votes and judged responses are written as; null for what the model
 *     was trained with here, or else plain
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelSpec(
    String hub, @Location String path, RandomInit init, Bos bos, PromptTemplate template) {
  /** Above what anybody trains, and below what overflows when it is multiplied. */
  static final int MOST_LAYERS = 1_000;

  static final int MOST_HIDDEN = 65_536;

  /** The longest text of a model, in tokens. */
  static final int MOST_POSITIONS = 1 << 24;

  private static final Pattern PATH = Pattern.compile("[./].*|[A-Za-z][A-Za-z0-9+.-]+:.*");
  private static final Pattern HUB_NAME =
      Pattern.compile("\\w[\\w.-]{0,95}/\\w[\\w.-]{0,95}(@\\w[\\w./+-]*)?");

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public ModelSpec {
    bos = bos == Bos.AUTO ? null : bos;
  }

  public ModelSpec(String hub, String path, RandomInit init) {
    this(hub, path, init, null, null);
  }

  /** The model that a plain text names. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ModelSpec named(String text) {
    return PATH.matcher(text).matches()
        ? new ModelSpec(null, text, null)
        : new ModelSpec(text, null, null);
  }

  /**
   * A GPT-2 with random weights (normal, 0.02, residual projections scaled, as in Radford et al.
   * 2019).
   *
   * @param tokenizer URI or path of {@code tokenizer.json}; its size is the vocabulary's
   * @param layers transformer blocks
   * @param hidden width
   * @param heads attention heads; must divide {@code hidden}
   * @param positions longest sequence, in tokens
   * @param seed of the weights; the experiment's seed if absent
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RandomInit(
      @Location String tokenizer,
      Integer layers,
      Integer hidden,
      Integer heads,
      Integer positions,
      Long seed) {
    public RandomInit {
      layers = layers == null ? 4 : layers;
      hidden = hidden == null ? 192 : hidden;
      heads = heads == null ? 6 : heads;
      positions = positions == null ? 512 : positions;
    }

    private void check(FieldChecks check, List<SpecProblem> problems) {
      if (tokenizer == null) {
        check.add("tokenizer", "a fresh model needs a tokenizer.json");
      }
      check.location("tokenizer", tokenizer);
      check.within("layers", layers, 1, MOST_LAYERS);
      check.within("hidden", hidden, 1, MOST_HIDDEN);
      check.within("heads", heads, 1, MOST_HIDDEN);
      check.within("positions", positions, 1, MOST_POSITIONS);
      if (heads > 0 && hidden % heads != 0) {
        check.add("heads", "must divide hidden (" + hidden + "), is " + heads);
      }
      problems.addAll(check.problems());
    }
  }

  /** What pairs, votes and judged responses are written as for a model. */
  public enum PromptTemplate implements Choice {
    /** The text that the dataset holds: {@code \n\nHuman: ...\n\nAssistant: ...} of a dialogue. */
    PLAIN,
    /** What the chat template beside the model's tokenizer makes of the messages. */
    CHAT
  }

  /** Whether prompts begin with nothing but their own tokens. */
  @JsonIgnore
  public boolean isWithoutBos() {
    return bos == Bos.NEVER;
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  public List<SpecProblem> problems(String field) {
    FieldChecks check = new FieldChecks(field);
    if (Stream.of(hub, path, init).filter(Objects::nonNull).count() != 1) {
      check
          .problems()
          .add(
              new SpecProblem(
                  field,
                  "give exactly one of hub (a name such as openai-community/gpt2), path (a model"
                      + " folder) and init (fresh weights)"));
    }
    check.location("path", path);
    if (hub != null && (hub.length() > FieldChecks.LONGEST_NAME || !isHubName(hub))) {
      check.add(
          "hub",
          "must be owner/name or owner/name@revision, is "
              + Reason.quoted(hub)
              + "; a folder's path begins with ./ or /");
    }
    if (init != null) {
      init.check(new FieldChecks(field + ".init"), check.problems());
    }
    return check.problems();
  }

  private static boolean isHubName(String text) {
    return HUB_NAME.matcher(text).matches();
  }
}

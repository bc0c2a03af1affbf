package io.gdpo.group.synthesis;

import io.gdpo.contracts.data.Split;
import io.gdpo.group.survey.GroupQuestion;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Words that are put together from templates, without any outside model; fixed by the seed. A
 * training dialogue has several wordings, another one has one.
 */
public final class TemplateWordings implements Wordings {
  private static final int TRAIN_WORDINGS = 3;
  private static final int MOST_DRAWS = 100;

  private final long seed;

  public TemplateWordings(long seed) {
    this.seed = seed;
  }

  @Override
  public List<Wording> of(GroupQuestion question, QuestionCore core, int style, Split split) {
    return IntStream.range(0, split == Split.TRAIN ? TRAIN_WORDINGS : 1)
        .mapToObj(number -> wording(question, core.sentence(), style, number))
        .toList();
  }

  private Wording wording(GroupQuestion question, String core, int style, int number) {
    SmallTalk talk = SmallTalk.ALL.get(style);
    Draw draw = Draw.of(seed, question.id(), talk.name(), number);
    String context = draw.oneOf(talk.openings());
    String prompt = draw.oneOf(talk.leadIns()) + " " + Paraphrase.of(core, style);
    List<String> responses =
        question.answers().stream().map(answer -> ResponseWording.of(answer, draw)).toList();
    return new Wording(context, prompt, responses);
  }

  /** Drawn anew where they are by chance the words of the chosen side. */
  @Override
  public String rejected(Wording wording, GroupQuestion question, int chosen, int rejected) {
    String accepted = wording.responses().get(chosen);
    String words = wording.responses().get(rejected);
    for (int draw = 0; words.equals(accepted) && draw < MOST_DRAWS; draw++) {
      words =
          ResponseWording.of(
              question.answers().get(rejected),
              Draw.of(seed, question.id(), wording.prompt(), chosen, rejected, draw));
    }
    return words;
  }
}

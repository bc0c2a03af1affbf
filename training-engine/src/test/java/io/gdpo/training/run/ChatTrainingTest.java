package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.PromptTemplate;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A model that is trained by its chat template")
class ChatTrainingTest {
  private static final String SAID =
      "prompts and responses are written by the model's chat template (chat_template.jinja)";

  @TempDir private Path temporary;

  @Test
  void is_saved_with_it_and_its_children_are_trained_by_it_too() throws IOException {
    SmallGroup group = SmallGroup.in(temporary).withoutBeliefs();
    Path template = group.tokenizer().resolveSibling("chat_template.jinja");
    Files.writeString(
        template,
        "{% for m in messages %}[{{ m.role[0] }}]{{ m.content }}{{ eos_token }}{% endfor %}"
            + "{% if add_generation_prompt %}[a]{% endif %}");
    TrainingJob first =
        group.job("first", Map.of("loss", "sft", "epochs", 1), model(group, PromptTemplate.CHAT));

    assertThat(WholeRun.console(group, first)).contains(SAID);
    Path saved = group.folder(first).last();
    assertThat(saved.resolve("chat_template.jinja")).hasSameBinaryContentAs(template);
    assertThat(prompt(group, saved)).matches("\\[u].*\\?<\\|endoftext\\|>\\[a]");
    TrainingJob child = group.child("child", saved, Map.of("loss", "dpo", "epochs", 1));
    assertThat(WholeRun.console(group, child)).contains(SAID);
    assertThat(prompt(group, group.folder(child).last())).startsWith("[u]");

    TrainingJob plain =
        group.job(
            "plain",
            Map.of("loss", "sft", "epochs", 1),
            new ModelSpec(null, saved.toString(), null, null, PromptTemplate.PLAIN));
    assertThat(WholeRun.console(group, plain)).doesNotContain("chat template");
    assertThat(prompt(group, group.folder(plain).last())).doesNotContain("[u]");
    assertThat(Json.SPECS.readTree(saved.resolve("tokenizer_config.json").toFile()).fieldNames())
        .toIterable()
        .contains("gdpo_prompt_template");
  }

  private static ModelSpec model(SmallGroup group, PromptTemplate template) {
    RandomInit init = new RandomInit(group.tokenizer().toString(), 1, 16, 2, 96, 7L);
    return new ModelSpec(null, null, init, null, template);
  }

  private static String prompt(SmallGroup group, Path saved) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(saved)) {
      return tokenizer.decode(
          new ExampleEncoder(tokenizer, 96, 64)
              .encodePrompt(PreferenceDataset.read(group.dataset()).test().get(0)));
    }
  }
}

package io.gdpo.contracts.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldChecksTest {
  private static final String SPEC =
      """
      {"name": "riverside", "seed": 7,
       "dataset": {"survey": "survey.csv", "group": "Riverside", "tokenizer": "t.json",
                   "synthesis": {"respondents": 24}},
       "model": {"path": "./model"},
       "stages": [{"name": "sft", "training": {"loss": "sft", "lora": {"target_modules": ["c_attn"]}}}],
       "evaluation": {"samples": 4}}
      """;

  private static final String CHAT = "{'model': 'm', 'endpoint': 'http://h/v1', 'budget': ";

  private static List<SpecProblem> problems(String pointer, String value) throws Exception {
    ObjectNode spec = (ObjectNode) Json.SPECS.readTree(SPEC);
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = spec.at(pointer.substring(0, slash));
    JsonNode read = Json.SPECS.readTree(value);
    ((ObjectNode) parent).set(pointer.substring(slash + 1), read);
    try {
      return Json.SPECS.treeToValue(spec, ExperimentSpec.class).problems();
    } catch (InvalidSpecException misread) {
      return misread.problems();
    }
  }

  private static String longText() {
    return "\"/" + "x".repeat(1_100_000) + "\"";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Mauve\": 6} | must have a belief class, 0 to 5",
        "{\"Mauve\": -1} | must have a belief class, 0 to 5",
        "{\"Mauve\": null} | must have a belief class, 0 to 5",
        "{\"Mauve\": 1, \"MAUVE \": 2} | are one text; give one",
        "{\"a\\u0000b\": 1} | must hold no control characters"
      })
  void a_class_that_no_option_can_have_is_refused(String options, String problem) throws Exception {
    assertThat(problems("/dataset/options", options))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.field()).isEqualTo("dataset.options");
              assertThat(it.message()).contains(problem);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"Mauve\": 1.5}", "{\"Mauve\": \"for\"}", "[\"Mauve\"]", "5"})
  void what_are_no_classes_by_option_is_refused_at_its_place(String options) {
    assertThatThrownBy(() -> problems("/dataset/options", options))
        .isInstanceOfSatisfying(
            JsonMappingException.class,
            e -> assertThat(e.getPath().get(1).getFieldName()).isEqualTo("options"));
  }

  @Test
  void a_kind_is_of_examples_and_a_wrong_one_is_told_the_known_ones() throws Exception {
    assertThat(problems("/dataset", "{\"examples\": \"p.jsonl\", \"kind\": \"stack-exchange\"}"))
        .isEmpty();
    assertThat(problems("/dataset", "{\"examples\": \"p.jsonl\", \"kind\": \"pair\"}"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("dataset.kind");
              assertThat(problem.message())
                  .contains("opinions, reviews, stored, pairs, unpaired, shp, stack-exchange");
            });
    assertThat(
            problems("/dataset", "{\"survey\": \"s.csv\", \"group\": \"A\", \"kind\": \"votes\"}"))
        .extracting(SpecProblem::field)
        .containsExactly("dataset.kind");
  }

  @Test
  void a_split_is_of_styles_questions_or_respondents_and_of_a_survey() throws Exception {
    assertThat(problems("/dataset/synthesis", "{\"split\": \"questions\"}")).isEmpty();
    assertThat(problems("/dataset/synthesis", "{\"split\": \"question\"}"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("dataset.synthesis.split");
              assertThat(problem.message()).contains("styles, questions, respondents");
            });
    assertThat(
            problems(
                "/dataset",
                "{\"examples\": \"p.jsonl\", \"synthesis\": {\"split\": \"questions\"}}"))
        .extracting(SpecProblem::field)
        .containsExactly("dataset.synthesis.split");
    assertThat(problems("/dataset/synthesis", "{\"split\": \"respondents\", \"respondents\": 2}"))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .isEqualTo(
                        "must be at least 3 where they are split, one for each split, is 2"));
    assertThat(new SynthesisSpec(null, null, SplitBy.STYLES, null))
        .isEqualTo(new SynthesisSpec(null, null, null, null));
  }

  @ParameterizedTest
  @CsvSource({"\"small\", 8", "\"large\", 91", "24, 24", "24.0, 24", "\"24\", 24", "null, 24"})
  void respondents_are_a_number_or_a_published_size(String given, int respondents)
      throws Exception {
    SynthesisSpec read =
        Json.SPECS.readValue("{\"respondents\": " + given + "}", SynthesisSpec.class);

    assertThat(read.respondents()).isEqualTo(respondents);
    assertThat(Json.EVENTS.writeValueAsString(read)).contains("\"respondents\":" + respondents);
    assertThat(
            Json.YAML_SPECS.readValue("respondents: " + given, SynthesisSpec.class).respondents())
        .isEqualTo(respondents);
  }

  @Test
  void another_size_is_refused_with_those_that_there_are() {
    assertThatThrownBy(
            () -> Json.SPECS.readValue("{\"respondents\": \"medium\"}", SynthesisSpec.class))
        .isInstanceOf(JsonMappingException.class)
        .hasMessageStartingWith("must be a whole number, small (8) or large (91), is 'medium'");
    assertThatThrownBy(() -> Json.SPECS.readValue("{\"respondents\": 2.5}", SynthesisSpec.class))
        .hasMessageContaining("must be a whole number");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'survey': 's.csv', 'groups': []} | dataset.groups | must name 1 to 100 groups",
        "{'survey': 's.csv', 'groups': ['A', ' A']} | dataset.groups | is named twice",
        "{'survey': 's.csv', 'groups': ['A', null]} | dataset.groups | empty",
        "{'survey': 's.csv', 'group': 'A', 'groups': ['B']} | dataset.groups | either group or",
        "{'survey': 's.csv'} | dataset.group | or several under groups",
        "{'id': 'ds-1', 'groups': ['B']} | dataset.groups | belongs to a survey or to examples",
        "{'id': 'ds-1', 'by': 'country'} | dataset.by | belongs to a survey or to examples",
        "{'survey': 's.csv', 'by': ' '} | dataset.by | empty",
        "{'examples': 'e.jsonl', 'synthesis': {'name_group': true}} | dataset.synthesis.name_group"
            + " | belongs to a survey",
      })
  void groups_that_make_no_sense_are_refused_by_their_field(
      String dataset, String field, String reason) throws Exception {
    assertThat(problems("/dataset", dataset.replace('\'', '"')))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo(field);
              assertThat(problem.message()).contains(reason);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'model': 'm'} | synthesis.endpoint | is missing",
        "{'endpoint': 'http://h/v1'} | synthesis.model | is missing",
        "{'model': ' ', 'endpoint': 'http://h/v1'} | synthesis.model | is empty",
        "{'model': 'm', 'endpoint': 'h:8000/v1'} | synthesis.endpoint | must be http://",
        "{'model': 'm', 'endpoint': 'file:/v1'} | synthesis.endpoint | must be http://",
        "{'model': 'm', 'endpoint': 'http:///v1'} | synthesis.endpoint | must be http://",
        "{'model': 'm', 'endpoint': 'http://h/v1?x=1'} | synthesis.endpoint | must be http://",
        "{'model': 'm', 'endpoint': 'http://me@h/v1'} | synthesis.endpoint | must be http://",
        "{'model': 'm', 'endpoint': 'http://me:word@h/v1'} | synthesis.endpoint | like a secret",
        "{'budget': {'tokens': 1}} | synthesis.budget | templates cost nothing",
        CHAT + "{'tokens': 0}} | synthesis.budget.tokens | must be at least 1",
        CHAT + "{'cost': 1}} | synthesis.budget | needs input_price and output_price",
        CHAT + "{'input_price': 1}} | synthesis.budget | needs input_price and output_price",
        CHAT
            + "{'cost': 0, 'input_price': 1, 'output_price': 1}} | synthesis.budget.cost"
            + " | must be above 0",
        CHAT
            + "{'input_price': -1, 'output_price': 1}} | synthesis.budget.input_price"
            + " | must be 0 or more",
        CHAT
            + "{'input_price': 1, 'output_price': -1}} | synthesis.budget.output_price"
            + " | must be 0 or more",
      })
  void a_chat_model_that_cannot_be_asked_is_refused_by_its_field(
      String synthesis, String field, String reason) throws Exception {
    assertThat(problems("/dataset/synthesis", synthesis.replace('\'', '"')))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("dataset." + field);
              assertThat(problem.message()).contains(reason);
            });
  }

  @Test
  void a_chat_model_belongs_to_a_survey() throws Exception {
    assertThat(
            problems(
                "/dataset",
                "{\"examples\": \"p.jsonl\", \"synthesis\": {\"model\": \"m\", \"endpoint\":"
                    + " \"http://h/v1\"}}"))
        .extracting(SpecProblem::field)
        .containsExactly("dataset.synthesis.model");
  }

  @Test
  void a_budget_makes_no_other_dataset_and_a_model_does() throws Exception {
    String survey = "{'survey': 's.csv', 'group': 'A', 'synthesis': ";
    DatasetSpec one = dataset(survey + CHAT + "{'tokens': 5}}}");
    DatasetSpec other =
        dataset(survey + CHAT.replace("http://h/v1", "http://h/v1/") + "{'tokens': 6}}}");
    DatasetSpec templates = dataset("{'survey': 's.csv', 'group': 'A'}");

    assertThat(one.problems("dataset")).isEmpty();
    assertThat(one.idFor("hash")).isEqualTo(other.idFor("hash"));
    assertThat(one.asksForTheDataOf(other)).isTrue();
    assertThat(one.asksForTheDataOf(templates)).isFalse();
    assertThat(one.idFor("hash")).isNotEqualTo(templates.idFor("hash"));
    assertThat(Json.EVENTS.writeValueAsString(templates)).doesNotContain("model", "budget");
    assertThat(one)
        .isEqualTo(Json.EVENTS.readValue(Json.EVENTS.writeValueAsString(one), DatasetSpec.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/dataset/groups | \"Riverside\" | must be a list, [..., ...], is 'Riverside'",
        "/dataset/groups | {\"a\": 1} | must be a list, [..., ...], is a section of fields",
        "/dataset/group | [\"Riverside\"] | must be a text, is a list",
        "/dataset/options | [1] | must be texts with their values, {text: value}, is a list",
        "/dataset/synthesis | 5 | must be a section of fields, {field: value}, is '5'",
        "/dataset/synthesis/seed | \"abc\" | must be a number, is 'abc'",
        "/dataset/synthesis/seed | [1] | must be a number, is a list",
        "/dataset/synthesis/name_group | \"perhaps\" | must be true or false, is 'perhaps'",
        "/stages | 7 | must be a list, [..., ...], is '7'",
      })
  void a_value_of_another_form_is_told_without_a_word_of_java(
      String pointer, String value, String reason) {
    assertThatThrownBy(() -> problems(pointer, value))
        .isInstanceOf(JsonMappingException.class)
        .satisfies(
            e -> assertThat(((JsonMappingException) e).getOriginalMessage()).isEqualTo(reason));
  }

  @Test
  void prompts_name_their_group_where_there_are_several() throws Exception {
    assertThat(dataset("{'survey': 's.csv', 'group': 'A'}").namesGroups()).isFalse();
    assertThat(dataset("{'survey': 's.csv', 'groups': ['A', 'B']}").namesGroups()).isTrue();
    assertThat(dataset("{'survey': 's.csv', 'by': 'country'}").namesGroups()).isTrue();
    assertThat(
            dataset("{'survey': 's.csv', 'by': 'c', 'synthesis': {'name_group': false}}")
                .namesGroups())
        .isFalse();
    assertThat(problems("/dataset", "{\"survey\": \"s.csv\", \"by\": \"country\"}")).isEmpty();
  }

  @Test
  void a_dataset_of_the_hub_is_named_in_full() throws Exception {
    for (String named :
        List.of(
            "hf://datasets/a/b",
            "hf://datasets/a/b@v1/c/d.jsonl",
            "hf://datasets/a/b@refs/pr/1/c")) {
      assertThat(problems("/dataset", "{\"examples\": \"" + named + "\"}")).isEmpty();
    }
    for (String named : List.of("hf://a/b", "hf://datasets/b", "hf:///datasets/a/b")) {
      assertThat(problems("/dataset", "{\"examples\": \"" + named + "\"}"))
          .asString()
          .contains("dataset.examples")
          .contains("must be hf://datasets/OWNER/NAME");
    }
  }

  private static DatasetSpec dataset(String json) throws Exception {
    return Json.EVENTS.readValue(json.replace('\'', '"'), DatasetSpec.class);
  }

  @Test
  void the_order_of_options_makes_no_other_dataset() throws Exception {
    DatasetSpec one =
        Json.SPECS.readValue(
            "{\"survey\": \"s.csv\", \"group\": \"A\", \"options\": {\"a\": 1, \"b\": 5}}",
            DatasetSpec.class);
    DatasetSpec other =
        Json.SPECS.readValue(
            "{\"survey\": \"s.csv\", \"group\": \"A\", \"options\": {\"b\": 5, \"a\": 1}}",
            DatasetSpec.class);
    DatasetSpec without =
        Json.SPECS.readValue("{\"survey\": \"s.csv\", \"group\": \"A\"}", DatasetSpec.class);

    assertThat(one.idFor("hash")).isEqualTo(other.idFor("hash"));
    assertThat(one.asksForTheDataOf(other)).isTrue();
    assertThat(one.idFor("hash")).isNotEqualTo(without.idFor("hash"));
    assertThat(Json.EVENTS.writeValueAsString(without)).doesNotContain("options");
    assertThat(one.problems("dataset")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/dataset/survey, dataset.survey",
    "/dataset/group, dataset.group",
    "/dataset/tokenizer, dataset.tokenizer",
    "/model/path, model.path",
    "/stages/0/training/select_by, stages[0].training.select_by",
    "/stages/0/training/device, stages[0].training.device",
    "/stages/0/training/loss, stages[0].training.loss",
    "/stages/0/name, stages[0].name",
    "/stages/0/parent, stages[0].parent",
    "/name, name",
    "/evaluation/split, evaluation.split"
  })
  void aTextOfAMegabyteOrWithAControlCharacterIsRefusedInFewWordsWithItsPlace(
      String pointer, String field) throws Exception {
    for (String value : List.of(longText(), "\"/tmp/a\\u0000b\"", "\"/tmp/a\\ud800b\"")) {
      List<SpecProblem> problems = problems(pointer, value);

      assertThat(problems).extracting(SpecProblem::field).contains(field);
      assertThat(problems.toString())
          .hasSizeLessThan(1_000)
          .doesNotContain("\u0000")
          .doesNotContain("\ud800");
    }
  }

  @Test
  void theTokenizerOfAFreshModelIsHeldToTheSame() throws Exception {
    assertThat(problems("/model", "{\"init\": {\"tokenizer\": \"/tmp/a\\u0000b\"}}"))
        .extracting(SpecProblem::toString)
        .containsExactly(
            "model.init.tokenizer: must hold no control characters and no lone surrogates, but"
                + " character 7 is U+0000: '/tmp/a\\u0000b'");
  }

  @Test
  void aPercentEncodedControlCharacterIsFoundBehindItsEncoding() throws Exception {
    assertThat(problems("/model/path", "\"file:///tmp/a%00b\"").toString())
        .contains("model.path", "control character");
    assertThat(problems("/model/path", "\"file:///tmp/a b\"").toString())
        .contains("model.path", "is no URI");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/dataset/synthesis/respondents | 2000000000 | dataset.synthesis.respondents: must be at most 10000, is 2000000000",
        "/dataset/synthesis/respondents | 1 | dataset.synthesis.respondents: must be at least 2, is 1",
        "/evaluation/samples | 2000000000 | evaluation.samples: must be at most",
        "/evaluation/max_new_tokens | 2000000000 | evaluation.max_new_tokens: must be at most",
        "/stages/0/training/epochs | 1e12 | stages[0].training.epochs: must be greater than 0 and at most",
        "/stages/0/training/batch_size | 2000000000 | stages[0].training.batch_size: must be at most",
        "/stages/0/training/max_length | 2000000000 | stages[0].training.max_length: must be at most",
        "/stages/0/training/lora/rank | 2000000000 | stages[0].training.lora.rank: must be at most",
        "/stages/0/training/lora/target_modules | [\"a\\u0000\"] | stages[0].training.lora.target_modules: must hold no control",
        "/model | {\"init\": {\"tokenizer\": \"t\", \"layers\": 2000000000}} | model.init.layers: must be at most 1000",
        "/model | {\"init\": {\"tokenizer\": \"t\", \"hidden\": 600000000}} | model.init.hidden: must be at most",
        "/model | {\"init\": {\"tokenizer\": \"t\", \"positions\": 0}} | model.init.positions: must be at least 1",
        "/model | {\"init\": {\"tokenizer\": \"t\", \"heads\": 0}} | model.init.heads: must be at least 1",
        "/stages | [null] | stages[0]: is empty"
      })
  void aNumberOutOfBoundsIsToldWithItsPlaceAndTheBound(String pointer, String value, String problem)
      throws Exception {
    assertThat(problems(pointer, value).toString()).contains(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/data/überblick umfrage.csv", "file:///data/a%20b.csv", "s3://bucket/a", "./x"})
  void ordinaryPathsAndUrisAreTaken(String location) throws Exception {
    assertThat(problems("/dataset/survey", "\"" + location + "\"")).isEmpty();
  }

  @Test
  void aWholeNumberIsNeverCutFromAFraction() throws Exception {
    assertThat(problems("/dataset/synthesis", "{\"respondents\": 24.0, \"seed\": 1e3}")).isEmpty();
    assertThatThrownBy(() -> problems("/dataset/synthesis", "{\"respondents\": 24.7}"))
        .hasMessageContaining("24.7")
        .hasMessageContaining("must be a whole number");
  }

  @ParameterizedTest
  @CsvSource({
    "/dataset/survey, https://ana:geheim@example.org/s.csv, geheim",
    "/dataset/survey, https://bucket.example.org/s.csv?X-Amz-Signature=0a1b, 0a1b",
    "/dataset/group, hf_abcdefghijklmnopqrstuvwxyz012345, hf_abc",
    "/model/path, s3://AKIAIOSFODNN7EXAMPLE/model, AKIA",
    "/model/hub, sk-abcdefghijklmnopqrstuvwxyz, sk-abc",
    "/evaluation/split, sk-abcdefghijklmnopqrstuvwxyz, sk-abc"
  })
  void aSecretIsRefusedAndNotRepeated(String pointer, String value, String secret)
      throws Exception {
    List<SpecProblem> problems = problems(pointer, '"' + value + '"');

    assertThat(problems).isNotEmpty();
    assertThat(problems.toString()).contains("a secret").doesNotContain(secret);
  }
}

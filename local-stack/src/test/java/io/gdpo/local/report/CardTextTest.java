package io.gdpo.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CardTextTest {
  private static final String CARD =
      """
      {"dataset_id": "d", "spec": {"survey": "s.csv", "group": "Harbor"}, "source_sha256": "abc",
       "counts": {"rows": 1015, "without_group": 1, "refused": 1012, "merged": 0, "questions": 2,
                  "renormalised": 1, "read_as_percent": 0, "shortened": 0},
       "refused": [%s], "merged": [], "renormalised": [], "shortened": [],
       "splits": {
         "train": {"examples": 2000, "questions": 2, "prompts": 18, "styles": ["a"],
                   "belief_histogram": [0, 0, 500, 0, 1500, 0],
                   "rejected_histogram": [0, 0, 1500, 0, 500, 0], "majority_share": 0.75,
                   "tokens": {"prompt": {"mean": 9, "p95": 11, "max": 12},
                              "response": {"mean": 5, "p95": 6, "max": 7},
                              "total": {"mean": 14.25, "p95": 17, "max": 19}, "longer_than": {}}},
         "test": {"examples": 4, "questions": 2, "prompts": 2, "questions_of_train": 2,
                  "prompts_of_train": 0, "near_prompts_of_train": 1, "styles": ["b"], "belief_histogram": [1, 0, 0, 0, 3, 0],
                  "rejected_histogram": [0, 0, 4, 0, 0, 0], "majority_share": 1.0}},
       "questions": [
         {"id": "1", "text": "A?", "probabilities": [0, 0, 0.5, 0, 0.5, 0], "majority": 2},
         {"id": "2", "text": "B?", "probabilities": [0, 0, 0, 0, 1, 0], "majority": 4}]}
      """;

  @Test
  void a_card_tells_its_account_its_splits_its_beliefs_and_what_was_refused() throws IOException {
    String refused =
        String.join(
            ",",
            IntStream.rangeClosed(1, 1000)
                .mapToObj("{\"row\": %d, \"question\": \"Q?\", \"note\": \"no shares\"}"::formatted)
                .toList());

    List<String> lines =
        CardText.of(Json.EVENTS.readValue(CARD.formatted(refused), DatasetCard.class));

    assertThat(lines)
        .contains(
            "test       prompts that have the words of one in train, or nearly: about 1",
            "Group      Harbor",
            "Rows       1,015: 2 questions, 0 merged, 1,012 refused, 1 without the group",
            "           1 mended by their sum, 0 read as percentages, 0 questions cut",
            "train      tokens of prompt and response: mean 14.3, 95 % within 17, at most 19",
            "target        0.0%   0.0%  25.0%   0.0%  75.0%   0.0%",
            "train         0.0%   0.0%  25.0%   0.0%  75.0%   0.0%",
            "test         25.0%   0.0%   0.0%   0.0%  75.0%   0.0%",
            "1,012 rows refused:",
            "  row 10: no shares  (Q?)",
            "  and 1,002 more; --json has the first 1,000")
        .anyMatch(line -> line.matches("train +2,000 +2 +18 +- +75\\.0%"))
        .anyMatch(line -> line.matches("test +4 +2 +2 +2 q\\. 0 pr\\. +100\\.0%"))
        .noneMatch(line -> line.contains("row 11:") || line.contains("rows merged"));
  }

  @Test
  void a_card_tells_what_a_chat_model_wrote_and_what_it_cost() throws IOException {
    String chat =
        """
        , "chat": {"model": "m", "endpoint": "http://h/v1", "questions": 40, "repaired": 2,
         "refused": 1, "calls": 43, "input_tokens": 30000, "output_tokens": 50000, "cost": 0.0345,
         "answers": 800, "doubted": 12, "doubts": []}}
        """;
    String card = CARD.formatted("").strip();

    assertThat(
            CardText.of(
                Json.EVENTS.readValue(
                    card.substring(0, card.length() - 1) + chat, DatasetCard.class)))
        .contains(
            "Written by m: 40 questions, 2 repaired, 1 refused; 800 answers, 12 doubted",
            "           43 calls, 30,000 tokens asked, 50,000 answered, cost 0.0345");
    assertThat(CardText.of(Json.EVENTS.readValue(card, DatasetCard.class)))
        .noneMatch(line -> line.contains("Written by"));
  }

  @Test
  void several_groups_each_have_their_line_and_their_notes() throws IOException {
    String counts =
        """
        {"rows": 2, "without_group": 0, "refused": 1, "merged": 0, "questions": 1, \
        "renormalised": 0, "read_as_percent": 0, "shortened": 0}""";
    String groups =
        ", \"groups\": [{\"name\": \"Harbor\", \"counts\": %s}, {\"name\": \"Hilltop\", \"counts\": %s}]}"
            .formatted(counts, counts);
    String card =
        CARD.formatted(
            "{\"row\": 7, \"question\": \"Q?\", \"note\": \"n\", \"group\": \"Hilltop\"}");

    List<String> lines =
        CardText.of(
            Json.EVENTS.readValue(
                card.strip().replaceFirst("}$", java.util.regex.Matcher.quoteReplacement(groups)),
                DatasetCard.class));

    assertThat(lines)
        .contains(
            "Harbor     2: 1 questions, 0 merged, 1 refused, 0 without the group",
            "Hilltop    2: 1 questions, 0 merged, 1 refused, 0 without the group",
            "  row 7, Hilltop: n  (Q?)");
  }

  @Test
  void a_source_with_revisions_is_told_with_the_one_that_was_read() throws IOException {
    String card =
        CARD.formatted("")
            .replace("s.csv", "hf://datasets/a/b/s.csv")
            .replace("\"source_sha256\"", "\"source_revision\": \"c0ffee\", \"source_sha256\"");

    assertThat(CardText.of(Json.EVENTS.readValue(card, DatasetCard.class)))
        .contains("Source     sha256 abc, commit c0ffee");
  }

  @Test
  void of_pairs_without_beliefs_no_belief_is_told() throws IOException {
    String card =
        """
        {"dataset_id": "ds-1", "spec": {"examples": "pairs.jsonl"}, "source_sha256": "ab",
         "counts": {"rows": 4, "without_group": 0, "refused": 1, "merged": 0, "questions": 3,
           "renormalised": 0, "read_as_percent": 0, "shortened": 0},
         "refused": [{"row": 2, "question": "pairs.jsonl", "note": "the chosen response is empty"}],
         "merged": [], "renormalised": [], "shortened": [],
         "splits": {"train": {"examples": 3, "questions": 3, "prompts": 3, "styles": ["pairs"]}},
         "questions": []}
        """;

    assertThat(CardText.of(Json.EVENTS.readValue(card, DatasetCard.class)))
        .contains("  row 2: the chosen response is empty  (pairs.jsonl)")
        .noneMatch(line -> line.contains("Belief") || line.contains("majority"));
    DatasetSamples samples =
        new DatasetSamples(
            List.of(
                new Sample(
                    Split.TRAIN,
                    "\n\nHuman: Tea?",
                    "pairs",
                    null,
                    null,
                    "p",
                    "c",
                    "r",
                    null,
                    null,
                    "Peru")));
    assertThat(CardText.of(samples, 1)).contains("train, pairs, question Human: Tea?, Peru");
  }

  @Test
  void of_judged_responses_it_is_told_how_many_are_good_and_each_sample_has_its_one_side()
      throws IOException {
    String card =
        """
        {"dataset_id": "ds-1", "spec": {"examples": "unpaired.jsonl"}, "source_sha256": "ab",
         "counts": {"rows": 4, "without_group": 0, "refused": 0, "merged": 0, "questions": 3,
           "renormalised": 0, "read_as_percent": 0, "shortened": 0},
         "refused": [], "merged": [], "renormalised": [], "shortened": [], "questions": [],
         "splits": {"train": {"examples": 4, "questions": 3, "prompts": 3, "styles": ["unpaired"],
           "good": 0.75, "groups": {"Peru": 1, "Chad": 3}}}}
        """;

    assertThat(CardText.of(Json.EVENTS.readValue(card, DatasetCard.class)))
        .contains("train      each response is judged by itself; 75.0 % of them are good")
        .anyMatch(line -> line.startsWith("train      responses by group: "))
        .noneMatch(line -> line.contains("pairs"));
    DatasetSamples samples =
        new DatasetSamples(
            List.of(
                new Sample(
                    Split.TRAIN, "q", "unpaired", null, null, "p", "good", null, null, null, null),
                new Sample(
                    Split.TRAIN, "q", "unpaired", null, null, "p", null, "bad", null, null, null)));
    assertThat(CardText.of(samples, 2))
        .containsExactly(
            "",
            "train, unpaired, question q",
            "  prompt    p",
            "  chosen    good",
            "",
            "train, unpaired, question q",
            "  prompt    p",
            "  rejected  bad");
  }

  @Test
  void of_samples_the_first_of_each_class_in_each_split_are_shown() {
    DatasetSamples samples =
        new DatasetSamples(
            List.of(
                sample(Split.TRAIN, 4, "c"),
                sample(Split.TRAIN, 2, "a"),
                sample(Split.TRAIN, 4, "e"),
                sample(Split.TRAIN, 2, "b"),
                sample(Split.TEST, 4, "d")));

    assertThat(CardText.of(samples, 1))
        .contains("  prompt    a", "  prompt    c", "  prompt    d", "test, class 4, s, question q")
        .doesNotContain("  prompt    b", "  prompt    e")
        .containsSubsequence("  prompt    a", "  prompt    c", "  prompt    d");
    assertThat(CardText.of(samples, 2)).contains("  prompt    b");
  }

  private static Sample sample(Split split, int belief, String prompt) {
    return new Sample(split, "q", "s", belief, 0, prompt, "chosen", "rejected", null, null, null);
  }
}

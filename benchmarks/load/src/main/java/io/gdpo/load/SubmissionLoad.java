package io.gdpo.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Experiments that are submitted by several at one time: validated, stored, their events sent. */
final class SubmissionLoad {
  private static final String EXPERIMENT =
      """
      name: %s
      seed: 7
      dataset: {examples: 's3://load/examples-%s.jsonl', group: Riverside}
      model: {hub: openai-community/gpt2}
      stages:
        - {name: sft, training: {loss: sft}}
        - {name: dpo, parent: sft, training: {loss: dpo}}
        - {name: gdpo, parent: sft, training: {loss: gdpo}}
      """;

  private final TrainerProcess trainer;

  SubmissionLoad(TrainerProcess trainer) {
    this.trainer = trainer;
  }

  List<String> run(Options options) throws Exception {
    List<String> told = new ArrayList<>();
    AtomicInteger number = new AtomicInteger();
    submitted("warm", number, 200, 4);
    for (int clients : List.of(1, 10, 50)) {
      int most = options.experiments() / 10;
      told.add(
          "submissions, "
              + clients
              + " clients: "
              + submitted("load-" + clients, number, most, clients));
    }
    return told;
  }

  private Latencies submitted(String prefix, AtomicInteger number, int most, int clients)
      throws InterruptedException {
    int last = number.get() + most;
    return Clients.run(
        clients,
        client ->
            () -> {
              String name = prefix + "-" + number.incrementAndGet();
              var answer = trainer.submit(EXPERIMENT.formatted(name, name));
              if (answer.statusCode() != 201) {
                throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
              }
            },
        () -> number.get() < last);
  }
}

package io.gdpo.it.campaign;

import io.gdpo.it.stack.TinyExperiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The command {@code integration-tests/kill-campaign}. */
public final class KillCampaignCommand {
  private static final int EPOCHS = 20;

  private KillCampaignCommand() {}

  /** {@code SEED FAULTS [HOME]}; ends with 1 if something was wrong. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    long seed = Long.parseLong(arguments[0]);
    int faults = Integer.parseInt(arguments[1]);
    Path home =
        arguments.length > 2
            ? Path.of(arguments[2]).toAbsolutePath().normalize()
            : Files.createTempDirectory("gdpo-kill-campaign-");
    System.out.printf("seed %d, %d faults, home %s%n", seed, faults, home);
    List<String> wrong;
    try (KillCampaign campaign =
        new KillCampaign(
            home,
            Map.of(),
            name -> TinyExperiment.resumable(name, EPOCHS, "sft", "gdpo"),
            System.out)) {
      wrong = campaign.run(seed, faults);
    } catch (AssertionError e) {
      wrong = List.of(e.getMessage());
    }
    if (wrong.isEmpty()) {
      System.out.println("All is well.");
      return;
    }
    wrong.forEach(System.out::println);
    System.out.printf(
        "%d things are wrong; the home %s is kept. Again:%n"
            + "  integration-tests/kill-campaign --seed %d --faults %d%n",
        wrong.size(), home, seed, faults);
    System.exit(1);
  }
}

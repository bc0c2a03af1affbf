package io.gdpo.local.command;

import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.local.client.DatasetClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.report.CardText;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo dataset}: what datasets there are, and what is in one, before it is trained on. */
@Command(
    name = "dataset",
    header = "List the datasets; show what is in one, and what was left out and why.",
    description = {
      "",
      "NAME is a dataset's id, or an experiment whose dataset is shown. It tells the account of the"
          + " source's rows, the splits and what they share, how the chosen beliefs compare with"
          + " the group's, token lengths, and the rows that were refused with the reason.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo dataset",
      "  gdpo dataset demo-riverside-s0",
      "  gdpo dataset demo-riverside-s0 --samples 2",
      "  gdpo dataset demo-riverside-s0 --json | jq .counts"
    })
public final class DatasetCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "A dataset's id, or an experiment's name; all are listed without it.")
  private String name;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Show so many examples of each belief class in each split, as a model reads them (up to"
              + " "
              + DatasetSamples.OF_EACH_CLASS
              + ").")
  private int samples;

  @Option(
      names = "--json",
      description = "Print the list, the card, or with --samples the samples, as the service does.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    ServiceAddresses services = common.services();
    DatasetClient client = new DatasetClient(services);
    if (name == null) {
      list(console, client.datasets());
      return ExitCode.OK.code();
    }
    DatasetView dataset = find(client, services);
    if (dataset.state() != DatasetState.READY) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "Dataset " + dataset.id() + " is " + dataset.state() + reason(dataset),
          "It can be looked at once it is READY; 'gdpo dataset' lists them all.");
    }
    if (json) {
      console.printJson(samples > 0 ? client.samples(dataset.id()) : client.card(dataset.id()));
      return ExitCode.OK.code();
    }
    DatasetCard card = client.card(dataset.id());
    console.print("Dataset    " + dataset.id());
    CardText.of(card).forEach(console::print);
    if (samples > 0) {
      CardText.of(client.samples(dataset.id()), samples).forEach(console::print);
    }
    return ExitCode.OK.code();
  }

  /** By its id, or by an experiment that uses it. */
  private DatasetView find(DatasetClient client, ServiceAddresses services) {
    try {
      return client.dataset(name);
    } catch (CommandFailure e) {
      if (e.exitCode() != ExitCode.NOT_FOUND) {
        throw e;
      }
    }
    String id;
    try {
      id = new TrainerClient(services).experiment(name).datasetId();
    } catch (CommandFailure e) {
      if (e.exitCode() != ExitCode.NOT_FOUND) {
        throw e;
      }
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "There is no dataset and no experiment '" + name + "'",
          "'gdpo dataset' lists the datasets, 'gdpo status' the experiments.",
          e);
    }
    if (id == null) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "Experiment '" + name + "' has asked for no dataset yet",
          "See 'gdpo status'.");
    }
    return client.dataset(id);
  }

  private static String reason(DatasetView dataset) {
    return dataset.reason() == null ? "" : ": " + dataset.reason();
  }

  private void list(Console console, List<DatasetView> datasets) {
    if (json) {
      console.printJson(datasets);
    } else if (datasets.isEmpty()) {
      console.print("There are no datasets.");
    } else {
      datasets.forEach(dataset -> console.print(line(dataset)));
    }
  }

  private static String line(DatasetView dataset) {
    return String.format(
            Locale.ROOT,
            "%-40s %-10s %s%s",
            dataset.id(),
            dataset.state(),
            dataset.state() == DatasetState.READY ? dataset.examples() : "",
            reason(dataset))
        .stripTrailing();
  }
}

package io.gdpo.hub;

/**
 * A program that downloads a model, by the settings of its environment, and prints its folder: for
 * tests and tools that need a process of its own.
 */
final class DownloadedModel {
  private DownloadedModel() {}

  public static void main(String[] args) {
    try {
      HubSnapshot snapshot =
          new HubClient(HubSettings.of(System.getenv()))
              .snapshot(HubRepository.model(args[0]), new DownloadLog(System.err::println));
      System.out.println(snapshot.folder());
    } catch (HubException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}

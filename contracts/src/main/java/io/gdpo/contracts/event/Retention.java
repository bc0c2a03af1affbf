package io.gdpo.contracts.event;

/** Events about what is kept, and what goes. */
public final class Retention {
  private Retention() {}

  /** A command: take away an experiment that has ended, with all that was made for it. */
  public record ExperimentDeleteRequested(String experiment)
      implements Event.OfExperiment, Event.Command {
    @Override
    public String key() {
      return experiment;
    }
  }

  /** There is no experiment of this name any more; its jobs' files and evaluations go with it. */
  public record ExperimentDeleted(String experiment) implements Event.OfExperiment {
    @Override
    public String key() {
      return experiment;
    }
  }

  /** What a job left is there no more: what was measured of it goes, too. */
  public record CheckpointsDeleted(String jobId, String experiment, String stage)
      implements Event.OfCheckpoint {
    @Override
    public String key() {
      return jobId;
    }
  }

  /**
   * A command: keep a dataset for an experiment that was not the one to ask for it, until {@link
   * DatasetReleaseRequested}. Who asks for a dataset holds it by that.
   */
  public record DatasetHoldRequested(String datasetId, String requestedBy)
      implements Event.OfDataset, Event.Command {
    @Override
    public String key() {
      return datasetId;
    }
  }

  /** A command: an experiment needs this dataset no more. One that nobody holds may be deleted. */
  public record DatasetReleaseRequested(String datasetId, String requestedBy)
      implements Event.OfDataset, Event.Command {
    @Override
    public String key() {
      return datasetId;
    }
  }

  /** A dataset is there no more; who asks for it again has it built again. */
  public record DatasetDeleted(String datasetId) implements Event.OfDataset {
    @Override
    public String key() {
      return datasetId;
    }
  }
}

package io.gdpo.hub;

/**
 * Hears how a download goes, on the thread that downloads. What it throws ends the download, which
 * can be resumed.
 */
public interface DownloadListener {
  /**
   * More of a model has come.
   *
   * @param file the one that is being downloaded
   * @param done bytes of all files of the model that are here, what was here before included
   * @param total bytes of all files of the model
   */
  void transferred(String file, long done, long total);

  /** Something that a reader of the log wants to know: a retry, a wait, a fall-back. */
  void said(String line);

  /**
   * Asked with every piece that comes, and every second of a wait: throws if the download shall
   * end.
   */
  default void checkStop() {}
}

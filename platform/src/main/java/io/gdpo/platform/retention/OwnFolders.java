package io.gdpo.platform.retention;

/**
 * Folders that a service keeps in the artifact store, one for each row of a kind; a bean of each
 * service.
 *
 * @param parent key of the folder that they lie in
 * @param named SQL that selects, of an array of names, those that a row names
 * @param workParent key of the folder of the works that make them; null if they are not made by
 *     work
 */
public record OwnFolders(String parent, String named, String workParent) {
  /** Folders of work itself. */
  public OwnFolders(String parent, String named) {
    this(parent, named, parent);
  }

  String folder(String name) {
    return parent + "/" + name;
  }

  String workFolder(String name) {
    return workParent == null ? null : workParent + "/" + name;
  }
}

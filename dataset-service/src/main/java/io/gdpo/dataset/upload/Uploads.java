package io.gdpo.dataset.upload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.Digests;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.artifacts.source.UploadFolder;
import io.gdpo.contracts.view.UploadView;
import io.gdpo.platform.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Takes files that people send into the artifact store, for datasets to be made of. The same names
 * and bytes have one address. A body passes through a file of this machine, and reaches the store
 * only if it is whole.
 */
@ApplicationScoped
class Uploads {
  private static final Logger LOG = Logger.getLogger(Uploads.class);
  private static final int SOON = 10;

  private final ArtifactStore artifacts;
  private final UploadTable table;
  private final ObjectMapper json;
  private final UploadSettings settings;
  private final Semaphore places;

  Uploads(ArtifactStore artifacts, UploadTable table, ObjectMapper json, UploadSettings settings) {
    this.artifacts = artifacts;
    this.table = table;
    this.json = json;
    this.settings = settings;
    this.places = new Semaphore(settings.atOnce());
  }

  /**
   * What is in the store.
   *
   * @param isNew whether it was not there before
   */
  record Kept(UploadView upload, boolean isNew) {}

  /**
   * Keeps a file under its name.
   *
   * @throws ProblemException if that cannot be; nothing is kept then
   */
  Kept file(String name, Body body) {
    UploadName.required(name);
    return takenIn(
        folder -> {
          Path file = folder.resolve(name);
          String sha256 = body.to(file, largest());
          String id = Digests.ofTexts(List.of(name, sha256));
          return keep(id, "/" + name, List.of(file), sha256);
        });
  }

  /**
   * Keeps the files of splits that a zip archive holds, as a folder.
   *
   * @throws ProblemException if that cannot be; nothing is kept then
   */
  Kept folder(Body body) {
    return takenIn(
        folder -> {
          Path archive = folder.resolve("archive.zip");
          body.to(archive, largest());
          Path files = folder.resolve("files");
          create(files);
          SplitArchive.unpack(archive, files, largest());
          String sha256 = Sources.sha256(files);
          return keep(sha256, "", Sources.files(files), sha256);
        });
  }

  private long largest() {
    return settings.largest().asLongValue();
  }

  /** In a temporary folder, which goes whatever happens; a few at one time. */
  private Kept takenIn(Function<Path, Kept> body) {
    if (!places.tryAcquire()) {
      throw ProblemException.notNow(
          settings.atOnce()
              + " uploads are being taken in (gdpo.uploads.at-once); try again in a minute",
          60);
    }
    Path folder = null;
    try {
      folder = Files.createTempDirectory("gdpo-upload-");
      return body.apply(folder);
    } catch (IOException e) {
      throw Body.noRoom(e);
    } finally {
      places.release();
      delete(folder);
    }
  }

  /** The record is written last: from then on all of it is there. */
  private Kept keep(String id, String what, List<Path> files, String sha256) {
    String key = UploadFolder.PARENT + "/" + id;
    if (!table.want(id)) {
      throw ProblemException.notNow(
          "The same upload is just being deleted; send it again in " + SOON + " seconds", SOON);
    }
    try {
      UploadView upload = new UploadView(artifacts.uri(key) + what, bytes(files), sha256);
      String record = key + "/" + UploadFolder.RECORD;
      boolean isNew = !artifacts.exists(artifacts.uri(record));
      if (isNew) {
        for (Path file : files) {
          artifacts.write(key + "/" + file.getFileName(), file);
        }
        artifacts.write(record, json.writeValueAsBytes(upload));
        LOG.infof("Uploaded %s, %d bytes", upload.uri(), upload.bytes());
      }
      return new Kept(upload, isNew);
    } catch (UncheckedIOException e) {
      LOG.warnf(e, "An upload cannot be kept");
      throw Body.noRoom(e.getCause());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An upload's record cannot be written as JSON", e);
    }
  }

  private static long bytes(List<Path> files) {
    try {
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw Body.noRoom(e);
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw Body.noRoom(e);
    }
  }

  private static void delete(Path folder) {
    try {
      if (folder != null) {
        AtomicFiles.delete(folder);
      }
    } catch (IOException e) {
      LOG.warnf(e, "A temporary folder stays");
    }
  }
}

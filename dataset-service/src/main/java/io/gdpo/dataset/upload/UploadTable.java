package io.gdpo.dataset.upload;

import io.gdpo.artifacts.source.UploadFolder;
import io.gdpo.platform.database.DatabaseException;
import io.gdpo.platform.retention.OwnFolders;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * When what was last uploaded; a row outlives its files, and keeps them from being collected only
 * for a time.
 */
@ApplicationScoped
class UploadTable {
  private final DataSource dataSource;
  private final UploadRetentionSettings retention;

  UploadTable(DataSource dataSource, UploadRetentionSettings retention) {
    this.dataSource = dataSource;
    this.retention = retention;
  }

  /**
   * Uploads that are young, or that a dataset's specification names. Rows are locked, so that one
   * is either collected or uploaded again.
   */
  @Produces
  OwnFolders ofUploads() {
    return new OwnFolders(
        UploadFolder.PARENT,
        String.format(
            Locale.ROOT,
            "with u as (select * from upload where id = any (?) for update) select id from u"
                + " where wanted_at > now() - interval '%d seconds' or exists"
                + " (select 1 from dataset d where position(u.id in d.spec) > 0)",
            retention.uploads().toSeconds()),
        null);
  }

  /**
   * Notes that an upload is wanted, before any of it is in the store.
   *
   * @return false if its folder is being deleted
   */
  @Transactional
  boolean want(String id) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement upsert =
            connection.prepareStatement(
                "insert into upload(id) values (?) on conflict (id) do update set wanted_at = now()");
        PreparedStatement select =
            connection.prepareStatement("select 1 from discarded where folder = ?")) {
      upsert.setString(1, id);
      upsert.executeUpdate();
      select.setString(1, UploadFolder.PARENT + "/" + id);
      try (ResultSet rows = select.executeQuery()) {
        return !rows.next();
      }
    } catch (SQLException e) {
      throw new DatabaseException("Upload " + id + " cannot be noted", e);
    }
  }
}

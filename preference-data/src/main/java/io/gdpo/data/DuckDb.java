package io.gdpo.data;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/**
 * An empty DuckDB in this process's memory, the engine that reads and writes Parquet.
 *
 * <p>The driver is named instead of looked up by URL: {@link java.sql.DriverManager} finds only the
 * drivers of the class loader that asked first, and Quarkus has several.
 */
public final class DuckDb {
  private DuckDb() {}

  /**
   * A new database of its own; closing the connection forgets it. Results come row by row instead
   * of whole: while one is read, the connection does nothing else.
   */
  public static Connection open() throws SQLException {
    Properties streaming = new Properties();
    streaming.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    return new DuckDBDriver().connect("jdbc:duckdb:", streaming);
  }

  /** A path as a literal of SQL, for writing. */
  static String literal(Path file) {
    return "'" + file.toAbsolutePath().toString().replace("'", "''") + "'";
  }

  /**
   * A table of SQL with exactly this Parquet file: its path is no pattern, and a folder named
   * {@code name=value} is no column.
   */
  public static String parquet(Path file) {
    return "read_parquet(" + noPattern(file) + ", hive_partitioning = false)";
  }

  /** A path as a literal of SQL that stands for itself where DuckDB would look for patterns. */
  static String noPattern(Path file) {
    return literal(Path.of(file.toAbsolutePath().toString().replaceAll("[*?\\[]", "[$0]")));
  }
}

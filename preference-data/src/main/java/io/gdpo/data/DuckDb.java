package io.gdpo.data;

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

  /** A new database of its own; closing the connection forgets it. */
  public static Connection open() throws SQLException {
    return new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
  }
}

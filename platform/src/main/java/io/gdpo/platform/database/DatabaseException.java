package io.gdpo.platform.database;

import java.sql.SQLException;

/** The database refused or failed a statement of the outbox or the inbox. */
public class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, SQLException cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}

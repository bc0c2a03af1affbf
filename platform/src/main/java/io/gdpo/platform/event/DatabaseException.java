package io.gdpo.platform.event;

import java.sql.SQLException;

/** The database refused or failed a statement of the outbox or the inbox. */
class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseException(String message, SQLException cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}

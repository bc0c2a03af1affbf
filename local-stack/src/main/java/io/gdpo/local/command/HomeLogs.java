package io.gdpo.local.command;

import io.gdpo.local.home.StackHome;

/**
 * Sends what libraries log (the broker is talkative) to a file of the home, away from the terminal.
 * Must be called before anything logs.
 */
final class HomeLogs {
  private HomeLogs() {}

  static void divert(StackHome home) {
    System.setProperty("org.slf4j.simpleLogger.logFile", home.log("kafka").toString());
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
    System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
  }
}

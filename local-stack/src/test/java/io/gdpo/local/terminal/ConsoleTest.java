package io.gdpo.local.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final String HOSTILE = "a\u001b]0;pwned\u0007\u009b31mb\u202ec\r\u0000d";

  @Test
  void whatATerminalWouldObeyIsMadeHarmless() throws Exception {
    String printed =
        printed(
            () -> {
              Console console = Console.forPeople();
              console.say(HOSTILE);
              console.print("T\u00fcrkiye \ud83d\ude00\t" + HOSTILE);
            });

    assertThat(printed.codePoints().filter(c -> c != '\n' && c != '\t'))
        .noneMatch(c -> Character.isISOControl(c) || c == 0x202e);
    assertThat(printed).contains("T\u00fcrkiye \ud83d\ude00\t").contains("pwned");
  }

  @Test
  void jsonKeepsEveryCharacterAndStillHidesThemFromTheTerminal() throws Exception {
    String printed = printed(() -> Console.forScripts().printJson(Map.of("name", HOSTILE)));

    assertThat(printed.codePoints().filter(c -> c != '\n'))
        .noneMatch(c -> Character.isISOControl(c) || c == 0x202e);
    assertThat(Json.EVENTS.readTree(printed).path("name").asText()).isEqualTo(HOSTILE);
  }

  private static String printed(Runnable work) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}

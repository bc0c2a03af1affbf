package io.gdpo.local.command;

import io.gdpo.local.login.DeviceLogin;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gdpo login}: who asks a system elsewhere, by a page of its issuer. */
@Command(
    name = "login",
    header = "Tell a system elsewhere who you are, by a page of its issuer.",
    description =
        "The token is kept in gdpo/login.json below $$XDG_CONFIG_HOME, else ~/.config, and shown to"
            + " the services that $$GDPO_TRAINER_URL and $$GDPO_EVALUATOR_URL name. $$GDPO_TOKEN is"
            + " shown instead if it is set.",
    footerHeading = "%nExample:%n",
    footer = "  GDPO_TRAINER_URL=https://trainer.example.org gdpo login")
public final class LoginCommand implements Callable<Integer> {
  @Option(
      names = "--issuer",
      paramLabel = "URL",
      description = "Who signs tokens; by default who trainer-service says.")
  private String issuer;

  @Option(
      names = "--client-id",
      paramLabel = "ID",
      defaultValue = "gdpo",
      description = "As what this program is known to the issuer (${DEFAULT-VALUE}).")
  private String clientId;

  @Option(
      names = "--scope",
      paramLabel = "WORDS",
      defaultValue = "openid",
      description =
          "What is asked for (${DEFAULT-VALUE}); some issuers renew tokens only with"
              + " 'openid offline_access'.")
  private String scope;

  @Override
  public Integer call() {
    Console console = Console.forPeople();
    new DeviceLogin(System.getenv(), console).run(Optional.ofNullable(issuer), clientId, scope);
    console.print("You are known now.");
    return ExitCode.OK.code();
  }
}

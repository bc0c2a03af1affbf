package io.gdpo.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ControlPlanesReachArtifactsThroughTheStoreTest {

  @Test
  void noControlPlaneTakesAnAddressForAFileOfItsMachine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.gdpo.platform..", "io.gdpo.dataset..", "io.gdpo.trainer..", "io.gdpo.evaluator..")
        .should()
        .callMethod(Path.class, "of", URI.class)
        .orShould()
        .callMethod(Path.class, "toUri")
        .because("an artifact may lie in another store than a file system")
        .check(Checkout.productionClasses());
  }
}

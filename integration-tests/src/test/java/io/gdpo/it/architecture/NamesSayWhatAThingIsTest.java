package io.gdpo.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import org.junit.jupiter.api.Test;

class NamesSayWhatAThingIsTest {

  @Test
  void noClassIsNamedAfterWhatItIsNot() {
    noClasses()
        .that()
        .resideInAPackage("io.gdpo..")
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl|Processor)(\\$.*)?")
        .check(Checkout.productionClasses());
  }

  @Test
  void noPackageIsAHeapOfLeftovers() {
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..utils..", "..common..", "..misc..", "..helper..")
        .check(Checkout.productionClasses());
  }
}

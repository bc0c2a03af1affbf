package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A copy from Java to a GPU, or back, waits for all that the GPU is at. A training step makes one
 * of each; here is every place in the code of a step that makes one.
 */
class AStepWaitsForNoCopyTest {
  private static final Set<String> PACKAGES =
      Set.of("io.gdpo.lm.model", "io.gdpo.training.step", "io.gdpo.training.objective");
  private static final Pattern READ =
      Pattern.compile("to\\w*Array|toByteBuffer|get(Float|Double|Long|Int|Boolean|Scalar)?");

  @Test
  void allThatAStepReadsReachesTheDeviceThroughOneBuffer() {
    assertThat(
            calls("ai.djl.ndarray.NDManager", Pattern.compile("create|zeros|ones|full|arange|eye")))
        .containsExactlyInAnyOrder(
            // Once, when a job begins.
            "ObjectivePass.<init> create",
            "Optimizer.<init> create",
            "Optimizer.<init> zeros",
            // Numbers that libtorch reads on the host.
            "BatchInputs$Labels.with create",
            "ForwardPass.chunk create",
            "Optimizer.update create",
            // The file of reference log-probabilities.
            "ReferenceLogProbs.save create");
  }

  @Test
  void whatAStepComputedIsReadBackOnce() {
    assertThat(calls("ai.djl.ndarray.NDArray", READ))
        .containsExactlyInAnyOrder(
            "Objective.read toDoubleArray",
            // Without a way back: what the model says of responses, which Java sums up.
            "ObjectivePass.logProbs toFloatArray",
            // By tests.
            "Optimizer.step getFloat",
            "ReferenceLogProbs.load toDoubleArray");
  }

  private static Set<String> calls(String owner, Pattern names) {
    Set<String> calls = new TreeSet<>();
    for (JavaClass from : Checkout.productionClasses()) {
      if (!PACKAGES.contains(from.getPackageName())) {
        continue;
      }
      for (JavaMethodCall call : from.getMethodCallsFromSelf()) {
        if (call.getTargetOwner().isAssignableTo(owner)
            && names.matcher(call.getName()).matches()) {
          calls.add(
              from.getName().replace(from.getPackageName() + ".", "")
                  + "."
                  + call.getOrigin().getName().replaceFirst("lambda\\$(\\w+?)\\$\\d+", "$1")
                  + " "
                  + call.getName());
        }
      }
    }
    return calls;
  }
}

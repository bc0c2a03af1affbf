package io.gdpo.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.topic.Topics;
import io.gdpo.contracts.topic.Topics.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Where an operator makes the topics, it makes those that the code declares. */
class TopicsAsResourcesTest {
  private static final Path RESOURCES = Path.of("../k8s/components/strimzi/topics.yaml");

  private static final String WRITE =
      "mvn -pl integration-tests -am test -Dtest=TopicsAsResourcesTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dgdpo.topics.write=true";

  @Test
  void theOperatorsTopicsAreThoseThatTheCodeDeclares() throws IOException {
    String expected =
        Topics.all().stream()
            .map(TopicsAsResourcesTest::resource)
            .collect(
                Collectors.joining(
                    "---\n",
                    "# Written from the class Topics; write it anew with:\n# " + WRITE + "\n",
                    ""));
    if (Boolean.getBoolean("gdpo.topics.write")) {
      Files.writeString(RESOURCES, expected);
    }
    assertThat(RESOURCES)
        .as("the topics have changed; write their resources anew with: " + WRITE)
        .hasContent(expected);
  }

  /** The number of replicas is the cluster's default, as it is where a service makes the topic. */
  private static String resource(Topic topic) {
    return """
        apiVersion: kafka.strimzi.io/v1
        kind: KafkaTopic
        metadata:
          name: %s
          labels:
            strimzi.io/cluster: gdpo
        spec:
          partitions: %d
          config:
            retention.ms: %d
        """
        .formatted(topic.name(), topic.partitions(), topic.retention().toMillis());
  }
}

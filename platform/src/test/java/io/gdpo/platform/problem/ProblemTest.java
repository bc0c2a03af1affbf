package io.gdpo.platform.problem;

import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.gdpo.platform.Infrastructure;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class ProblemTest {

  @Test
  void aSpecificationIsAcceptedAsJsonInSnakeCase() {
    post("application/json", "{\"name\":\"soup\",\"largest_share\":2,\"steps\":[{\"minutes\":3}]}")
        .statusCode(200)
        .body("largest_share", equalTo(2))
        .body("steps[0].minutes", equalTo(3));
  }

  @Test
  void aSpecificationIsAcceptedAsYaml() {
    post("application/yaml", "name: soup\nlargest_share: 2\nsteps:\n  - minutes: 3\n")
        .statusCode(200)
        .body("largest_share", equalTo(2))
        .body("steps[0].minutes", equalTo(3));
  }

  @Test
  void everythingWrongWithASpecificationIsTold() {
    problem(post("application/json", "{}"), 400)
        .body("type", equalTo("urn:gdpo:invalid-spec"))
        .body("errors[0].field", equalTo("name"))
        .body("errors[0].message", equalTo("is missing"))
        .body("errors[1].field", equalTo("steps"))
        .body("instance", nullValue());
  }

  @Test
  void malformedJsonIsToldByLineAndColumn() {
    problem(post("application/json", "{\"name\": \"soup\",\n  \"steps\": [}"), 400)
        .body("type", equalTo("urn:gdpo:malformed-body"))
        .body("detail", containsString("line 2, column 13"));
  }

  @Test
  void malformedYamlIsToldByLineAndColumn() {
    problem(post("application/yaml", "name: soup\nsteps: [\n"), 400)
        .body("type", equalTo("urn:gdpo:malformed-body"))
        .body("detail", containsString("line 2, column 9"));
  }

  @Test
  void anUnknownFieldIsNamedAndTheKnownOnesToo() {
    problem(post("application/json", "{\"name\":\"soup\",\"stpes\":[]}"), 400)
        .body("type", equalTo("urn:gdpo:unknown-field"))
        .body("detail", containsString("'stpes'"))
        .body("errors[0].field", equalTo("stpes"))
        .body("errors[0].message", containsString("largest_share, name, steps"));
  }

  @Test
  void anUnknownFieldOfYamlIsNamedByItsPath() {
    problem(post("application/yaml", "name: soup\nsteps:\n  - hours: 3\n"), 400)
        .body("errors[0].field", equalTo("steps[0].hours"))
        .body("errors[0].message", containsString("minutes"));
  }

  @Test
  void aValueOfTheWrongKindIsNamedByItsPath() {
    problem(post("application/json", "{\"steps\":[{\"minutes\":\"few\"}]}"), 400)
        .body("type", equalTo("urn:gdpo:wrong-value"))
        .body("errors[0].field", equalTo("steps[0].minutes"));
  }

  @Test
  void aValueThatTheRecordItselfRefusesIsABadRequestToo() {
    problem(post("application/json", "{\"name\":\"soup\",\"largest_share\":-1}"), 400)
        .body("detail", containsString("must not be negative, is -1"));
  }

  @Test
  void aMissingThingIsNamed() {
    problem(when().get("/refusing").then(), 404)
        .body("detail", equalTo("There is no recipe 'soup'"));
  }

  @Test
  void aConflictSaysWhatToDo() {
    problem(when().put("/refusing").then(), 409).body("detail", containsString("another name"));
  }

  @Test
  void aFailureOfTheServiceIsNamedButKeepsItsSecrets() {
    problem(when().delete("/refusing").then(), 500)
        .body("instance", startsWith("urn:uuid:"))
        .body("detail", not(containsString("secret")));
  }

  @Test
  void whatSucceedsALittleLaterIsToldWithATime() {
    problem(when().get("/refusing/outage").then(), 503)
        .header("Retry-After", "2")
        .body("detail", containsString("The database gives no connection"));
    problem(when().get("/refusing/race").then(), 503).header("Retry-After", "1");
  }

  @Test
  void aBodyThatIsNestedTooDeepOrTooLargeIsTheCallersFault() {
    String deep = "[".repeat(500);
    problem(post("application/json", "{\"steps\": " + deep), 400);
    problem(post("application/yaml", "steps: " + deep), 400);
    problem(post("application/yaml", "name: &a soup\nsteps: *a\n"), 400)
        .body("detail", containsString("The alias *a is not read"));
    String large = "{\"name\": \"" + "x".repeat(1_100_000) + "\"}";
    problem(post("application/json", large), 413)
        .body("detail", containsString("more than 1000000 bytes"));
    problem(post("application/yaml", large), 413);
  }

  @Test
  void anAddressThatDoesNotExistAndAMethodThatIsNotServedAreProblemsToo() {
    problem(when().get("/nowhere").then(), 404);
    problem(when().patch("/refusing").then(), 405);
    problem(post("text/csv", "a,b"), 415);
  }

  private static ValidatableResponse post(String contentType, String body) {
    return given()
        .config(
            RestAssured.config()
                .encoderConfig(
                    EncoderConfig.encoderConfig()
                        .encodeContentTypeAs("application/yaml", ContentType.TEXT)
                        .encodeContentTypeAs("text/csv", ContentType.TEXT)))
        .contentType(contentType)
        .body(body)
        .when()
        .post("/refusing")
        .then();
  }

  private static ValidatableResponse problem(ValidatableResponse response, int status) {
    return response
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", equalTo(status))
        .body("title", not(nullValue()))
        .body("type", allOf(startsWith("urn:gdpo:"), not(nullValue())));
  }
}

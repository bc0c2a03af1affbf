package io.gdpo.platform.problem;

import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.platform.json.YamlBodyReader;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;

/** A resource as services have them, which fails in each way they may. */
@Path("/refusing")
@PermitAll
public class RefusingResource {

  /** A specification that checks itself. */
  public record Recipe(String name, Integer largestShare, List<Step> steps) {
    public Recipe {
      if (largestShare != null && largestShare < 0) {
        throw new IllegalArgumentException("must not be negative, is " + largestShare);
      }
    }
  }

  /** A part of it. */
  public record Step(int minutes) {}

  @POST
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML})
  public Recipe accept(Recipe recipe) {
    if (recipe.name() == null) {
      throw new InvalidSpecException(
          List.of(new SpecProblem("name", "is missing"), new SpecProblem("steps", "are few")));
    }
    return recipe;
  }

  @GET
  public String find() {
    throw ProblemException.notFound("recipe", "soup");
  }

  @PUT
  public String replace() {
    throw ProblemException.conflict("Recipe 'soup' exists with other steps; choose another name");
  }

  @DELETE
  public String fail() {
    throw new IllegalStateException("a secret of the house");
  }

  @GET
  @Path("/outage")
  public String findNoConnection() {
    throw new IllegalStateException(
        "cannot open a connection", new SQLException("Sorry, acquisition timeout!"));
  }

  @GET
  @Path("/race")
  public String race() {
    throw new IllegalStateException("commit", new SQLException("duplicate key", "23505"));
  }
}

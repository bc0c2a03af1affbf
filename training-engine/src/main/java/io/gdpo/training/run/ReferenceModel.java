package io.gdpo.training.run;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.Digests;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.SharedVocabulary;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.ExampleDigest;
import io.gdpo.training.batch.Mismatched;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.model.ModelDigests;
import io.gdpo.training.model.ModelSource;
import io.gdpo.training.step.LiveReference;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Reference;
import io.gdpo.training.step.ReferenceLogProbs;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The model that a job's implicit rewards are measured against: where it lies, and what it says of
 * the job's examples, computed once and kept by content.
 */
final class ReferenceModel {
  private final TrainingJob job;
  private final TrainingSpec spec;
  private final JobWorkspace workspace;
  private final JobFolder folder;
  private final TokenizerFiles tokenizer;
  private final ModelDigests digests;
  private final PrintStream console;
  private final BooleanSupplier stopAsked;

  /**
   * @param console told what is computed
   * @param stopAsked asked while it is
   */
  ReferenceModel(
      TrainingJob job,
      JobWorkspace workspace,
      ModelDigests digests,
      PrintStream console,
      BooleanSupplier stopAsked) {
    this.job = job;
    this.spec = job.training();
    this.workspace = workspace;
    this.folder = new JobFolder(workspace.root());
    this.tokenizer = new TokenizerFiles(job, folder);
    this.digests = digests;
    this.console = console;
    this.stopAsked = stopAsked;
  }

  /** Refuses a reference model that has another vocabulary than the policy. */
  void requireSharedVocabulary(ModelSource start, Tokenizer tokenizer) throws IOException {
    Optional<URI> reference = ModelSource.reference(job).folder();
    if (spec.loss().needs(Loss.Need.REFERENCE)
        && reference.isPresent()
        && !reference.equals(start.folder())) {
      SharedVocabulary.requireOfReference(ModelSource.fetch(reference.get()), tokenizer);
    }
  }

  /** The references of a job's examples; computes what is not known yet. */
  References of(
      CausalLanguageModel policy,
      long[] beliefTokens,
      BatchPacker packer,
      TrainingData data,
      Mismatched mismatched)
      throws IOException {
    if (!spec.loss().needs(Loss.Need.REFERENCE)) {
      return References.without(spec.loss());
    }
    ModelSource source = ModelSource.reference(job);
    URI kept =
        source.folder().isPresent()
            ? source.folder().get()
            : workspace.uri(kept(source, Optional.of(policy)));
    if (!spec.levers().cachedReference()) {
      CausalLanguageModel model = open(source, policy);
      LiveReference live = new LiveReference(model, new ObjectivePass(model, beliefTokens, spec));
      return new References(live, live, live, live, Optional.of(kept));
    }
    BatchPacker chosen = packer.chosenOnly();
    return new References(
        cached("train", data.train(), source, policy, beliefTokens, packer),
        cached("eval", data.eval(), source, policy, beliefTokens, packer),
        cached("mismatched train", mismatched.train(), source, policy, beliefTokens, chosen),
        cached("mismatched eval", mismatched.eval(), source, policy, beliefTokens, chosen),
        Optional.of(kept));
  }

  private Reference cached(
      String split,
      List<TrainingExample> examples,
      ModelSource source,
      CausalLanguageModel policy,
      long[] beliefTokens,
      BatchPacker packer)
      throws IOException {
    if (examples.isEmpty()) {
      return Reference.NONE;
    }
    String content =
        Digests.ofTexts(
            List.of(
                "float64",
                digests.of(source),
                ExampleDigest.of(examples),
                Boolean.toString(spec.loss().needs(Loss.Need.BELIEFS)),
                spec.computeDtype().label(),
                policy.parameters().manager().getDevice().getDeviceType()));
    String name = content + ".safetensors";
    ArtifactStore shared = Artifacts.at(sharedLogProbs());
    Optional<ReferenceLogProbs> earlier =
        shared.exists(shared.uri(name))
            ? ReferenceLogProbs.load(
                shared.fetch(shared.uri(name)), examples.size(), policy.parameters().manager())
            : Optional.empty();
    if (earlier.isPresent()) {
      console.printf(
          Locale.ROOT,
          "reference log-probabilities of %d %s examples are those of an earlier job%n",
          examples.size(),
          split);
      return earlier.get();
    }
    Stopwatch watch = new Stopwatch();
    try (CausalLanguageModel reference = open(source, policy);
        ObjectivePass pass = new ObjectivePass(reference, beliefTokens, spec)) {
      ReferenceLogProbs computed =
          ReferenceLogProbs.compute(pass, packer.evaluationBatches(examples), stopAsked);
      Path own = folder.root().resolve(name);
      computed.save(own, reference.parameters().manager());
      shared.write(name, own); // another job may do so too
      Files.delete(own);
      console.printf(
          Locale.ROOT,
          "reference log-probabilities of %d %s examples in %.1f s%n",
          examples.size(),
          split,
          watch.seconds());
      return computed;
    }
  }

  /** Where jobs share what reference models say, by content; or this job keeps it. */
  private URI sharedLogProbs() {
    return job.referenceLogProbs() == null
        ? workspace.uri(folder.referenceLogProbs())
        : ArtifactUri.of(job.referenceLogProbs());
  }

  /**
   * The model below low-rank updates.
   *
   * @param folder of this machine
   * @param name by which an adapter names it to others: this folder, or an address where the job's
   *     own folder lies elsewhere, too
   */
  record Base(Path folder, String name) {}

  /** The model below low-rank updates: a whole one that others reach, too, or a copy. */
  Base base(ModelSource start, Optional<CausalLanguageModel> policy) throws IOException {
    boolean inPlace = workspace.store().folder().isPresent();
    Optional<URI> address =
        start.folder().filter(uri -> inPlace || !"file".equals(uri.getScheme()));
    Optional<Path> folder = address.map(ModelSource::fetch);
    if (folder.isPresent() && AdapterFolder.baseOf(folder.get()).isEmpty()) {
      return new Base(folder.get(), inPlace ? named(folder.get()) : address.get().toString());
    }
    Path kept = kept(start, policy);
    return new Base(kept, inPlace ? named(kept) : workspace.uri(kept).toString());
  }

  private static String named(Path folder) {
    return folder.toAbsolutePath().normalize().toString();
  }

  /** The frozen weights below low-rank updates are their own reference: no second copy. */
  private CausalLanguageModel open(ModelSource source, CausalLanguageModel policy)
      throws IOException {
    CausalLanguageModel reference =
        isBaseOf(policy, source)
            ? policy.base()
            : source.open(policy.parameters().manager().getDevice());
    reference.computeIn(ComputeType.ofLabel(spec.computeDtype().label()));
    return reference;
  }

  private boolean isBaseOf(CausalLanguageModel policy, ModelSource source) throws IOException {
    return policy.isAdapted() && digests.of(source).equals(digests.of(ModelSource.start(job)));
  }

  /**
   * A reference that is in no folder yet is kept, for those who measure rewards later; under its
   * content, for a job's folder may be used again for another model.
   */
  private Path kept(ModelSource source, Optional<CausalLanguageModel> policy) throws IOException {
    Path kept = folder.reference(digests.of(source));
    if (Files.isDirectory(kept)) {
      return kept;
    }
    try (CausalLanguageModel reference =
        policy.isPresent() && isBaseOf(policy.get(), source)
            ? policy.get().base()
            : source.open(Device.cpu())) { // only copied
      AtomicFiles.replace(kept, temporary -> reference.save(temporary, tokenizer.of(source)));
    }
    return kept;
  }
}

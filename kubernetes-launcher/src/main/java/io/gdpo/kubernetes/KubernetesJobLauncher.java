package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRefusedException;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Runs each job as a {@code batch/v1} Job, which outlives the service.
 *
 * <p>Level-triggered: {@link #refresh} lists all Jobs and pods of the service, and {@link #status}
 * tells what that list says. What could not be carried out while the API server was away, such as a
 * Job's making or its deletion, is carried out at a later look; a Job's name is made of the job's,
 * so that making it twice makes one. While the API server does not answer, every job is {@link
 * LaunchState.Unknown}, and nothing follows. A watch only makes it quicker.
 *
 * <p>One class because how a job fares is told by what was asked, what was put off and what a look
 * showed, all at once.
 *
 * <p>Owned by whoever made it; the client is its caller's to close.
 */
final class KubernetesJobLauncher implements JobLauncher {
  private static final Logger LOG = Logger.getLogger(KubernetesJobLauncher.class);

  /** However often the cluster tells of changes, it is not listed more often. */
  private static final Duration AT_MOST_EVERY = Duration.ofMillis(500);

  /** How long what was put off is carried out in one look. */
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  /** Answers that asking again will not change: it is asked for something that cannot be. */
  private static final Set<Integer> FINAL = Set.of(400, 403, 404, 409, 413, 422);

  private final KubernetesClient client;
  private final String namespace;
  private final String owner;
  private final JobManifest manifest;
  private final Pools pools;
  private final Cluster cluster;
  private final Duration listEvery;
  private final InstantSource clock;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /** Jobs, by name, that no list has shown yet, and whether they are known to be made. */
  private final Map<String, Launch> launched = new ConcurrentHashMap<>();

  /** Names of Jobs that are to be deleted, until that was asked for. */
  private final Set<String> unwanted = ConcurrentHashMap.newKeySet();

  /** Why Jobs were refused, by name. */
  private final Map<String, String> refused = new ConcurrentHashMap<>();

  private volatile Look last = new Look(Map.of(), "it was not looked at yet", Instant.MIN);
  private volatile boolean changed;
  private JobWatch watch;

  private record Launch(Job job, boolean made) {}

  /**
   * A look at the cluster.
   *
   * @param trouble why {@code seen} says nothing about now; null if it does
   */
  private record Look(Map<String, Seen> seen, String trouble, Instant at) {}

  /**
   * @param owner the service, for which no other launcher works under the same name
   */
  KubernetesJobLauncher(
      KubernetesClient client,
      String namespace,
      String owner,
      KubernetesSettings settings,
      List<String> javaOptions,
      InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.owner = owner;
    this.manifest = new JobManifest(settings, owner, javaOptions);
    this.pools = new Pools(settings);
    this.cluster = new Cluster(client, namespace, owner);
    this.listEvery = settings.listEvery();
    this.clock = clock;
  }

  @Override
  public void launch(LaunchRequest request) {
    Job job = manifest.of(request, pools.of(request));
    String name = job.getMetadata().getName();
    if (launched.putIfAbsent(name, new Launch(job, false)) != null || isAway()) {
      return;
    }
    try {
      make(name, job);
    } catch (KubernetesClientException e) {
      if (FINAL.contains(e.getCode())) {
        launched.remove(name);
        throw new LaunchRefusedException(refusal(name, e), e);
      }
      away(e);
    }
  }

  /**
   * Makes a Job, or finds that it is there.
   *
   * @throws KubernetesClientException if it cannot be made, or not now
   */
  private void make(String name, Job job) {
    LOG.infof("Job %s/%s %s", namespace, name, cluster.make(job) ? "was made" : "is there already");
    launched.put(name, new Launch(job, true));
  }

  private String refusal(String name, KubernetesClientException e) {
    String job = "the Job " + namespace + "/" + name;
    return e.getCode() == Cluster.CONFLICT
        ? "there is another one of the name of "
            + job
            + ", which is not of "
            + owner
            + "; delete it or rename it, and ask again"
        : "the cluster refused " + job + ": " + Cluster.words(e);
  }

  @Override
  public void refresh() {
    Duration since = Duration.between(last.at(), clock.instant());
    if (since.compareTo(changed ? AT_MOST_EVERY : listEvery) < 0) {
      return;
    }
    changed = false;
    try {
      if (isAway()) {
        // One that is starting refuses what it will allow: it is asked for more when it tells.
        cluster.look(clock.instant());
        LOG.info("The API server answers again");
      }
      carryOut();
      Set<String> before = new HashSet<>();
      launched.forEach(
          (name, launch) -> {
            if (launch.made()) {
              before.add(name);
            }
          });
      Map<String, Seen> seen = cluster.look(clock.instant());
      // A list shows what was made before it was asked for; what it does not show was deleted.
      launched.keySet().removeAll(before);
      last = new Look(seen, null, clock.instant());
    } catch (KubernetesClientException e) {
      away(e);
    }
  }

  /** Every replica sees the same Jobs. */
  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public Set<String> alive() {
    Look look = last;
    return look.trouble() != null
        ? Set.of()
        : look.seen().values().stream()
            .map(Seen::job)
            .filter(job -> !JobFate.isOver(job))
            .map(job -> job.getMetadata().getAnnotations().get(JobLabels.JOB))
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
  }

  @Override
  public int putOff() {
    return (int) launched.values().stream().filter(launch -> !launch.made()).count();
  }

  /**
   * What could not be carried out when it was asked for. Leases are not prolonged meanwhile: what
   * is much is gone on with at the next look.
   */
  private void carryOut() {
    Instant until = clock.instant().plus(AT_ONCE);
    for (Map.Entry<String, Launch> launch : launched.entrySet()) {
      if (!launch.getValue().made()) {
        if (clock.instant().isAfter(until)) {
          changed = true;
          return;
        }
        carryOut(launch.getKey(), launch.getValue().job());
      }
    }
    for (String name : unwanted) {
      delete(name);
      unwanted.remove(name);
    }
  }

  private void carryOut(String name, Job job) {
    try {
      make(name, job);
    } catch (KubernetesClientException e) {
      if (!FINAL.contains(e.getCode())) {
        throw e;
      }
      launched.remove(name);
      refused.put(name, refusal(name, e));
    }
  }

  /** Whether it did not answer when it was last asked. */
  private boolean isAway() {
    return last.trouble() != null && last.at() != Instant.MIN;
  }

  private void away(KubernetesClientException e) {
    String trouble =
        "the Kubernetes API server "
            + (e.getCode() <= 0 ? "does not answer: " : "does not tell: ")
            + Cluster.words(e);
    if (!isAway()) {
      LOG.errorf("%s; it is asked again and again", trouble);
    }
    last = new Look(last.seen(), trouble, clock.instant());
  }

  @Override
  public LaunchState status(String name) {
    String job = JobName.of(name);
    String refusal = refused.get(job);
    if (refusal != null) {
      return new LaunchState.Failed(refusal);
    }
    Look look = last;
    if (look.trouble() != null) {
      return new LaunchState.Unknown(look.trouble());
    }
    if (launched.containsKey(job)) {
      return new LaunchState.Pending("its Job is being made");
    }
    Seen seen = look.seen().get(job);
    return seen == null ? unseen(job) : JobFate.of(seen, clock.instant());
  }

  /** A Job that another replica made may be younger than the look: it is asked for by its name. */
  private LaunchState unseen(String job) {
    try {
      return cluster.has(job)
          ? new LaunchState.Pending("its Job was made a moment ago")
          : new LaunchState.Gone();
    } catch (KubernetesClientException e) {
      away(e);
      return new LaunchState.Unknown(last.trouble());
    }
  }

  /** Of all its pods that are there, the oldest first. */
  @Override
  public Optional<List<String>> console(String name, int most) {
    return Optional.of(
        seen(name).map(seen -> cluster.console(seen.pods(), most)).orElse(List.of()));
  }

  /** What the last look showed of a job. */
  Optional<Seen> seen(String name) {
    return Optional.ofNullable(last.seen().get(JobName.of(name)));
  }

  @Override
  public void cancel(String name) {
    String job = JobName.of(name);
    refused.remove(job);
    Launch launch = launched.get(job);
    if (launch != null && !launch.made()) {
      launched.remove(job); // and if its making was carried out unheard, it is deleted below
    }
    Seen seen = last.seen().get(job);
    if (launch == null && seen == null || seen != null && JobFate.isOver(seen.job())) {
      return;
    }
    unwanted.add(job);
    if (last.trouble() != null) {
      return;
    }
    try {
      delete(job);
      unwanted.remove(job);
    } catch (KubernetesClientException e) {
      away(e);
    }
  }

  private void delete(String name) {
    cluster.delete(name);
    changed = true;
  }

  @Override
  public void onExit(Consumer<String> listener) {
    listeners.add(listener);
    synchronized (this) {
      if (watch == null) {
        watch = new JobWatch(client, namespace, owner, this::tell);
      }
    }
  }

  /** Once between two looks: the next one shows all that has changed by then. */
  private void tell(Job job) {
    if (changed) {
      return;
    }
    changed = true;
    String name = job.getMetadata().getAnnotations().get(JobLabels.JOB);
    listeners.forEach(listener -> listener.accept(name));
  }

  /** Jobs run on; whoever looks after them next finds them. */
  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
    }
  }
}

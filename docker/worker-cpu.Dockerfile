# The worker for CPUs: plan, build, train, evaluate, export. From the project's root:
#
#     docker build -f docker/worker-cpu.Dockerfile -t gdpo/worker-cpu .
#     docker run --read-only --tmpfs /tmp -v FOLDER:/data gdpo/worker-cpu train --job file:///data/.../job.json --attempt 1
ARG MAVEN_IMAGE="docker.io/library/maven:3.9.11-eclipse-temurin-25"
ARG JRE_IMAGE="docker.io/library/eclipse-temurin:25.0.3_9-jre-noble"

# Everything is built once, whatever the image: this stage is the same, word by word, in every Dockerfile that needs it.
FROM ${MAVEN_IMAGE} AS build
WORKDIR /src
COPY . .
# Options of Maven, such as -o (3.9 and later read this variable by themselves).
ARG MAVEN_ARGS=""
RUN --mount=type=cache,id=gdpo-maven,target=/root/.m2 \
    mvn -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true \
      -pl dataset-service,trainer-service,evaluator-service,worker -am package \
    && docker/unpack-natives worker/target /out \
    && mkdir -p /out/data/artifacts /out/data/huggingface

FROM ${JRE_IMAGE}
COPY --from=build /out/libtorch/ /opt/libtorch/
COPY --from=build /out/native/ /opt/gdpo/native/
COPY --from=build /src/docker/worker.options /opt/gdpo/
COPY --from=build /out/worker/ /opt/gdpo/worker/
# The allocator's two values: platform's LocalProcessLauncher says why. Heap (JAVA_TOOL_OPTIONS) and threads
# (OMP_NUM_THREADS, -Dai.djl.pytorch.num_threads) are for whoever starts a job to say.
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch \
    RUST_LIBRARY_PATH=/opt/gdpo/native/libtokenizers.so \
    DJL_OFFLINE=true \
    OPT_OUT_TRACKING=true \
    OMP_WAIT_POLICY=PASSIVE \
    MALLOC_MMAP_THRESHOLD_=8388608 \
    MALLOC_TRIM_THRESHOLD_=67108864 \
    LC_ALL=C.UTF-8 \
    HOME=/tmp \
    JAVA_TOOL_OPTIONS=-Xmx1g
ARG VERSION="unknown"
ARG REVISION="unknown"
ARG SOURCE="unknown"
LABEL org.opencontainers.image.title="gdpo worker-cpu" \
      org.opencontainers.image.description="The worker of GDPO on Quarkus, with libtorch for CPUs" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0 AND BSD-3-Clause"
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["java", "@/opt/gdpo/worker.options", "io.gdpo.worker.Worker"]

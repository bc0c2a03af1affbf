# A control plane on the JVM. From the project's root, one image for each service:
#
#     docker build -f docker/service-jvm.Dockerfile --target service --build-arg SERVICE=trainer-service -t gdpo/trainer-service .
#
# The target with-worker has the worker beside it and runs jobs as processes of the same container (compose.yaml).
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

FROM ${JRE_IMAGE} AS service
ARG SERVICE
COPY --from=build /src/${SERVICE}/target/quarkus-app/ /opt/gdpo/service/
# In a container other addresses than this machine's must reach it. A user without an entry in /etc/passwd has the home that is said.
ENV QUARKUS_HTTP_HOST=0.0.0.0 \
    HOME=/tmp \
    LC_ALL=C.UTF-8
ARG VERSION="unknown"
ARG REVISION="unknown"
ARG SOURCE="unknown"
LABEL org.opencontainers.image.title="gdpo ${SERVICE}" \
      org.opencontainers.image.description="A control plane of GDPO on Quarkus, on the JVM" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /tmp
USER 10001:10001
# Half of the container's memory is heap, unless JAVA_TOOL_OPTIONS says -Xmx; the rest is threads, code and buffers.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=50", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", \
            "-Duser.language=en", "-Duser.country=", "-Duser.variant=", "-Dfile.encoding=UTF-8", \
            "-jar", "/opt/gdpo/service/quarkus-run.jar"]

# The worker lies below the service, so that the three images with it have these layers in common.
FROM ${JRE_IMAGE} AS with-worker
COPY --from=build /out/libtorch/ /opt/libtorch/
COPY --from=build /out/native/ /opt/gdpo/native/
COPY --from=build /out/worker/ /opt/gdpo/worker/
# A new volume takes the owner of the folders that it is laid over.
COPY --from=build --chown=10001:10001 /out/data/ /data/
ENV QUARKUS_HTTP_HOST=0.0.0.0 \
    HOME=/tmp \
    LC_ALL=C.UTF-8 \
    PYTORCH_LIBRARY_PATH=/opt/libtorch \
    RUST_LIBRARY_PATH=/opt/gdpo/native/libtokenizers.so \
    GDPO_ARTIFACTS=file:///data/artifacts \
    GDPO_LAUNCHER_WORKER=/opt/gdpo/worker \
    GDPO_LAUNCHER_JAVA_OPTIONS=-Djava.library.path=/opt/gdpo/native,-Djna.boot.library.path=/opt/gdpo/native,-Djna.nounpack=true,--enable-native-access=ALL-UNNAMED
ARG SERVICE
COPY --from=build /src/${SERVICE}/target/quarkus-app/ /opt/gdpo/service/
ARG VERSION="unknown"
ARG REVISION="unknown"
ARG SOURCE="unknown"
LABEL org.opencontainers.image.title="gdpo ${SERVICE} with worker" \
      org.opencontainers.image.description="A control plane of GDPO on Quarkus, on the JVM, and the worker with libtorch for CPUs" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0 AND BSD-3-Clause"
WORKDIR /tmp
USER 10001:10001
# Its workers need the container's memory more than it does.
ENTRYPOINT ["java", "-Xmx320m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", \
            "-Duser.language=en", "-Duser.country=", "-Duser.variant=", "-Dfile.encoding=UTF-8", \
            "-jar", "/opt/gdpo/service/quarkus-run.jar"]

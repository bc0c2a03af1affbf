# A control plane as a native program: starts in a tenth of a second. From the project's root:
#
#     docker build -f docker/service-native.Dockerfile --build-arg SERVICE=trainer-service -t gdpo/trainer-service:native .
#
# The compiler takes some minutes and 8 GB of memory.
ARG MAVEN_IMAGE="docker.io/library/maven:3.9.11-eclipse-temurin-25"
ARG MANDREL_IMAGE="quay.io/quarkus/ubi9-quarkus-mandrel-builder-image:jdk-25"
ARG MICRO_IMAGE="quay.io/quarkus/ubi9-quarkus-micro-image:2.0"

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

# What Maven has written for the compiler beside the program for the JVM.
FROM ${MANDREL_IMAGE} AS native
ARG SERVICE
COPY --from=build --chown=1001:1001 /src/${SERVICE}/target/native-sources /build
USER 1001:1001
WORKDIR /build
ARG NATIVE_IMAGE_XMX=7g
# The arguments are words on one line, as Quarkus writes them for a shell.
# hadolint ignore=SC2046
RUN native-image -J-Xmx"${NATIVE_IMAGE_XMX}" $(cat native-image.args) && mv ./*-runner service

FROM ${MICRO_IMAGE}
ARG SERVICE
COPY --from=native --chmod=755 /build/service /opt/gdpo/service
ENV QUARKUS_HTTP_HOST=0.0.0.0 \
    HOME=/tmp \
    LC_ALL=C.UTF-8
ARG VERSION="unknown"
ARG REVISION="unknown"
ARG SOURCE="unknown"
LABEL org.opencontainers.image.title="gdpo ${SERVICE} (native)" \
      org.opencontainers.image.description="A control plane of GDPO on Quarkus, as a native program" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["/opt/gdpo/service"]

# The worker for NVIDIA GPUs: that for CPUs, with libtorch for CUDA, cuDNN and NCCL. A node needs NVIDIA's driver and container toolkit, no
# CUDA toolkit. Without a GPU it computes on the CPU. From the project's root:
#
#     docker build -f docker/worker-cuda.Dockerfile -t gdpo/worker-cuda .
ARG MAVEN_IMAGE="docker.io/library/maven:3.9.11-eclipse-temurin-25"
ARG JRE_IMAGE="docker.io/library/eclipse-temurin:25.0.3_9-jre-noble"
ARG PYTHON_IMAGE="docker.io/library/python:3.13.7-slim-bookworm"

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

# libtorch for CUDA is not on Maven Central; Python's wheel of the same release has it, and names the nvidia wheels that it needs.
# pip's usual settings are build arguments, for another index or a folder with wheels.
FROM ${PYTHON_IMAGE} AS libtorch
ARG TORCH="torch==2.7.1"
ARG PIP_INDEX_URL=""
ARG PIP_EXTRA_INDEX_URL=""
ARG PIP_FIND_LINKS=""
ARG PIP_NO_INDEX=""
COPY docker/unpack-libtorch /usr/local/bin/
RUN unpack-libtorch "${TORCH}" /opt/libtorch

FROM ${JRE_IMAGE}
COPY --from=libtorch /opt/libtorch/ /opt/libtorch/
COPY --from=build /out/jni-cuda/ /opt/libtorch/torch/lib/
COPY --from=build /out/native/ /opt/gdpo/native/
COPY --from=build /src/docker/worker.options /opt/gdpo/
COPY --from=build /out/worker/ /opt/gdpo/worker/
# PYTORCH_FLAVOR stays unset: DJL then takes CUDA where it counts GPUs, and the CPU elsewhere. It counts them by libcudart.so, which lies
# in torch/late; the other two folders are where some clouds lay the driver's libraries.
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/torch/lib \
    RUST_LIBRARY_PATH=/opt/gdpo/native/libtokenizers.so \
    DJL_OFFLINE=true \
    OPT_OUT_TRACKING=true \
    OMP_WAIT_POLICY=PASSIVE \
    MALLOC_MMAP_THRESHOLD_=8388608 \
    MALLOC_TRIM_THRESHOLD_=67108864 \
    LC_ALL=C.UTF-8 \
    HOME=/tmp \
    JAVA_TOOL_OPTIONS=-Xmx1g
ENV LD_LIBRARY_PATH=/opt/libtorch/torch/late:/usr/local/nvidia/lib64:/usr/local/nvidia/lib \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
ARG VERSION="unknown"
ARG REVISION="unknown"
ARG SOURCE="unknown"
LABEL org.opencontainers.image.title="gdpo worker-cuda" \
      org.opencontainers.image.description="The worker of GDPO on Quarkus, with libtorch for CUDA and NCCL" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0 AND BSD-3-Clause AND LicenseRef-NVIDIA-CUDA-Toolkit-EULA"
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["java", "@/opt/gdpo/worker.options", "io.gdpo.worker.Worker"]

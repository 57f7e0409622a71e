# The image of the service. docs/container.md tells what each stage is for and how to build it.
#
# The last stage runs no command, and the stages before it run on the machine that builds: an
# image for another architecture needs no emulation.

# The tag may be given with its digest, which pins it: node:24-bookworm-slim@sha256:...
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

# --- The packages of the lockfile whose code is in the image: those of production, and the page's.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY stubs stubs
COPY script/image/install-locked script/image/
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --no-audit --prefer-offline \
    && script/image/install-locked chart.js

# --- What of them the bundle does not hold: ONNX Runtime, for the target platform only.
FROM dependencies AS runtime-packages
ARG TARGETARCH
COPY script/image/collect-runtime-packages script/image/
COPY LICENSE NOTICE ./
RUN script/image/collect-runtime-packages "$TARGETARCH" /image/app \
    && chmod -R u=rwX,go=rX /image && find /image -exec touch --date=@0 {} +

# --- The bundler at the version of the lockfile; the other development tools are not needed.
FROM dependencies AS bundler
RUN --mount=type=cache,target=/root/.npm \
    script/image/install-locked esbuild @bufbuild/protobuf yauzl

# --- The program that fetches and verifies a model: the code of `tss models`.
FROM bundler AS model-tool
COPY tsconfig.json ./
COPY service service
COPY cli/kit/aws-timeouts.ts cli/kit/content-range.ts cli/kit/counted.ts cli/kit/errors.ts cli/kit/printable.ts cli/kit/progress.ts cli/kit/retry.ts cli/kit/s3.ts cli/kit/
COPY cli/models cli/models
COPY script/image/fetch-model.ts script/image/
RUN node_modules/.bin/esbuild script/image/fetch-model.ts --bundle --platform=node \
      --log-level=warning --outfile=/tool/fetch-model.cjs \
    && touch --date=@0 /tool/fetch-model.cjs

# --- The model. It depends on the bytes of that program, not on the code around it.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS model
WORKDIR /work
COPY --from=model-tool /tool/fetch-model.cjs ./
COPY models models
ARG MODEL_NAME=minilm-tweet-sentiment
# bundled: models/ of this repository; hub: the Hugging Face hub, whose weights are converted
# again where `tss models add` has converted them; s3://bucket/prefix
ARG MODEL_SOURCE=bundled
ARG HF_ENDPOINT=https://huggingface.co
ARG AWS_REGION=us-east-1
# For an S3 store other than Amazon's.
ARG AWS_ENDPOINT_URL
# Credentials come as build secrets, which leave no trace in the image or its history.
RUN --mount=type=cache,target=/var/cache/models,sharing=locked \
    --mount=type=secret,id=hf-token \
    --mount=type=secret,id=aws-credentials \
    HF_TOKEN_PATH=/run/secrets/hf-token \
    AWS_SHARED_CREDENTIALS_FILE=/run/secrets/aws-credentials \
    node fetch-model.cjs "$MODEL_NAME" "$MODEL_SOURCE" /var/cache/models /image/app/models \
    && chmod -R u=rwX,go=rX /image && find /image -exec touch --date=@0 {} +

# --- The service and the program of a bulk task, bundled.
FROM bundler AS build
COPY tsconfig.json ./
COPY script/build.ts script/
COPY script/lib/build-page.ts script/lib/bundle-options.ts script/lib/language-data.ts \
     script/lib/pack-ngrams.ts script/lib/replace-folder.ts script/lib/
COPY service service
COPY cli/kit/archived-tweet.ts cli/kit/aws-timeouts.ts cli/kit/content-range.ts cli/kit/counted.ts cli/kit/csv-columns.ts \
     cli/kit/csv-records.ts cli/kit/environment.ts cli/kit/errors.ts cli/kit/exact-json.ts \
     cli/kit/exit-tasks.ts cli/kit/inference-worker.ts cli/kit/lines.ts cli/kit/printable.ts \
     cli/kit/retry.ts cli/kit/run-lock.ts cli/kit/s3.ts cli/kit/start-model.ts cli/kit/tweet-author.ts \
     cli/kit/tweet-columns.ts cli/kit/tweet-fault.ts cli/kit/tweet-objects.ts cli/kit/tweet-time.ts \
     cli/kit/utf8.ts cli/kit/
COPY cli/score/added-columns.ts cli/score/chunks.ts cli/score/results-version.ts cli/score/scored-chunks.ts \
     cli/score/scorer.ts cli/score/
COPY cli/score/formats cli/score/formats
COPY cli/bulk/contract.ts cli/bulk/
COPY cli/bulk/child cli/bulk/child
RUN node script/build.ts \
    && find dist -name '*.map' -delete \
    && mkdir -p /image/app && mv dist /image/app/ \
    && chmod -R u=rwX,go=rX /image && find /image -exec touch --date=@0 {} +

# --- The image. What changes most often comes last, so that the rest is taken from the cache.
# Each COPY brings its folder `app` along: with the times and modes that the stages before have
# set, the same content makes the same layer, and a registry is not sent what it has. The modes let
# the image's user read files of a checkout that was made under umask 077, too.
FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production HOST=0.0.0.0 MODELS_DIR=/app/models MALLOC_ARENA_MAX=2
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
LABEL org.opencontainers.image.title="tweet-sentiment-service" \
      org.opencontainers.image.description="Answers whether a tweet is negative, neutral or positive" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
# The node user of the base image, by number: orchestrators can check that it is not root.
USER 1000:1000
# Node is process 1, without the base's entry script: the service handles SIGTERM itself, and
# starts no processes to reap.
ENTRYPOINT []
# As service/contract/node-arguments.ts says.
CMD ["node", "--max-semi-space-size=4", "dist/main.js"]
COPY --from=runtime-packages /image /
ARG MODEL_NAME=minilm-tweet-sentiment
ENV MODEL_NAME=${MODEL_NAME}
COPY --from=model /image /
COPY --from=build /image /
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="${REVISION}"

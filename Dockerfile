# Nightjar in a container, for amd64 and arm64. The builder compiles; the last stage has Node, ffmpeg, MediaMTX and the
# service, and no compiler. Debian 12, because its ffmpeg (5.1) is the one that every figure was measured with.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS builder
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --loglevel=error --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src src
# onnxruntime-node brings its libraries for every platform; nothing here has a CUDA.
RUN npm run build --loglevel=error && npm prune --omit=dev --loglevel=error \
    && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -not -name linux -exec rm -rf {} + \
    && find node_modules/onnxruntime-node/bin/*/linux -mindepth 1 -maxdepth 1 -not -name "$(node -p process.arch)" -exec rm -rf {} + \
    && find node_modules/onnxruntime-node/bin \( -name '*cuda*' -o -name '*tensorrt*' \) -delete \
    && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# MODELS=no leaves the models out: `nightjar models pull` fetches them later, or detection does without.
ARG MODELS=yes
RUN mkdir models && if [ "$MODELS" = yes ]; then \
      node dist/main.js models pull --folder models && node dist/main.js models verify --folder models; \
    fi

# The one binary serves PCs and Raspberry Pis: on arm64 it carries libcamera for the Pi's own camera.
FROM bluenviron/mediamtx:1.20.1 AS mediamtx

FROM ${BASE}
WORKDIR /opt/nightjar
COPY docker/packages.txt docker/
# rpicam-apps only where the distribution has them (Raspberry Pi OS does, Debian does not): MediaMTX needs none.
RUN apt-get update \
    && sed 's/#.*//' docker/packages.txt | DEBIAN_FRONTEND=noninteractive xargs apt-get install --yes --no-install-recommends tini \
       $(apt-cache pkgnames rpicam-apps-lite) \
    && rm -rf /var/lib/apt/lists/*
COPY --from=mediamtx /mediamtx /usr/local/bin/mediamtx
COPY package.json LICENSE ./
COPY docker/healthcheck.mjs docker/entry.sh docker/
COPY addon/processors addon/processors
COPY --from=builder /build/node_modules node_modules
COPY --from=builder /build/dist dist
COPY --from=builder /build/models models
RUN ln -s /opt/nightjar/dist/main.js /usr/local/bin/nightjar && chmod 755 dist/main.js docker/entry.sh \
    && usermod --append --groups video node \
    && mkdir --parents /data /config && chown node:node /data

LABEL org.opencontainers.image.title="Nightjar" \
      org.opencontainers.image.description="A camera service for Home Assistant: RTSP, MJPEG, recordings and MQTT entities from any camera" \
      org.opencontainers.image.licenses="MIT"
# glibc keeps the room of pictures that are gone, tens of megabytes that grow for hours.
ENV LD_PRELOAD=libjemalloc.so.2
ENV NODE_ENV=production NIGHTJAR_DATA=/data NIGHTJAR_CONFIG=/config/nightjar.yaml NIGHTJAR_MODELS_PATH=/opt/nightjar/models
VOLUME /data
EXPOSE 8080 8554
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "/opt/nightjar/docker/healthcheck.mjs"]
# Root only until docker/entry.sh has given /data to user node and become that user: Home Assistant's folders are root's.
# `--user 1000:1000` does without root from the beginning.
ENTRYPOINT ["tini", "--", "/opt/nightjar/docker/entry.sh"]
CMD ["serve"]

# Nightjar in a container. The builder compiles; the last stage has Node, ffmpeg and the service, and no compiler.
FROM node:24-bookworm-slim AS builder
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --loglevel=error --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src src
RUN npm run build --loglevel=error && npm prune --omit=dev --loglevel=error \
    && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -not -name linux -exec rm -rf {} + \
    && find node_modules/onnxruntime-node/bin/*/linux -mindepth 1 -maxdepth 1 -not -name "$(node -p process.arch)" -exec rm -rf {} +
# MODELS=no leaves the models out: `nightjar models pull` fetches them later, or detection does without.
ARG MODELS=yes
RUN mkdir models && if [ "$MODELS" = yes ]; then node dist/main.js models pull --folder models; fi

FROM node:24-bookworm-slim
WORKDIR /opt/nightjar
COPY docker/packages.txt docker/
RUN apt-get update \
    && sed 's/#.*//' docker/packages.txt | DEBIAN_FRONTEND=noninteractive xargs apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
COPY package.json LICENSE ./
COPY docker/healthcheck.mjs docker/
COPY --from=builder /build/node_modules node_modules
COPY --from=builder /build/dist dist
COPY --from=builder /build/models models
RUN ln -s /opt/nightjar/dist/main.js /usr/local/bin/nightjar && chmod +x dist/main.js \
    && mkdir /data && chown node:node /data

ENV NODE_ENV=production NIGHTJAR_DATA=/data NIGHTJAR_MODELS_PATH=/opt/nightjar/models
USER node
VOLUME /data
EXPOSE 8080 8554
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["node", "/opt/nightjar/docker/healthcheck.mjs"]
ENTRYPOINT ["tini", "--", "nightjar"]
CMD ["serve", "--config", "/config/nightjar.yaml"]

# What the image is measured against by script/image/measure.ts: the same service, built the
# plain way. Not to be used.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
FROM ${NODE_IMAGE}
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
ENV NODE_ENV=production HOST=0.0.0.0
EXPOSE 3000
USER 1000:1000
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:3000/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
LABEL org.opencontainers.image.title="single-stage"
CMD ["node", "dist/main.js"]

# The recipe of every service in plain JavaScript: Node, and the packages of its lock file.
ARG NODE_IMAGE
FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ENV NODE_ENV=production BASE_IMAGE=${NODE_IMAGE}
WORKDIR /app
ARG SERVICE
COPY ${SERVICE}/package.json ${SERVICE}/package-lock.json ./
RUN --mount=type=cache,target=/cache npm ci --cache /cache/npm --ignore-scripts --no-audit --no-fund --silent
COPY shared/about.mjs shared/pages/ ${SERVICE}/ ./
CMD ["node", "app.js"]

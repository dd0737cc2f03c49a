# The recipe of every service in plain JavaScript: Node, and nothing to install.
ARG NODE_IMAGE
FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ENV NODE_ENV=production BASE_IMAGE=${NODE_IMAGE}
WORKDIR /app
ARG SERVICE
COPY shared/about.mjs shared/pages/ ${SERVICE}/ ./
CMD ["node", "app.js"]

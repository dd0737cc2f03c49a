# The recipe of every service in plain JavaScript: Node, and nothing to install.
ARG NODE_IMAGE
FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
ARG SERVICE
COPY about.mjs ${SERVICE}/ ./
CMD ["node", "server.js"]

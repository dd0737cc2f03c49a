# The recipe of the service in TypeScript: compiled with all packages of its lock file, run with the production ones.
ARG NODE_IMAGE
FROM ${NODE_IMAGE} AS build
WORKDIR /app
ARG SERVICE
COPY ${SERVICE}/package.json ${SERVICE}/package-lock.json ./
RUN --mount=type=cache,target=/cache npm ci --cache /cache/npm --ignore-scripts --no-audit --no-fund --silent
COPY ${SERVICE}/ ./
COPY shared/about.mjs src/
RUN npm run build --silent && npm prune --omit=dev --ignore-scripts --no-audit --no-fund --silent

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ENV NODE_ENV=production BASE_IMAGE=${NODE_IMAGE}
WORKDIR /app
ARG SERVICE
COPY shared/pages/ ./
COPY ${SERVICE}/templates/ templates/
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules/ node_modules/
COPY --from=build /app/dist/ dist/
CMD ["node", "dist/main.js"]

